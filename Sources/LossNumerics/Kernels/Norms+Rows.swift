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
    into output: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>,
    isCentered: Bool
  ) {
    let rows = requireRows(x.count, columns, statistics.count, isCentered: isCentered)
    requireCount(output.count, rows, columns, "output")
    requireRow(weight.count, columns, "weight")
    requireRow(bias.count, columns, "bias")
    // SAFETY: counts are checked above, and the pointers are used inside the bodies alone.
    unsafe withInputs(x, residual, weight, bias) { x, residual, weight, bias in
      unsafe withOutputs(&sum, &output, &statistics) { sum, output, statistics in
        let norm = unsafe closs_norm(
          x: x,
          residual: residual,
          sum: sum,
          weight: weight,
          bias: bias,
          rows: rows,
          columns: columns,
          epsilon: epsilon,
          out: output,
          statistics: statistics
        )
        unsafe normalizeRows(norm, isCentered: isCentered)
      }
    }
  }

  /// Either norm, forward, block of rows by block of rows.
  private func normalizeRows(_ norm: closs_norm, isCentered: Bool) {
    let code = variant.code
    let (rows, columns) = unsafe (norm.rows, norm.columns)
    // SAFETY: a block touches its own rows of `sum`, `out` and `statistics`, and the pool returns
    // before the pointers end.
    nonisolated(unsafe) let whole = unsafe norm
    forEachRowBlock(rows: rows, columns: columns) { range in
      var part = unsafe whole.rows(range, kept: Self.keptOfRow(isCentered))
      if isCentered {
        unsafe closs_layer_norm(code, &part)
      } else {
        unsafe closs_rms_norm(code, &part)
      }
    }
  }

  /// Either norm, backward: `x` at once, weight and bias by blocks of rows.
  func normalizeBackward(
    outputGradient: Span<Float>,
    x: Span<Float>,
    columns: Int,
    weight: Span<Float>,
    statistics: Span<Float>,
    xGradient: inout MutableSpan<Float>,
    weightGradient: inout MutableSpan<Float>,
    biasGradient: inout MutableSpan<Float>,
    isCentered: Bool
  ) {
    let rows = requireRows(x.count, columns, statistics.count, isCentered: isCentered)
    requireCount(outputGradient.count, rows, columns, "outputGradient")
    requireCount(xGradient.count, rows, columns, "xGradient")
    requireRow(weight.count, columns, "weight")
    requireRow(weightGradient.count, columns, "weightGradient")
    requireRow(biasGradient.count, columns, "biasGradient")
    // SAFETY: counts are checked above, and the pointers are used inside the bodies alone.
    unsafe withInputs(outputGradient, x, weight, statistics) { dout, x, weight, statistics in
      unsafe withOutputs(&xGradient, &weightGradient, &biasGradient) { dx, dweight, dbias in
        let gradient = unsafe closs_norm_gradient(
          dout: dout,
          x: x,
          weight: weight,
          statistics: statistics,
          rows: rows,
          columns: columns,
          dx: dx,
          dweight: dweight,
          dbias: dbias
        )
        unsafe addNormGradients(gradient, isCentered: isCentered)
      }
    }
  }

  /// Either norm, backward, block of rows by block of rows, then the blocks' sums in their order.
  private func addNormGradients(_ gradient: closs_norm_gradient, isCentered: Bool) {
    let code = variant.code
    let (rows, columns) = unsafe (gradient.rows, gradient.columns)
    let (wantsWeight, wantsBias) = unsafe (gradient.dweight != nil, gradient.dbias != nil)
    let blocks = ReductionBlocks(rows: rows, columns: columns)
    let count = blocks.count * columns
    // Only what is asked for; an empty array gives nil.
    var weightPartials = [Float](repeating: 0, count: wantsWeight ? count : 0)
    var biasPartials = [Float](repeating: 0, count: wantsBias ? count : 0)
    var weightSpan = weightPartials.mutableSpan
    var biasSpan = biasPartials.mutableSpan
    // SAFETY: a block touches its own rows of `dx` and its own partial sums, and the pool returns
    // before the pointers end.
    unsafe withOutputs(&weightSpan, &biasSpan) { weightPartials, biasPartials in
      nonisolated(unsafe) let whole = unsafe gradient.summing(weightPartials, biasPartials)
      forEachReductionBlock(blocks, columns: columns) { block, range in
        var part = unsafe whole.rows(range, kept: Self.keptOfRow(isCentered), block: block)
        if isCentered {
          unsafe closs_layer_norm_backward(code, &part)
        } else {
          unsafe closs_rms_norm_backward(code, &part)
        }
      }
      if let weightPartials = unsafe weightPartials {
        unsafe closs_add_blocks(code, weightPartials, blocks.count, columns, gradient.dweight)
      }
      if let biasPartials = unsafe biasPartials {
        unsafe closs_add_blocks(code, biasPartials, blocks.count, columns, gradient.dbias)
      }
    }
  }

  /// The floats that a norm keeps of each row.
  private static func keptOfRow(_ isCentered: Bool) -> Int { isCentered ? layerNormStatistics : 1 }

  /// The number of rows; traps unless it is that of `x` and the statistics.
  private func requireRows(
    _ count: Int,
    _ columns: Int,
    _ statisticsCount: Int,
    isCentered: Bool
  ) -> Int {
    let kept = Self.keptOfRow(isCentered)
    let rows = statisticsCount / kept
    requireCount(statisticsCount, rows, kept, "statistics")
    requireCount(count, rows, columns, "x")
    return rows
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
  /// The same with other places for the sums over rows.
  fileprivate func summing(_ dweight: FloatOutput, _ dbias: FloatOutput) -> Self {
    var changed = unsafe self
    unsafe changed.dweight = dweight
    unsafe changed.dbias = dbias
    return unsafe changed
  }

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
