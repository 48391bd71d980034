/// The floating-point operations of one forward pass over a sequence, by part.
///
///     let flops = shape.forwardFLOPs(tokens: 2048)
///     print(flops.training / Double(flops.tokens), 6 * shape.parameterCount)
///
/// Counted as in appendix F of Hoffmann et al. (Training compute-optimal large language models, 2022),
/// two operations for a multiply-add: for each block with s tokens, width d, h heads of k numbers and
/// inner width f
///
/// | part | operations |
/// |---|---|
/// | queries, keys, values | 6 s d (k h) |
/// | scores | 2 s² k h |
/// | softmax | 3 h s² |
/// | weighted sum | 2 s² k h |
/// | output | 2 s (k h) d |
/// | feed-forward | 4 s d f |
///
/// and 2 s V d for each of embedding and logits. Here 6 d (k h) becomes 2 d (h + 2g) k where g heads of
/// keys serve h of queries, and a gated feed-forward part takes 6 s d f. Norms, activations, biases and
/// rotary positions are left out, as there.
public struct ForwardFLOPs: Sendable, Hashable {
  /// Which pairs of a query and a key count.
  public enum Pairs: Sendable, Hashable {
    /// All s², as in the paper, although half of them are masked.
    case all

    /// Those that the query may see: at most `window` positions, its own among them, `nil` for all
    /// before it.
    case visible(window: Int? = nil)
  }

  /// The length of the sequence, s.
  public var tokens: Int

  /// The token embedding, as if it were a product.
  public var embedding: Double

  /// Queries, keys and values.
  public var projections: Double

  /// Products of queries and keys.
  public var scores: Double

  /// The softmax over the scores.
  public var softmax: Double

  /// The sums of values, weighted by it.
  public var weightedSums: Double

  /// The product after attention.
  public var attentionOutput: Double

  /// The feed-forward parts.
  public var feedForward: Double

  /// The logits.
  public var logits: Double
}

// MARK: - Derived

extension ForwardFLOPs {
  /// All of attention.
  public var attention: Double {
    projections + scores + softmax + weightedSums + attentionOutput
  }

  /// All blocks, without embedding and logits: what table A4 of the paper compares with 6 N D.
  public var blocks: Double { attention + feedForward }

  /// Everything, embedding and logits with it: the paper's definition.
  public var total: Double { embedding + blocks + logits }

  /// A training step over the sequence: the backward pass takes twice the forward one.
  public var training: Double { 3 * total }

  /// A training step of the blocks alone.
  public var blockTraining: Double { 3 * blocks }
}

extension ForwardFLOPs.Pairs {
  /// The pairs of a sequence, as a real number since sequences may be absurd.
  func count(tokens: Int) -> Double {
    let tokens = Double(tokens)
    guard case .visible(let window) = self else { return tokens * tokens }
    // The first w queries see 1, 2, …, w positions, the others w each.
    let width = min(tokens, Double(max(window ?? .max, 0)))
    return width * (width + 1) / 2 + (tokens - width) * width
  }
}

// MARK: - Of a shape

extension TransformerShape {
  /// The operations of a forward pass over a sequence.
  ///
  /// - Precondition: `tokens` is positive.
  public func forwardFLOPs(tokens: Int, pairs: ForwardFLOPs.Pairs = .all) -> ForwardFLOPs {
    precondition(tokens > 0, "a sequence of \(tokens) tokens")
    let (s, d) = (Double(tokens), Double(width))
    let (blocks, heads, queries) = (Double(layers), Double(heads), Double(queryWidth))
    let pairCount = pairs.count(tokens: tokens)
    let products: Double = feedForward == .gated ? 3 : 2
    let table = 2 * s * Double(vocabulary) * d
    return ForwardFLOPs(
      tokens: tokens,
      embedding: table,
      projections: blocks * 2 * s * d * Double(projectionWidth),
      scores: blocks * 2 * pairCount * queries,
      softmax: blocks * 3 * heads * pairCount,
      weightedSums: blocks * 2 * pairCount * queries,
      attentionOutput: blocks * 2 * s * queries * d,
      feedForward: blocks * 2 * products * s * d * Double(feedForwardWidth),
      logits: table
    )
  }

  /// The usual approximation of a training token's operations, 6 N, of all parameters.
  public var sixN: Double { 6 * Double(parameterCount) }

  /// A training token's operations with those of attention: 6 N + 12 L H Q T.
  ///
  /// The formula of Chowdhery et al. (PaLM, 2022, appendix B). N are all parameters and T the length of the sequence; all pairs count.
  public func palmTrainingFLOPsPerToken(tokens: Int) -> Double {
    sixN + 12 * Double(layers) * Double(queryWidth) * Double(tokens)
  }

  /// A training token's operations in what a program has to compute: three times those of blocks and
  /// logits.
  ///
  /// The vector of a token is looked up and not multiplied, so the embedding does not count; all pairs do, as in PaLM's formula, which
  /// charges norms and biases too and leaves the softmax out. Model FLOPs utilization is this times the tokens of a second, over what the machine can do.
  ///
  /// - Precondition: `tokens` is positive.
  public func modelTrainingFLOPsPerToken(tokens: Int) -> Double {
    let flops = forwardFLOPs(tokens: tokens)
    return 3 * (flops.blocks + flops.logits) / Double(tokens)
  }
}
