import LossNumerics
import ModelShapes

/// Where the activations of a slice lie in one buffer: R = B T rows of B sequences of T tokens.
///
/// For training each block keeps its own; for evaluation all blocks share the same places.
struct ActivationLayout: Sendable, Hashable {
  /// The activations of one block.
  struct Block: Sendable, Hashable {
    /// (R, C), the residual stream before the block.
    var input: Range<Int>

    /// (R, C), the normalized input, and the norm's statistics.
    var attentionNorm: Range<Int>
    var attentionStatistics: Range<Int>

    /// (R, (H + 2G) d), queries, keys and values.
    var projection: Range<Int>

    /// (R, H d), and (B, H, T) log-sum-exps.
    var attended: Range<Int>
    var logSumExps: Range<Int>

    /// (R, C), the residual stream after attention; where both parts run in parallel, the input.
    var middle: Range<Int>

    /// (R, C), what the feed-forward part reads, and the norm's statistics.
    var feedForwardNorm: Range<Int>
    var feedForwardStatistics: Range<Int>

    /// (R, F) each: the gate where there is one, the product before and after the activation.
    var gate: Range<Int>
    var up: Range<Int>
    var inner: Range<Int>
  }

  /// B and T.
  var sequences: Int
  var length: Int

  var blocks: [Block] = []

  /// (R, C), the residual stream after the last block, normalized, and the norm's statistics.
  var output: Range<Int>
  var finalNorm: Range<Int>
  var finalStatistics: Range<Int>

  /// (R, C), what a part of a block adds to the residual stream, until it is added; with dropout, what
  /// is left of it.
  var addend: Range<Int>

  /// (R, C), the same before dropout; without it the same place.
  var wholeAddend: Range<Int>

  /// Elements of the whole buffer.
  var count: Int

  /// R.
  var rows: Int { sequences * length }

  /// - Parameters:
  ///   - shape: The transformer.
  ///   - sequences: B.
  ///   - length: T.
  ///   - isKept: Whether a backward pass follows.
  ///   - dropsOut: Whether dropout can be asked for.
  init(
    _ shape: TransformerShape,
    sequences: Int,
    length: Int,
    isKept: Bool,
    dropsOut: Bool = false
  ) {
    self.sequences = sequences
    self.length = length
    let rows = sequences * length
    var parts = PartCounter()
    let width = rows * shape.width
    addend = parts.take(width)
    wholeAddend = dropsOut ? parts.take(width) : addend
    var input = parts.take(width)
    let other = parts.take(isKept ? 0 : width)
    for _ in 0..<shape.layers {
      if !isKept, let first = blocks.first {
        // Only the residual stream has to be elsewhere while the next block takes it over.
        var block = first
        if blocks.count % 2 == 1 { block.input = other }
        if shape.residual == .parallel { block.middle = block.input }
        blocks.append(block)
        continue
      }
      blocks.append(Block(shape, rows: rows, input: input, isKept: isKept, &parts))
      input = parts.take(width)
    }
    output = input
    finalNorm = parts.take(width)
    finalStatistics = parts.take(rows * KernelContext.layerNormStatistics)
    count = parts.count
  }
}

extension ActivationLayout.Block {
  init(
    _ shape: TransformerShape,
    rows: Int,
    input: Range<Int>,
    isKept: Bool,
    _ parts: inout PartCounter
  ) {
    let width = rows * shape.width
    let inner = rows * shape.feedForwardWidth
    let statistics = rows * KernelContext.layerNormStatistics
    let isGated = shape.feedForward == .gated
    self.input = input
    attentionNorm = parts.take(width)
    attentionStatistics = parts.take(statistics)
    projection = parts.take(rows * shape.projectionWidth)
    attended = parts.take(rows * shape.queryWidth)
    logSumExps = parts.take(rows * shape.heads)
    middle = shape.residual == .parallel ? input : parts.take(width)
    feedForwardNorm = parts.take(width)
    feedForwardStatistics = parts.take(statistics)
    gate = parts.take(isGated ? inner : 0)
    // Without a backward pass the product goes through the activation at once.
    up = parts.take(isGated || isKept ? inner : 0)
    self.inner = parts.take(inner)
  }
}

/// Divides a buffer into parts that begin on cache lines.
struct PartCounter {
  private(set) var count = 0

  mutating func take(_ size: Int) -> Range<Int> {
    defer { count += (size + 15) / 16 * 16 }
    return count..<count + size
  }
}
