import CLossKernels
import Execution

extension KernelContext {
  /// Turns rows of logits into probabilities: `out = softmax(scale · x)`, both (R, C).
  ///
  /// A NaN or plus infinity in a row makes the row NaN, and so does a row of minus infinities.
  public func softmax(
    _ x: Span<Float>,
    columns: Int,
    scale: Float = 1,
    into out: inout MutableSpan<Float>
  ) {
    let rows = columns == 0 ? 0 : x.count / columns
    requireCount(x.count, rows, columns, "x")
    requireCount(out.count, rows, columns, "out")
    let code = variant.code
    // SAFETY: both hold `rows` rows of `columns`; a block touches its own rows, and the pool returns
    // before the pointers end.
    unsafe withInput(x) { x in
      unsafe withOutput(&out) { out in
        guard let x = unsafe x, let out = unsafe out else { return }
        nonisolated(unsafe) let (input, output) = unsafe (x, out)
        forEachRowBlock(rows: rows, columns: columns) { range in
          let start = range.lowerBound * columns
          unsafe closs_softmax(code, input + start, range.count, columns, scale, output + start)
        }
      }
    }
  }

  /// Adds the gradient of ``softmax(_:columns:scale:into:)`` to `xGradient`, given its output.
  public func softmaxBackward(
    outGradient: Span<Float>,
    out: Span<Float>,
    columns: Int,
    scale: Float = 1,
    xGradient: inout MutableSpan<Float>
  ) {
    let rows = columns == 0 ? 0 : out.count / columns
    requireCount(out.count, rows, columns, "out")
    requireCount(outGradient.count, rows, columns, "outGradient")
    requireCount(xGradient.count, rows, columns, "xGradient")
    let code = variant.code
    // SAFETY: all hold `rows` rows of `columns`; a block touches its own rows, and the pool returns
    // before the pointers end.
    unsafe withInputs(outGradient, out) { dout, out in
      unsafe withOutput(&xGradient) { dx in
        guard let dout = unsafe dout, let out = unsafe out, let dx = unsafe dx else { return }
        nonisolated(unsafe) let (gradient, value, result) = unsafe (dout, out, dx)
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
