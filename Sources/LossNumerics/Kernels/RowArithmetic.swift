import CLossKernels
import Execution

extension KernelContext {
  /// Adds elements to others: `sum += x`.
  public func add(_ x: Span<Float>, to sum: inout MutableSpan<Float>) {
    precondition(x.count == sum.count, "\(x.count) elements added to \(sum.count)")
    let code = variant.code
    let count = x.count
    // SAFETY: both have the same count, and blocks of elements are disjoint.
    unsafe withInput(x) { x in
      unsafe withOutput(&sum) { sum in
        guard let x = unsafe x, let sum = unsafe sum else { return }
        nonisolated(unsafe) let (input, output) = unsafe (x, sum)
        forEachElementBlock(of: count) { range in
          let start = range.lowerBound
          unsafe closs_add(code, input + start, range.count, output + start)
        }
      }
    }
  }

  /// Multiplies elements by a factor.
  public func scale(_ x: inout MutableSpan<Float>, by factor: Float) {
    let code = variant.code
    let count = x.count
    // SAFETY: blocks of elements are disjoint.
    unsafe withOutput(&x) { x in
      guard let x = unsafe x else { return }
      nonisolated(unsafe) let output = unsafe x
      forEachElementBlock(of: count) { range in
        unsafe closs_scale(code, factor, range.count, output + range.lowerBound)
      }
    }
  }

  /// Adds the rows of `x` (R, C) to `sums` (C), as the gradient of a bias.
  ///
  /// In floats within fixed blocks of rows, in doubles from block to block.
  public func addColumnSums(of x: Span<Float>, to sums: inout MutableSpan<Float>) {
    let columns = sums.count
    let rows = columns == 0 ? 0 : x.count / columns
    requireCount(x.count, rows, columns, "x")
    let code = variant.code
    let blocks = ReductionBlocks(rows: rows, columns: columns)
    var partials = [Float](repeating: 0, count: blocks.count * columns)
    var partialSpan = partials.mutableSpan
    // SAFETY: a block reads its own rows and writes its own partial sums, and the pool returns before
    // the pointers end.
    unsafe withInput(x) { x in
      unsafe withOutputs(&sums, &partialSpan) { sums, partials in
        guard let x = unsafe x, let partials = unsafe partials else { return }
        nonisolated(unsafe) let (input, output) = unsafe (x, partials)
        forEachReductionBlock(blocks, columns: columns) { block, range in
          unsafe closs_column_sums(
            code,
            input + range.lowerBound * columns,
            range.count,
            columns,
            output + block * columns
          )
        }
        unsafe closs_add_blocks(code, partials, blocks.count, columns, sums)
      }
    }
  }
}
