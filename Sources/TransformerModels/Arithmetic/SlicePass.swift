import Execution
import LossNumerics
import ModelShapes

/// What passes over a slice of a batch share: the layers, and where their activations lie.
///
/// ``forward(_:_:_:)`` and ``backward(_:_:_:_:)`` go through the same blocks, each step of one
/// undone by a step of the other. All numbers lie in one buffer by ``layout``.
struct SlicePass: Sendable {
  let configuration: TransformerConfiguration
  let layers: TransformerLayers
  var kernels: KernelContext
  let layout: ActivationLayout

  /// Whether a backward pass follows.
  let isKept: Bool

  /// The position of each row.
  let positions: [Int32]

  /// The angles of all positions, where they are rotary.
  let rotary: RotaryTable?
  let attention: AttentionShape

  /// The weights in the order in which products read them, if they were packed.
  var packed: PackedLayers?

  /// What is left out of this slice, if anything.
  var dropout: SliceDropout?

  /// When this slice adds to gradients, where others are worked beside it.
  var turn: GradientTurn?

  init(
    _ configuration: TransformerConfiguration,
    _ layers: TransformerLayers,
    kernels: KernelContext,
    sequences: Int,
    length: Int,
    isKept: Bool,
    dropsOut: Bool = false
  ) {
    let shape = configuration.shape
    self.configuration = configuration
    self.layers = layers
    self.kernels = kernels
    self.isKept = isKept
    layout = ActivationLayout(
      shape,
      sequences: sequences,
      length: length,
      isKept: isKept,
      dropsOut: dropsOut
    )
    positions = (0..<sequences).flatMap { _ in (0..<length).map(Int32.init) }
    rotary = configuration.rotary.map {
      RotaryTable(frequencies: $0.frequencies, positionCount: length)
    }
    attention = AttentionShape(
      batch: sequences,
      queries: length,
      headCount: shape.heads,
      keyValueHeadCount: shape.keyValueHeads,
      headSize: shape.headWidth,
      window: configuration.attentionWindow
    )
  }

  /// Whether elements may be left out.
  var dropsOut: Bool { layout.wholeAddend != layout.addend }

  /// The same on one thread.
  var onOneThread: SlicePass {
    var pass = self
    pass.kernels = kernels.onOneThread
    return pass
  }

  /// The heads that rotary positions turn: those of queries and keys.
  var turningHeads: HeadLayout {
    let shape = configuration.shape
    return HeadLayout(
      heads: shape.heads + shape.keyValueHeads,
      headSize: shape.headWidth,
      tokenStride: shape.projectionWidth,
      headStride: shape.headWidth
    )
  }
}

// MARK: - Forward

extension SlicePass {
  /// Computes the final norm's output of all rows, (R, C), from their tokens.
  ///
  /// - Parameters:
  ///   - ids: The tokens, (B, T).
  ///   - weights: The parameters.
  ///   - space: The activations.
  func forward(
    _ ids: Span<Int32>,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>
  ) {
    embed(ids, weights, space)
    var previous: ActivationLayout.Block?
    for (index, (layer, place)) in zip(layers.blocks, layout.blocks).enumerated() {
      enter(layer.attentionNorm, place, after: previous, weights, space)
      attend(layer, place, weights, space)
      drop(.attention(index), from: layout.wholeAddend, to: layout.addend, space)
      feedForward(layer, place, weights, space)
      drop(.feedForward(index), from: layout.wholeAddend, to: layout.addend, space)
      previous = place
    }
    leave(after: previous, weights, space)
  }

  private func embed(
    _ ids: Span<Int32>,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>
  ) {
    let target = dropout == nil ? layout.blocks[0].input : layout.wholeAddend
    var input = space.writablePart(target)
    defer { drop(.embedding, from: target, to: layout.blocks[0].input, space) }
    let table = weights.part(layers.tokenEmbedding)
    let columns = configuration.shape.width
    if let positionEmbedding = layers.positionEmbedding {
      kernels.embed(
        ids,
        table: table,
        positions: positions.span,
        positionTable: weights.part(positionEmbedding),
        columns: columns,
        into: &input
      )
    } else {
      kernels.embed(ids, table: table, columns: columns, into: &input)
    }
  }

  /// Adds what the block before left to add, and normalizes.
  private func enter(
    _ norm: Norm,
    _ place: ActivationLayout.Block,
    after previous: ActivationLayout.Block?,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>
  ) {
    var output = space.writablePart(place.attentionNorm)
    var statistics = space.writablePart(statistics(place.attentionStatistics, of: norm))
    guard let previous else {
      let input = space.part(place.input)
      return norm.forward(kernels, weights, input, into: &output, statistics: &statistics)
    }
    var sum = space.writablePart(place.input)
    norm.forward(
      kernels,
      weights,
      adding: space.part(previous.middle),
      space.part(layout.addend),
      sum: &sum,
      into: &output,
      statistics: &statistics
    )
  }

  /// Normalizes what the last block leaves.
  private func leave(
    after previous: ActivationLayout.Block?,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>
  ) {
    guard let previous else { return }
    let norm = layers.finalNorm
    var sum = space.writablePart(layout.output)
    var output = space.writablePart(layout.finalNorm)
    var statistics = space.writablePart(statistics(layout.finalStatistics, of: norm))
    norm.forward(
      kernels,
      weights,
      adding: space.part(previous.middle),
      space.part(layout.addend),
      sum: &sum,
      into: &output,
      statistics: &statistics
    )
  }

  /// Attention: projection, positions, weighted means, and the product after them.
  private func attend(
    _ layer: TransformerLayers.Block,
    _ place: ActivationLayout.Block,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>
  ) {
    var projection = space.writablePart(place.projection)
    apply(layer.projection, weights, space.part(place.attentionNorm), into: &projection)
    if let rotary, let pairing = configuration.rotary?.pairing {
      kernels.rotate(
        &projection,
        layout: turningHeads,
        positions: positions.span,
        table: rotary,
        pairing: pairing
      )
    }
    var attended = space.writablePart(place.attended)
    var logSumExps = space.writablePart(place.logSumExps)
    kernels.attention(
      attention,
      projection: space.part(place.projection),
      outputs: &attended,
      logSumExps: &logSumExps
    )
    var addend = space.writablePart(layout.wholeAddend)
    apply(layer.attentionOutput, weights, space.part(place.attended), into: &addend)
  }

  /// Leaves elements out, where that is asked for.
  private func drop(
    _ site: SliceDropout.Site,
    from source: Range<Int>,
    to target: Range<Int>,
    _ space: borrowing Matrix<Float>
  ) {
    guard let dropout else { return }
    var rest = space.writablePart(target)
    kernels.dropout(space.part(source), mask: dropout.mask(site), into: &rest)
  }

  /// The feed-forward part, after its norm.
  private func feedForward(
    _ layer: TransformerLayers.Block,
    _ place: ActivationLayout.Block,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>
  ) {
    let isParallel = configuration.shape.residual == .parallel
    enterFeedForward(layer.feedForwardNorm, place, isParallel: isParallel, weights, space)
    let normed = space.part(place.feedForwardNorm)
    var inner = space.writablePart(place.inner)
    if let gateLayer = layer.gate {
      var gate = space.writablePart(place.gate)
      var up = space.writablePart(place.up)
      apply(gateLayer, weights, normed, into: &gate)
      apply(layer.up, weights, normed, into: &up)
      kernels.swiGLU(gate: space.part(place.gate), up: space.part(place.up), into: &inner)
    } else if isKept {
      var up = space.writablePart(place.up)
      apply(layer.up, weights, normed, into: &up)
      kernels.activate(configuration.activation, space.part(place.up), into: &inner)
    } else {
      apply(layer.up, weights, normed, activation: configuration.activation, into: &inner)
    }
    var addend = space.writablePart(layout.wholeAddend)
    let middle = space.part(place.inner)
    apply(layer.down, weights, middle, accumulates: isParallel, into: &addend)
  }

  /// A linear layer, with its packed weight where there is one.
  func apply(
    _ layer: Linear,
    _ weights: borrowing Matrix<Float>,
    _ x: Span<Float>,
    activation: Activation? = nil,
    accumulates: Bool = false,
    into y: inout MutableSpan<Float>
  ) {
    layer.forward(
      kernels,
      weights,
      packed: packed,
      x,
      activation: activation,
      accumulates: accumulates,
      into: &y
    )
  }

  private func enterFeedForward(
    _ norm: Norm,
    _ place: ActivationLayout.Block,
    isParallel: Bool,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>
  ) {
    var output = space.writablePart(place.feedForwardNorm)
    var statistics = space.writablePart(statistics(place.feedForwardStatistics, of: norm))
    let input = space.part(place.input)
    if isParallel {
      return norm.forward(kernels, weights, input, into: &output, statistics: &statistics)
    }
    var middle = space.writablePart(place.middle)
    norm.forward(
      kernels,
      weights,
      adding: input,
      space.part(layout.addend),
      sum: &middle,
      into: &output,
      statistics: &statistics
    )
  }

  /// The part of the room for statistics that a norm uses.
  func statistics(_ range: Range<Int>, of norm: Norm) -> Range<Int> {
    range.prefix(layout.rows * norm.statisticsCount)
  }
}
