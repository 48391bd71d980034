package import CLossKernels

/// A nonlinear function between the layers of a network.
///
/// The slope that ``KernelContext/activateBackward(_:input:outputGradient:into:)`` uses is exact for
/// the function as it stands here, the tanh form of GELU included.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// max(x, 0); its slope at zero is zero.
  case relu

  /// x/(1 + e⁻ˣ), also called swish.
  case silu

  /// x Φ(x) with the normal distribution Φ (Hendrycks and Gimpel 2016).
  case gelu

  /// x (1 + tanh u)/2 with u = √(2/π) (x + 0.044715 x³), the approximation in the same paper that
  /// GPT-2 was trained with.
  case geluTanh
}

extension Activation {
  /// The activation as C names it.
  package var code: closs_activation {
    switch self {
    case .relu: CLOSS_RELU
    case .silu: CLOSS_SILU
    case .gelu: CLOSS_GELU
    case .geluTanh: CLOSS_GELU_TANH
    }
  }
}

// MARK: - Of arrays

extension KernelContext {
  /// Computes an activation of every input.
  ///
  /// At minus infinity it has its limit, zero; a NaN gives a NaN.
  ///
  /// - Precondition: There are as many outputs as inputs.
  public func activate(
    _ activation: Activation,
    _ input: Span<Float>,
    into output: inout MutableSpan<Float>
  ) {
    let (code, function, count) = (variant.code, activation.code, input.count)
    precondition(count == output.count, "\(count) inputs do not fit \(output.count) outputs")
    // SAFETY: both spans have `count` elements, the blocks lie within them and do not overlap, and
    // `forEachElementBlock` returns when all are done.
    unsafe input.withUnsafeBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        guard let x = input.baseAddress, let y = output.baseAddress else { return }
        nonisolated(unsafe) let (source, target) = unsafe (x, y)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_activate(code, function, source + start, block.count, target + start)
        }
      }
    }
  }

  /// Adds the gradient of the inputs, ∂L/∂x = ∂L/∂y · f′(x), to what `inputGradient` holds.
  ///
  /// - Precondition: All three have the same length.
  public func activateBackward(
    _ activation: Activation,
    input: Span<Float>,
    outputGradient: Span<Float>,
    into inputGradient: inout MutableSpan<Float>
  ) {
    let (code, function, count) = (variant.code, activation.code, input.count)
    precondition(
      count == outputGradient.count && count == inputGradient.count,
      "\(count) inputs, \(outputGradient.count) gradients of outputs, \(inputGradient.count) of inputs"
    )
    // SAFETY: as in `activate`, for three spans of `count` elements.
    unsafe input.withUnsafeBufferPointer { input in
      unsafe outputGradient.withUnsafeBufferPointer { outputGradient in
        unsafe inputGradient.withUnsafeMutableBufferPointer { inputGradient in
          guard let x = input.baseAddress, let dy = outputGradient.baseAddress,
            let dx = inputGradient.baseAddress
          else { return }
          nonisolated(unsafe) let (source, slope, target) = unsafe (x, dy, dx)
          forEachElementBlock(of: count) { block in
            let start = block.lowerBound
            unsafe closs_activate_backward(
              code,
              function,
              source + start,
              slope + start,
              block.count,
              target + start
            )
          }
        }
      }
    }
  }
}
