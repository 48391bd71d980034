import CLossKernels

extension KernelContext {
  /// Computes silu(gate) · up, the gated linear unit of Shazeer (2020).
  ///
  /// - Precondition: All three have the same length.
  public func swiGLU(
    gate: Span<Float>,
    up: Span<Float>,
    into output: inout MutableSpan<Float>
  ) {
    let (code, count) = (variant.code, gate.count)
    precondition(
      count == up.count && count == output.count,
      "\(count) gates, \(up.count) values, \(output.count) outputs"
    )
    // SAFETY: the three spans have `count` elements, the blocks lie within them and do not overlap,
    // and `forEachElementBlock` returns when all are done.
    unsafe gate.withUnsafeBufferPointer { gate in
      unsafe up.withUnsafeBufferPointer { up in
        unsafe output.withUnsafeMutableBufferPointer { output in
          guard let g = gate.baseAddress, let u = up.baseAddress, let y = output.baseAddress
          else { return }
          nonisolated(unsafe) let (gates, values, target) = unsafe (g, u, y)
          forEachElementBlock(of: count) { block in
            let start = block.lowerBound
            unsafe closs_swiglu(code, gates + start, values + start, block.count, target + start)
          }
        }
      }
    }
  }

  /// Adds the gradients of both inputs: ∂L/∂gate = ∂L/∂y · up · silu′(gate), ∂L/∂up = ∂L/∂y ·
  /// silu(gate).
  ///
  /// - Precondition: All five have the same length.
  public func swiGLUBackward(
    gate: Span<Float>,
    up: Span<Float>,
    outputGradient: Span<Float>,
    intoGate gateGradient: inout MutableSpan<Float>,
    up upGradient: inout MutableSpan<Float>
  ) {
    let count = gate.count
    precondition(
      count == up.count && count == outputGradient.count && count == gateGradient.count
        && count == upGradient.count,
      """
      \(count) gates, \(up.count) values, \(outputGradient.count) gradients of outputs, \
      \(gateGradient.count) of gates, \(upGradient.count) of values
      """
    )
    // SAFETY: the five spans have `count` elements; otherwise as in `swiGLU`.
    unsafe gate.withUnsafeBufferPointer { gate in
      unsafe up.withUnsafeBufferPointer { up in
        unsafe outputGradient.withUnsafeBufferPointer { outputGradient in
          unsafe gateGradient.withUnsafeMutableBufferPointer { gateGradient in
            unsafe upGradient.withUnsafeMutableBufferPointer { upGradient in
              unsafe swiGLUBackward(gate, up, outputGradient, gateGradient, upGradient)
            }
          }
        }
      }
    }
  }

  private func swiGLUBackward(
    _ gate: UnsafeBufferPointer<Float>,
    _ up: UnsafeBufferPointer<Float>,
    _ outputGradient: UnsafeBufferPointer<Float>,
    _ gateGradient: UnsafeMutableBufferPointer<Float>,
    _ upGradient: UnsafeMutableBufferPointer<Float>
  ) {
    guard let g = gate.baseAddress, let u = up.baseAddress, let dy = outputGradient.baseAddress,
      let dg = gateGradient.baseAddress, let du = upGradient.baseAddress
    else { return }
    nonisolated(unsafe) let (gates, values, slopes) = unsafe (g, u, dy)
    nonisolated(unsafe) let (gateTarget, upTarget) = unsafe (dg, du)
    let code = variant.code
    forEachElementBlock(of: gate.count) { block in
      let start = block.lowerBound
      unsafe closs_swiglu_backward(
        code,
        gates + start,
        values + start,
        slopes + start,
        block.count,
        gateTarget + start,
        upTarget + start
      )
    }
  }
}
