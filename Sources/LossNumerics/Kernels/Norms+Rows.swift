import CLossKernels
import Execution

// What layer norm and root-mean-square norm share: checks, blocks of rows, partial sums.

extension KernelContext {
  /// Either norm, forward.
  func normalize(
    _ x: Span<Float>,
    residual: Span<Float>,
    sum: inout MutableSpan<Float>,
    columns: Int,
    weight: Span<Float>,
    bias: Span<Float>,
    epsilon: Float,
    into out: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>,
    isCentered: Bool
  ) {
    let kept = isCentered ? Self.layerNormStatistics : 1
    let rows = statistics.count / kept
    requireCount(statistics.count, rows, kept, "statistics")
    requireCount(x.count, rows, columns, "x")
    requireCount(out.count, rows, columns, "out")
    requireRow(weight.count, columns, "weight")
    requireRow(bias.count, columns, "bias")
    let code = variant.code
    // SAFETY: counts are checked above; a block of rows touches its own rows of `sum`, `out` and
    // `statistics`, and the pool returns before the pointers end.
    unsafe withInputs(x, residual, weight, bias) { x, residual, weight, bias in
      unsafe withOutputs(&sum, &out, &statistics) { sum, out, statistics in
        nonisolated(unsafe) let whole = unsafe closs_norm(
          x: x,
          residual: residual,
          sum: sum,
          weight: weight,
          bias: bias,
          rows: rows,
          columns: columns,
          epsilon: epsilon,
          out: out,
          statistics: statistics
        )
        forEachRowBlock(rows: rows, columns: columns) { range in
          var part = unsafe whole.rows(range, kept: kept)
          if isCentered {
            unsafe closs_layer_norm(code, &part)
          } else {
            unsafe closs_rms_norm(code, &part)
          }
        }
      }
    }
  }

  /// Either norm, backward: `x` at once, weight and bias by blocks of rows.
  func normalizeBackward(
    _ outGradient: Span<Float>,
    _ x: Span<Float>,
    _ columns: Int,
    _ weight: Span<Float>,
    _ statistics: Span<Float>,
    _ xGradient: inout MutableSpan<Float>,
    _ weightGradient: inout MutableSpan<Float>,
    _ biasGradient: inout MutableSpan<Float>,
    isCentered: Bool
  ) {
    let kept = isCentered ? Self.layerNormStatistics : 1
    let rows = statistics.count / kept
    requireCount(statistics.count, rows, kept, "statistics")
    requireCount(x.count, rows, columns, "x")
    requireCount(outGradient.count, rows, columns, "outGradient")
    requireCount(xGradient.count, rows, columns, "xGradient")
    requireRow(weight.count, columns, "weight")
    requireRow(weightGradient.count, columns, "weightGradient")
    requireRow(biasGradient.count, columns, "biasGradient")
    let code = variant.code
    let blocks = ReductionBlocks(rows: rows, columns: columns)
    let partialCount = blocks.count * columns
    var partials = [Float](repeating: 0, count: 2 * partialCount)
    var partialSpan = partials.mutableSpan
    // SAFETY: counts are checked above; a block touches its own rows of `dx` and its own partial
    // sums, and the pool returns before the pointers end.
    unsafe withInputs(outGradient, x, weight, statistics) { dout, x, weight, statistics in
      unsafe withOutputs(&xGradient, &weightGradient, &biasGradient) { dx, dweight, dbias in
        unsafe withOutput(&partialSpan) { partials in
          guard let partials = unsafe partials, rows > 0 else { return }
          nonisolated(unsafe) let whole = unsafe closs_norm_gradient(
            dout: dout,
            x: x,
            weight: weight,
            statistics: statistics,
            rows: rows,
            columns: columns,
            dx: dx,
            dweight: dweight == nil ? nil : partials,
            dbias: dbias == nil ? nil : partials + partialCount
          )
          forEachReductionBlock(blocks, columns: columns) { block, range in
            var part = unsafe whole.rows(range, kept: kept, block: block)
            if isCentered {
              unsafe closs_layer_norm_backward(code, &part)
            } else {
              unsafe closs_rms_norm_backward(code, &part)
            }
          }
          if unsafe dweight != nil {
            unsafe closs_add_blocks(code, partials, blocks.count, columns, dweight)
          }
          if unsafe dbias != nil {
            unsafe closs_add_blocks(code, partials + partialCount, blocks.count, columns, dbias)
          }
        }
      }
    }
  }
}

extension closs_norm {
  /// The part of some rows, of which `kept` statistics each are kept.
  fileprivate func rows(_ range: Range<Int>, kept: Int) -> Self {
    let start = unsafe range.lowerBound * columns
    var part = unsafe self
    unsafe part.x += start
    if unsafe part.residual != nil { unsafe part.residual += start }
    if unsafe part.sum != nil { unsafe part.sum += start }
    unsafe part.out += start
    unsafe part.statistics += range.lowerBound * kept
    unsafe part.rows = range.count
    return unsafe part
  }
}

extension closs_norm_gradient {
  /// The part of some rows, with the partial sums of their block.
  fileprivate func rows(_ range: Range<Int>, kept: Int, block: Int) -> Self {
    let start = unsafe range.lowerBound * columns
    var part = unsafe self
    unsafe part.dout += start
    unsafe part.x += start
    unsafe part.dx += start
    unsafe part.statistics += range.lowerBound * kept
    if unsafe part.dweight != nil { unsafe part.dweight += block * columns }
    if unsafe part.dbias != nil { unsafe part.dbias += block * columns }
    unsafe part.rows = range.count
    return unsafe part
  }
}
