package import CLossKernels

/// A nonlinear function between the layers of a network.
///
/// The slope that ``KernelContext/activateBackward(_:input:outputGradient:xGradient:)`` uses is exact for
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
    unsafe withInput(input) { input in
      unsafe withOutput(&output) { output in
        guard let input = unsafe input, let output = unsafe output else { return }
        nonisolated(unsafe) let (x, y) = unsafe (input, output)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_activate(code, function, x + start, block.count, y + start)
        }
      }
    }
  }

  /// Adds the gradient of the inputs, ∂L/∂x = ∂L/∂y · f′(x), to `xGradient`.
  ///
  /// - Precondition: All three have the same length.
  public func activateBackward(
    _ activation: Activation,
    input: Span<Float>,
    outputGradient: Span<Float>,
    xGradient: inout MutableSpan<Float>
  ) {
    let (code, function, count) = (variant.code, activation.code, input.count)
    precondition(
      count == outputGradient.count && count == xGradient.count,
      "\(count) inputs, \(outputGradient.count) gradients of outputs, \(xGradient.count) of inputs"
    )
    // SAFETY: as in `activate`, for three spans of `count` elements.
    unsafe withInputs(input, outputGradient) { input, outputGradient in
      unsafe withOutput(&xGradient) { xGradient in
        guard let input = unsafe input, let outputGradient = unsafe outputGradient,
          let xGradient = unsafe xGradient
        else { return }
        nonisolated(unsafe) let (x, dy, dx) = unsafe (input, outputGradient, xGradient)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_activate_backward(
            code,
            function,
            x + start,
            dy + start,
            block.count,
            dx + start
          )
        }
      }
    }
  }
  /// Puts the gradient of the inputs, ∂L/∂x = ∂L/∂y · f′(x), in the place of that of the outputs.
  ///
  /// - Precondition: Both have the same length.
  public func activateBackward(
    _ activation: Activation,
    input: Span<Float>,
    replacing gradient: inout MutableSpan<Float>
  ) {
    let (code, function, count) = (variant.code, activation.code, input.count)
    precondition(count == gradient.count, "\(count) inputs, \(gradient.count) gradients")
    // SAFETY: as in `activate`, for two spans of `count` elements.
    unsafe withInput(input) { input in
      unsafe withOutput(&gradient) { gradient in
        guard let input = unsafe input, let gradient = unsafe gradient else { return }
        nonisolated(unsafe) let (x, dy) = unsafe (input, gradient)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_activate_backward_in_place(
            code,
            function,
            x + start,
            block.count,
            dy + start
          )
        }
      }
    }
  }
}
