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
    unsafe withInputs(gate, up) { gate, up in
      unsafe withOutput(&output) { output in
        guard let gate = unsafe gate, let up = unsafe up, let output = unsafe output
        else { return }
        nonisolated(unsafe) let (g, u, y) = unsafe (gate, up, output)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_swiglu(code, g + start, u + start, block.count, y + start)
        }
      }
    }
  }

  /// Adds the gradients of both inputs to `gateGradient` and `upGradient`: ∂L/∂gate = ∂L/∂y · up ·
  /// silu′(gate), ∂L/∂up = ∂L/∂y · silu(gate).
  ///
  /// - Precondition: All five have the same length.
  public func swiGLUBackward(
    gate: Span<Float>,
    up: Span<Float>,
    outputGradient: Span<Float>,
    gateGradient: inout MutableSpan<Float>,
    upGradient: inout MutableSpan<Float>
  ) {
    let (code, count) = (variant.code, gate.count)
    precondition(
      count == up.count && count == outputGradient.count && count == gateGradient.count
        && count == upGradient.count,
      """
      \(count) gates, \(up.count) values, \(outputGradient.count) gradients of outputs, \
      \(gateGradient.count) of gates, \(upGradient.count) of values
      """
    )
    // SAFETY: the five spans have `count` elements; otherwise as in `swiGLU`.
    unsafe withInputs(gate, up, outputGradient) { gate, up, outputGradient in
      unsafe withOutputs(&gateGradient, &upGradient) { gateGradient, upGradient in
        guard let gate = unsafe gate, let up = unsafe up, let slope = unsafe outputGradient,
          let gateGradient = unsafe gateGradient, let upGradient = unsafe upGradient
        else { return }
        nonisolated(unsafe) let (g, u, dy) = unsafe (gate, up, slope)
        nonisolated(unsafe) let (dg, du) = unsafe (gateGradient, upGradient)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_swiglu_backward(
            code,
            g + start,
            u + start,
            dy + start,
            block.count,
            dg + start,
            du + start
          )
        }
      }
    }
  }
  /// Writes the gradient of the gates, and puts that of the values in the place of the outputs'.
  ///
  /// As ``swiGLUBackward(gate:up:outputGradient:gateGradient:upGradient:)`` where nothing is there to be
  /// added to.
  ///
  /// - Precondition: All four have the same length.
  public func swiGLUBackward(
    gate: Span<Float>,
    up: Span<Float>,
    gateGradient: inout MutableSpan<Float>,
    replacing gradient: inout MutableSpan<Float>
  ) {
    let (code, count) = (variant.code, gate.count)
    precondition(
      count == up.count && count == gateGradient.count && count == gradient.count,
      """
      \(count) gates, \(up.count) values, \(gateGradient.count) gradients of gates, \
      \(gradient.count) of outputs
      """
    )
    // SAFETY: the four spans have `count` elements; otherwise as in `swiGLU`.
    unsafe withInputs(gate, up) { gate, up in
      unsafe withOutputs(&gateGradient, &gradient) { gateGradient, gradient in
        guard let gate = unsafe gate, let up = unsafe up, let gateGradient = unsafe gateGradient,
          let gradient = unsafe gradient
        else { return }
        nonisolated(unsafe) let (g, u, dg, dy) = unsafe (gate, up, gateGradient, gradient)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_swiglu_backward_in_place(
            code,
            g + start,
            u + start,
            block.count,
            dg + start,
            dy + start
          )
        }
      }
    }
  }
}
