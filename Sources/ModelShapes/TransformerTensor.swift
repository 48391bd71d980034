/// A learned tensor of a transformer.
///
/// Matrices are (rows, columns) = (outputs, inputs); a vector has one column.
public struct TransformerTensor: Sendable, Hashable {
  /// What a tensor is for.
  public enum Role: String, Sendable, Hashable, CaseIterable {
    /// (V, C), a vector for each token.
    case tokenEmbedding

    /// (T, C), a vector for each position.
    case positionEmbedding

    /// (C), before attention.
    case attentionNormWeight

    /// (C), before attention.
    case attentionNormBias

    /// ((H + 2G) d, C): the rows of all query heads, then of the key heads, then of the value heads.
    case projectionWeight

    /// ((H + 2G) d), in the same order.
    case projectionBias

    /// (C, H d).
    case attentionOutputWeight

    /// (C).
    case attentionOutputBias

    /// (C), before the feed-forward part.
    case feedForwardNormWeight

    /// (C), before the feed-forward part.
    case feedForwardNormBias

    /// (F, C), of gated feed-forward parts.
    case gateWeight

    /// (F), of gated feed-forward parts.
    case gateBias

    /// (F, C).
    case upWeight

    /// (F).
    case upBias

    /// (C, F).
    case downWeight

    /// (C).
    case downBias

    /// (C), after the last block.
    case finalNormWeight

    /// (C), after the last block.
    case finalNormBias

    /// (V, C), where the head is not tied to the token embedding.
    case headWeight
  }

  /// What it is for.
  public var role: Role

  /// Its block, from 0; `nil` outside of blocks.
  public var layer: Int?

  /// The outputs of a matrix, the elements of a vector.
  public var rows: Int

  /// The inputs of a matrix, one for a vector.
  public var columns: Int

  /// Creates a tensor.
  public init(role: Role, layer: Int? = nil, rows: Int, columns: Int = 1) {
    self.role = role
    self.layer = layer
    self.rows = rows
    self.columns = columns
  }

  /// Its elements.
  public var count: Int { rows * columns }

  /// Whether it is a matrix, as an embedding is too: what weight decay is for.
  public var isMatrix: Bool {
    switch role {
    case .tokenEmbedding, .positionEmbedding, .projectionWeight, .attentionOutputWeight,
      .gateWeight, .upWeight, .downWeight, .headWeight:
      true
    default: false
    }
  }
}

extension TransformerShape {
  /// All tensors in the order in which data passes them.
  public var tensors: [TransformerTensor] {
    var tensors = [TransformerTensor(role: .tokenEmbedding, rows: vocabulary, columns: width)]
    if positions == .learned {
      tensors.append(.init(role: .positionEmbedding, rows: context, columns: width))
    }
    for layer in 0..<layers { tensors += blockTensors(layer) }
    tensors += norm(.finalNormWeight, .finalNormBias, layer: nil)
    if !isHeadTied { tensors.append(.init(role: .headWeight, rows: vocabulary, columns: width)) }
    return tensors
  }

  /// The tensors of one block.
  private func blockTensors(_ layer: Int) -> [TransformerTensor] {
    let inner = feedForwardWidth
    var tensors = norm(.attentionNormWeight, .attentionNormBias, layer: layer)
    func add(
      _ weight: TransformerTensor.Role,
      _ bias: TransformerTensor.Role,
      _ rows: Int,
      _ columns: Int,
      if group: Biases
    ) {
      tensors.append(.init(role: weight, layer: layer, rows: rows, columns: columns))
      if biases.contains(group) { tensors.append(.init(role: bias, layer: layer, rows: rows)) }
    }
    add(.projectionWeight, .projectionBias, projectionWidth, width, if: .queriesKeysValues)
    add(.attentionOutputWeight, .attentionOutputBias, width, queryWidth, if: .attentionOutput)
    tensors += norm(.feedForwardNormWeight, .feedForwardNormBias, layer: layer)
    if feedForward == .gated { add(.gateWeight, .gateBias, inner, width, if: .feedForward) }
    add(.upWeight, .upBias, inner, width, if: .feedForward)
    add(.downWeight, .downBias, width, inner, if: .feedForward)
    return tensors
  }

  /// The tensors of a norm.
  private func norm(
    _ weight: TransformerTensor.Role,
    _ bias: TransformerTensor.Role,
    layer: Int?
  ) -> [TransformerTensor] {
    let weight = TransformerTensor(role: weight, layer: layer, rows: width)
    guard normalization == .layerNorm else { return [weight] }
    return [weight, TransformerTensor(role: bias, layer: layer, rows: width)]
  }
}
