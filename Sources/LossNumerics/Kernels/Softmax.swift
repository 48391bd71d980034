import CLossKernels
import Execution

extension KernelContext {
  /// Turns rows of logits into probabilities: `output = softmax(scale · x)`, both (R, C).
  ///
  /// Within some 2⁻²⁴ of each value, one more for each unit that its logit lies below the largest. A
  /// NaN or plus infinity in a row makes the row NaN, and so does a row of minus infinities.
  public func softmax(
    _ x: Span<Float>,
    columns: Int,
    scale: Float = 1,
    into output: inout MutableSpan<Float>
  ) {
    let rows = columns == 0 ? 0 : x.count / columns
    requireCount(x.count, rows, columns, "x")
    requireCount(output.count, rows, columns, "output")
    let code = variant.code
    // SAFETY: both hold `rows` rows of `columns`; a block touches its own rows, and the pool returns
    // before the pointers end.
    unsafe withInput(x) { x in
      unsafe withOutput(&output) { output in
        guard let x = unsafe x, let y = unsafe output else { return }
        nonisolated(unsafe) let (input, output) = unsafe (x, y)
        forEachRowBlock(rows: rows, columns: columns) { range in
          let start = range.lowerBound * columns
          unsafe closs_softmax(code, input + start, range.count, columns, scale, output + start)
        }
      }
    }
  }

  /// Adds the gradient of ``softmax(_:columns:scale:into:)`` to `xGradient`, given its output.
  ///
  /// All of (R, C).
  public func softmaxBackward(
    outputGradient: Span<Float>,
    output: Span<Float>,
    columns: Int,
    scale: Float = 1,
    xGradient: inout MutableSpan<Float>
  ) {
    let rows = columns == 0 ? 0 : output.count / columns
    requireCount(output.count, rows, columns, "output")
    requireCount(outputGradient.count, rows, columns, "outputGradient")
    requireCount(xGradient.count, rows, columns, "xGradient")
    let code = variant.code
    // SAFETY: all hold `rows` rows of `columns`; a block touches its own rows, and the pool returns
    // before the pointers end.
    unsafe withInputs(outputGradient, output) { dout, output in
      unsafe withOutput(&xGradient) { dx in
        guard let dout = unsafe dout, let y = unsafe output, let dx = unsafe dx else { return }
        nonisolated(unsafe) let (gradient, value, result) = unsafe (dout, y, dx)
        forEachRowBlock(rows: rows, columns: columns) { range in
          let start = range.lowerBound * columns
          unsafe closs_softmax_backward(
            code,
            gradient + start,
            value + start,
            range.count,
            columns,
            scale,
            result + start
          )
        }
      }
    }
  }

  /// The natural logarithm of the sum of the exponentials of each row of `x` (R, C), into (R).
  ///
  /// Minus infinity for a row of minus infinities; NaN where there is a NaN or plus infinity.
  public func logSumExp(
    _ x: Span<Float>,
    columns: Int,
    into results: inout MutableSpan<Float>
  ) {
    requireCount(x.count, results.count, columns, "x")
    var totals = LogitTotals(rows: results.count, columns: columns)
    take(x, columns: columns, into: &totals)
    unsafe totals.withRows { state, rows in
      // SAFETY: the state has `rows` rows, and so do the results.
      unsafe withOutput(&results) { results in
        if rows > 0 { unsafe closs_logits_log_sum_exp(&state, rows, results) }
      }
    }
  }
}
