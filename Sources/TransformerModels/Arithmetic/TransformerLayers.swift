import LossNumerics
import ModelShapes

/// The layers of a transformer: which parameters each has, found once.
struct TransformerLayers: Sendable, Hashable {
  /// The layers of one block.
  struct Block: Sendable, Hashable {
    var attentionNorm: Norm
    var projection: Linear
    var attentionOutput: Linear
    var feedForwardNorm: Norm

    /// Only where the feed-forward part is gated.
    var gate: Linear?
    var up: Linear
    var down: Linear
  }

  /// (V, C).
  var tokenEmbedding: Range<Int>

  /// (T, C), where positions are learned.
  var positionEmbedding: Range<Int>?
  var blocks: [Block]
  var finalNorm: Norm

  /// From the width to the vocabulary; tied, it is the token embedding.
  var head: Linear

  /// (V, C), where the gradient of the token embedding lies among the parameters'.
  ///
  /// Behind all others where the head has the same weight, to which slices add much sooner.
  var embeddingGradient: Range<Int>

  init(_ configuration: TransformerConfiguration, _ layout: ParameterLayout) {
    let shape = configuration.shape
    let finder = LayerFinder(layout: layout, configuration: configuration)
    tokenEmbedding = finder.range(.tokenEmbedding, nil)
    positionEmbedding = layout.range(.positionEmbedding)
    blocks = (0..<shape.layers).map(finder.block)
    finalNorm = finder.norm(.finalNormWeight, .finalNormBias, nil)
    head = Linear(
      weight: shape.isHeadTied ? tokenEmbedding : finder.range(.headWeight, nil),
      bias: nil,
      inputs: shape.width,
      outputs: shape.vocabulary
    )
    embeddingGradient =
      shape.isHeadTied ? layout.count..<layout.count + tokenEmbedding.count : tokenEmbedding
  }
}

extension TransformerLayers {
  /// All linear layers, the head at last.
  var linear: [Linear] {
    blocks.flatMap { block in
      let feedForward = [block.gate, block.up, block.down].compactMap(\.self)
      return [block.projection, block.attentionOutput] + feedForward
    } + [head]
  }
}

/// Finds the tensors of layers in a layout.
private struct LayerFinder {
  var layout: ParameterLayout
  var configuration: TransformerConfiguration

  func range(_ role: TransformerTensor.Role, _ layer: Int?) -> Range<Int> {
    guard let range = layout.range(role, layer: layer) else {
      preconditionFailure("the shape has no \(role.rawValue)")
    }
    return range
  }

  func norm(
    _ weight: TransformerTensor.Role,
    _ bias: TransformerTensor.Role,
    _ layer: Int?
  ) -> Norm {
    Norm(
      kind: configuration.shape.normalization,
      weight: range(weight, layer),
      bias: layout.range(bias, layer: layer),
      epsilon: Float(configuration.normEpsilon)
    )
  }

  func block(_ layer: Int) -> TransformerLayers.Block {
    let shape = configuration.shape
    let (width, inner) = (shape.width, shape.feedForwardWidth)
    func linear(
      _ weight: TransformerTensor.Role,
      _ bias: TransformerTensor.Role,
      _ inputs: Int,
      _ outputs: Int
    ) -> Linear {
      Linear(
        weight: range(weight, layer),
        bias: layout.range(bias, layer: layer),
        inputs: inputs,
        outputs: outputs
      )
    }
    return TransformerLayers.Block(
      attentionNorm: norm(.attentionNormWeight, .attentionNormBias, layer),
      projection: linear(.projectionWeight, .projectionBias, width, shape.projectionWidth),
      attentionOutput: linear(
        .attentionOutputWeight,
        .attentionOutputBias,
        shape.queryWidth,
        width
      ),
      feedForwardNorm: norm(.feedForwardNormWeight, .feedForwardNormBias, layer),
      gate: shape.feedForward == .gated ? linear(.gateWeight, .gateBias, width, inner) : nil,
      up: linear(.upWeight, .upBias, width, inner),
      down: linear(.downWeight, .downBias, inner, width)
    )
  }
}
