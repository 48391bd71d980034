import CLossKernels
import Execution

// Cross-entropy of rows of logits with its gradient. A loss is (largest − logits[target]) + ln(1 + rest)
// in double, rounded once. The rest, the exponentials of all but one largest logit, is a sum of float
// exponentials: in floats within blocks of 1024 columns, in double from block to block.
//
// An exponential whose logit lies d below the largest is off by (d + 3) · 2⁻²⁴ of itself at most, a
// block's sum by 48 · 2⁻²⁴ more, what blocks before a new largest logit summed by another 3 · 2⁻²⁴. The
// rest keeps that relative error however small it is; so do the loss of a target that is nearly certain
// and its entry of the gradient, which is made of the rest too.

extension KernelContext {
  /// The losses of rows of logits (R, V) in nats, into (R); the logits become their own gradient.
  ///
  /// The gradient is `(softmax − target) · gradientScale`, with what smoothing and z-weight add to it.
  /// Each row is summed, scored and overwritten while it is in the cache. A row whose target is
  /// negative has loss 0 and gradient 0. A NaN makes its row NaN.
  ///
  /// - Precondition: Each target is below the row's width.
  public func crossEntropy(
    replacingWithGradient logits: inout MutableSpan<Float>,
    targets: [Int32],
    options: CrossEntropyOptions = CrossEntropyOptions(),
    losses: inout MutableSpan<Float>
  ) {
    let rows = targets.count
    let columns = rows == 0 ? 0 : logits.count / rows
    requireCount(logits.count, rows, columns, "logits")
    requireCount(losses.count, rows, 1, "losses")
    let code = variant.code
    var totals = LogitTotals(targets: targets, vocabularySize: columns, options: options)
    guard columns > 0 else { return self.losses(of: totals, into: &losses) }
    let loss = totals.loss
    unsafe totals.withRows { state, rows in
      // SAFETY: all have `rows` rows; a block touches its own, and the pool returns before the
      // pointers end.
      unsafe withOutputs(&logits, &losses) { logits, losses in
        guard let logits = unsafe logits, let losses = unsafe losses else { return }
        nonisolated(unsafe) let (whole, output, results) = unsafe (state, logits, losses)
        forEachRowBlock(rows: rows, columns: columns) { range in
          var part = unsafe whole.dropping(range.lowerBound)
          var loss = loss
          unsafe closs_cross_entropy_in_place(
            code,
            &part,
            &loss,
            output + range.lowerBound * columns,
            range.count,
            results + range.lowerBound
          )
        }
      }
    }
  }

  /// The losses of rows of logits (R, V) in nats, into (R), without a gradient.
  ///
  /// - Precondition: Each target is below the row's width.
  public func crossEntropy(
    logits: Span<Float>,
    targets: [Int32],
    options: CrossEntropyOptions = CrossEntropyOptions(),
    losses: inout MutableSpan<Float>
  ) {
    let columns = targets.isEmpty ? 0 : logits.count / targets.count
    requireCount(logits.count, targets.count, columns, "logits")
    var totals = LogitTotals(targets: targets, vocabularySize: columns, options: options)
    take(logits, columns: columns, into: &totals)
    self.losses(of: totals, into: &losses)
  }

  /// Takes the next columns of the logits, (R, `columns`).
  public func take(_ logits: Span<Float>, columns: Int, into totals: inout LogitTotals) {
    let rows = totals.rowCount
    let first = totals.columnsTaken
    requireCount(logits.count, rows, columns, "logits")
    precondition(
      first + columns <= totals.vocabularySize,
      "columns \(first)..<\(first + columns) of a vocabulary of \(totals.vocabularySize)"
    )
    totals.columnsTaken += columns
    let code = variant.code
    unsafe totals.withRows { state, rows in
      // SAFETY: all have `rows` rows; a block touches its own, and the pool returns before the
      // pointers end.
      unsafe withInput(logits) { logits in
        guard let logits = unsafe logits else { return }
        nonisolated(unsafe) let (whole, input) = unsafe (state, logits)
        forEachRowBlock(rows: rows, columns: columns) { range in
          var part = unsafe whole.dropping(range.lowerBound)
          unsafe closs_logits_take(
            code,
            &part,
            input + range.lowerBound * columns,
            columns,
            range.count,
            first,
            columns
          )
        }
      }
    }
  }

  /// The losses in nats of rows whose every column has been taken, into (R).
  ///
  /// - Precondition: All columns of the vocabulary have been taken.
  public func losses(of totals: LogitTotals, into losses: inout MutableSpan<Float>) {
    requireAllTaken(totals)
    requireCount(losses.count, totals.rowCount, 1, "losses")
    var loss = totals.loss
    unsafe totals.withReadableRows { state, rows in
      // SAFETY: the state and the losses have `rows` rows.
      unsafe withOutput(&losses) { losses in
        guard let losses = unsafe losses else { return }
        unsafe closs_cross_entropy_losses(&state, &loss, rows, losses)
      }
    }
  }

  /// Puts the gradient in the place of the logits of a chunk of columns, (R, `columns`).
  ///
  /// - Precondition: All columns of the vocabulary have been taken.
  public func crossEntropyGradient(
    replacing logits: inout MutableSpan<Float>,
    columns: Range<Int>,
    of totals: LogitTotals
  ) {
    requireAllTaken(totals)
    requireCount(logits.count, totals.rowCount, columns.count, "logits")
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= totals.vocabularySize,
      "columns \(columns) of a vocabulary of \(totals.vocabularySize)"
    )
    let code = variant.code
    let width = columns.count
    let loss = totals.loss
    unsafe totals.withReadableRows { state, rows in
      // SAFETY: all have `rows` rows; a block touches its own, and the pool returns before the
      // pointers end.
      unsafe withOutput(&logits) { logits in
        guard let logits = unsafe logits else { return }
        nonisolated(unsafe) let (whole, output) = unsafe (state, logits)
        forEachRowBlock(rows: rows, columns: width) { range in
          var part = unsafe whole.dropping(range.lowerBound)
          var loss = loss
          unsafe closs_cross_entropy_gradient(
            code,
            &part,
            &loss,
            output + range.lowerBound * width,
            width,
            range.count,
            columns.lowerBound,
            width
          )
        }
      }
    }
  }

  private func requireAllTaken(_ totals: LogitTotals) {
    precondition(
      totals.columnsTaken == totals.vocabularySize,
      "\(totals.columnsTaken) of \(totals.vocabularySize) columns have been taken"
    )
  }
}
