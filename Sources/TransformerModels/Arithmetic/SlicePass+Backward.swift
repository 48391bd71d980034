import LossNumerics
import ModelShapes

/// Where the gradients of a slice's activations lie while they are needed.
struct GradientPlaces: Sendable, Hashable {
  /// (R, C), of the residual stream.
  var stream: Range<Int>

  /// (R, C), of a norm's output.
  var normed: Range<Int>

  /// (R, C), of what a part of a block adds to the stream; without dropout that of the stream.
  var addend: Range<Int>

  /// (R, (H + 2G) d) and (R, H d).
  var projection: Range<Int>
  var attended: Range<Int>

  /// (R, F) each: of the gate, and of the activation's output and then, in its place, of its input.
  var gate: Range<Int>
  var inner: Range<Int>

  /// Elements of the whole buffer.
  var count: Int

  init(_ shape: TransformerShape, rows: Int, dropsOut: Bool) {
    var parts = PartCounter()
    let inner = rows * shape.feedForwardWidth
    stream = parts.take(rows * shape.width)
    normed = parts.take(rows * shape.width)
    addend = dropsOut ? parts.take(rows * shape.width) : stream
    projection = parts.take(rows * shape.projectionWidth)
    attended = parts.take(rows * shape.queryWidth)
    gate = parts.take(shape.feedForward == .gated ? inner : 0)
    self.inner = parts.take(inner)
    count = parts.count
  }
}

/// The memory of a backward pass: the gradients of a slice's activations.
struct GradientMemory: ~Copyable, Sendable {
  let places: GradientPlaces

  /// Gradients of activations, by ``places``.
  let scratch: Matrix<Float>

  init(_ shape: TransformerShape, rows: Int, dropsOut: Bool) {
    places = GradientPlaces(shape, rows: rows, dropsOut: dropsOut)
    scratch = Matrix(rows: 1, columns: places.count)
  }
}

extension SlicePass {
  /// Adds the gradients of all parameters but the head's, which made the first gradient.
  ///
  /// - Parameters:
  ///   - ids: The tokens, (B, T).
  ///   - weights: The parameters.
  ///   - space: The activations that a forward pass left.
  ///   - memory: Where gradients of activations lie; that of ``GradientPlaces/normed`` is the final norm's
  ///     output's.
  ///   - gradients: The parameters' gradients, which lie as ``TransformerLayers`` says.
  func backward(
    _ ids: Span<Int32>,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ memory: borrowing GradientMemory,
    _ gradients: borrowing Matrix<Float>
  ) {
    var stream = memory.scratch.writablePart(memory.places.stream)
    stream.update(repeating: 0)
    backward(
      layers.finalNorm,
      space.part(layout.output),
      statistics: layout.finalStatistics,
      weights,
      space,
      memory,
      gradients
    )
    for (index, (layer, place)) in zip(layers.blocks, layout.blocks).enumerated().reversed() {
      if configuration.shape.residual == .parallel {
        // Both parts read the stream's gradient before either adds to it.
        backwardAttentionOutput(layer, place, weights, space, memory, gradients)
        backwardFeedForward(layer, place, weights, space, memory, gradients)
      } else {
        backwardDrop(.feedForward(index), memory)
        backwardFeedForward(layer, place, weights, space, memory, gradients)
        backwardDrop(.attention(index), memory)
        backwardAttentionOutput(layer, place, weights, space, memory, gradients)
      }
      backwardAttention(layer, place, weights, space, memory, gradients)
    }
    backwardEmbedding(ids, memory, gradients)
  }

  /// Adds the gradients of a linear layer's parameters when it is this slice's turn.
  ///
  /// With the last rows the turn ends, band by band.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - gradients: The parameters' gradients.
  ///   - x: What the layer read, of some rows.
  ///   - outputGradient: The gradient of what it gave, of these rows.
  ///   - isLast: Whether these are the last rows of the slice.
  func addGradients(
    of layer: Linear,
    _ gradients: borrowing Matrix<Float>,
    _ x: Span<Float>,
    outputGradient: Span<Float>,
    isLast: Bool = true
  ) {
    guard let turn, isLast else {
      if let turn { turn.wait(for: layer.bands(of: turn.mostWeights).count) }
      return layer.backwardParameters(kernels, gradients, x, outputGradient: outputGradient)
    }
    for band in layer.bands(of: turn.mostWeights) {
      turn.wait()
      layer.backwardParameters(kernels, gradients, x, outputGradient: outputGradient, band: band)
      turn.end()
    }
  }

  /// A norm: adds to the stream's gradient.
  private func backward(
    _ norm: Norm,
    _ x: Span<Float>,
    statistics: Range<Int>,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ memory: borrowing GradientMemory,
    _ gradients: borrowing Matrix<Float>
  ) {
    var stream = memory.scratch.writablePart(memory.places.stream)
    turn?.wait()
    defer { turn?.end() }
    norm.backward(
      kernels,
      weights,
      gradients,
      x,
      statistics: space.part(self.statistics(statistics, of: norm)),
      outputGradient: memory.scratch.part(memory.places.normed),
      xGradient: &stream
    )
  }

  private func backwardFeedForward(
    _ layer: TransformerLayers.Block,
    _ place: ActivationLayout.Block,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ memory: borrowing GradientMemory,
    _ gradients: borrowing Matrix<Float>
  ) {
    let places = memory.places
    let addend = memory.scratch.part(places.addend)
    addGradients(of: layer.down, gradients, space.part(place.inner), outputGradient: addend)
    var inner = memory.scratch.writablePart(places.inner)
    layer.down.backwardInput(kernels, weights, outputGradient: addend, into: &inner)
    backwardActivation(layer, place, space, memory)
    let input = space.part(place.feedForwardNorm)
    var normed = memory.scratch.writablePart(places.normed)
    let up = memory.scratch.part(places.inner)
    addGradients(of: layer.up, gradients, input, outputGradient: up)
    layer.up.backwardInput(kernels, weights, outputGradient: up, into: &normed)
    if let gateLayer = layer.gate {
      let gate = memory.scratch.part(places.gate)
      addGradients(of: gateLayer, gradients, input, outputGradient: gate)
      gateLayer.backwardInput(
        kernels,
        weights,
        outputGradient: gate,
        accumulates: true,
        into: &normed
      )
    }
    backward(
      layer.feedForwardNorm,
      space.part(place.middle),
      statistics: place.feedForwardStatistics,
      weights,
      space,
      memory,
      gradients
    )
  }

  private func backwardActivation(
    _ layer: TransformerLayers.Block,
    _ place: ActivationLayout.Block,
    _ space: borrowing Matrix<Float>,
    _ memory: borrowing GradientMemory
  ) {
    var inner = memory.scratch.writablePart(memory.places.inner)
    guard layer.gate != nil else {
      return kernels.activateBackward(
        configuration.activation,
        input: space.part(place.up),
        replacing: &inner
      )
    }
    var gate = memory.scratch.writablePart(memory.places.gate)
    kernels.swiGLUBackward(
      gate: space.part(place.gate),
      up: space.part(place.up),
      gateGradient: &gate,
      replacing: &inner
    )
  }

  private func backwardAttentionOutput(
    _ layer: TransformerLayers.Block,
    _ place: ActivationLayout.Block,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ memory: borrowing GradientMemory,
    _ gradients: borrowing Matrix<Float>
  ) {
    let addend = memory.scratch.part(memory.places.addend)
    var attended = memory.scratch.writablePart(memory.places.attended)
    let input = space.part(place.attended)
    addGradients(of: layer.attentionOutput, gradients, input, outputGradient: addend)
    layer.attentionOutput.backwardInput(kernels, weights, outputGradient: addend, into: &attended)
  }

  private func backwardAttention(
    _ layer: TransformerLayers.Block,
    _ place: ActivationLayout.Block,
    _ weights: borrowing Matrix<Float>,
    _ space: borrowing Matrix<Float>,
    _ memory: borrowing GradientMemory,
    _ gradients: borrowing Matrix<Float>
  ) {
    var projection = memory.scratch.writablePart(memory.places.projection)
    projection.update(repeating: 0)
    kernels.attentionBackward(
      attention,
      projection: space.part(place.projection),
      outputs: space.part(place.attended),
      logSumExps: space.part(place.logSumExps),
      outputsGradient: memory.scratch.part(memory.places.attended),
      projectionGradient: &projection
    )
    if let rotary, let pairing = configuration.rotary?.pairing {
      kernels.rotateBackward(
        &projection,
        layout: turningHeads,
        positions: positions.span,
        table: rotary,
        pairing: pairing
      )
    }
    let gradient = memory.scratch.part(memory.places.projection)
    let input = space.part(place.attentionNorm)
    addGradients(of: layer.projection, gradients, input, outputGradient: gradient)
    var normed = memory.scratch.writablePart(memory.places.normed)
    layer.projection.backwardInput(kernels, weights, outputGradient: gradient, into: &normed)
    backward(
      layer.attentionNorm,
      space.part(place.input),
      statistics: place.attentionStatistics,
      weights,
      space,
      memory,
      gradients
    )
  }

  /// The gradient of what was there before dropout: a mask is its own transpose.
  private func backwardDrop(_ site: SliceDropout.Site, _ memory: borrowing GradientMemory) {
    guard let dropout else { return }
    var addend = memory.scratch.writablePart(memory.places.addend)
    let stream = memory.scratch.part(memory.places.stream)
    kernels.dropout(stream, mask: dropout.mask(site), into: &addend)
  }

  private func backwardEmbedding(
    _ ids: Span<Int32>,
    _ memory: borrowing GradientMemory,
    _ gradients: borrowing Matrix<Float>
  ) {
    backwardDrop(.embedding, memory)
    let stream = memory.scratch.part(memory.places.addend)
    let columns = configuration.shape.width
    turn?.wait()
    defer { turn?.end() }
    var table = gradients.writablePart(layers.embeddingGradient)
    kernels.embedBackward(
      outputGradient: stream,
      ids: ids,
      columns: columns,
      tableGradient: &table
    )
    guard let positionEmbedding = layers.positionEmbedding else { return }
    var positionTable = gradients.writablePart(positionEmbedding)
    kernels.embedBackward(
      outputGradient: stream,
      ids: positions.span,
      columns: columns,
      tableGradient: &positionTable
    )
  }
}
