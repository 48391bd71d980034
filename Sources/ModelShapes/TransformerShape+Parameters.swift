/// A part of a transformer, as counts are broken down.
public enum TransformerPart: String, Sendable, Hashable, CaseIterable {
  /// The vectors of tokens.
  case tokenEmbedding

  /// The vectors of positions, where they are learned.
  case positionEmbedding

  /// The products of attention in all blocks, with their biases.
  case attention

  /// The products of the feed-forward parts in all blocks, with their biases.
  case feedForward

  /// All norms.
  case norms

  /// The logits' matrix, where it is not the token embedding.
  case head
}

extension TransformerTensor {
  /// The part that it belongs to.
  public var part: TransformerPart {
    switch role {
    case .tokenEmbedding: .tokenEmbedding
    case .positionEmbedding: .positionEmbedding
    case .projectionWeight, .projectionBias, .attentionOutputWeight, .attentionOutputBias:
      .attention
    case .gateWeight, .gateBias, .upWeight, .upBias, .downWeight, .downBias: .feedForward
    case .attentionNormWeight, .attentionNormBias, .feedForwardNormWeight, .feedForwardNormBias,
      .finalNormWeight, .finalNormBias:
      .norms
    case .headWeight: .head
    }
  }
}

// MARK: - Counts

extension TransformerShape {
  /// All parameters, a tied head counted once.
  ///
  /// This is the N of Hoffmann et al. 2022.
  ///
  /// - Complexity: O(layers).
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.count } }

  /// The parameters of each part, in the order in which data passes; parts without any are left out.
  public var parameterCounts: [(part: TransformerPart, count: Int)] {
    var counts: [TransformerPart: Int] = [:]
    for tensor in tensors { counts[tensor.part, default: 0] += tensor.count }
    return TransformerPart.allCases.compactMap { part in counts[part].map { (part, $0) } }
  }

  /// The parameters of a part.
  public func parameterCount(of part: TransformerPart) -> Int {
    tensors.reduce(0) { $1.part == part ? $0 + $1.count : $0 }
  }

  /// The parameters of embeddings: the vectors of tokens and of positions, and a head of its own.
  public var embeddingParameterCount: Int {
    let parts: [TransformerPart] = [.tokenEmbedding, .positionEmbedding, .head]
    return parts.reduce(0) { $0 + parameterCount(of: $1) }
  }

  /// The parameters without those of embeddings.
  ///
  /// This is the N of Kaplan et al. 2020. The same runs give another exponent under another convention, so a table of runs says which of
  /// the two it holds.
  public var nonEmbeddingParameterCount: Int { parameterCount - embeddingParameterCount }
}
