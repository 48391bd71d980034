/// What a decoder-only transformer is on paper: its sizes and which parts a block has.
///
///     let small = TransformerShape(
///       layers: 12, width: 768, heads: 12, feedForwardWidth: 3072, vocabulary: 50257, context: 1024,
///       positions: .learned, normalization: .layerNorm, feedForward: .plain, biases: .all,
///       isHeadTied: true)
///     print(small.parameterCount)  // 124439808: GPT-2
///
/// One description covers GPT-2 (learned positions, layer norm, plain feed-forward, biases), Llama
/// (rotary positions, root-mean-square norm, gated feed-forward, grouped queries) and what lies
/// between. All counts derive from ``tensors``.
public struct TransformerShape: Sendable, Hashable {
  /// How a position enters.
  public enum Positions: String, Sendable, Hashable, CaseIterable {
    /// A learned vector for each position, added to the token's.
    case learned

    /// Queries and keys turned by angles, without parameters.
    case rotary
  }

  /// What keeps the residual stream in scale.
  public enum Normalization: String, Sendable, Hashable, CaseIterable {
    /// Mean and variance, with a weight and a bias.
    case layerNorm

    /// The root mean square, with a weight.
    case rmsNorm
  }

  /// What a feed-forward part does between its products.
  public enum FeedForward: String, Sendable, Hashable, CaseIterable {
    /// An activation: down(f(up(x))).
    case plain

    /// A gated linear unit: down(silu(gate(x)) · up(x)).
    case gated
  }

  /// How attention and feed-forward follow each other in a block.
  public enum Residual: String, Sendable, Hashable, CaseIterable {
    /// The feed-forward part reads what attention added to.
    case sequential

    /// Both read the block's input, each through its own norm.
    case parallel
  }

  /// Which products add a bias.
  public struct Biases: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: Int

    /// Creates a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Queries, keys and values.
    public static let queriesKeysValues = Biases(rawValue: 1)

    /// The product after attention.
    public static let attentionOutput = Biases(rawValue: 2)

    /// The products of the feed-forward part.
    public static let feedForward = Biases(rawValue: 4)

    /// All of them.
    public static let all: Biases = [.queriesKeysValues, .attentionOutput, .feedForward]
  }

  /// Blocks, L.
  public var layers: Int

  /// The width of the residual stream, C.
  public var width: Int

  /// Query heads, H.
  public var heads: Int

  /// Heads of keys and values, G; each serves H/G query heads.
  public var keyValueHeads: Int

  /// Numbers of a head, d.
  public var headWidth: Int

  /// The inner width of the feed-forward part, F.
  public var feedForwardWidth: Int

  /// Tokens that can be told apart, V.
  public var vocabulary: Int

  /// The longest context, in tokens, T.
  public var context: Int

  /// How a position enters.
  public var positions: Positions

  /// What keeps the residual stream in scale.
  public var normalization: Normalization

  /// What a feed-forward part does.
  public var feedForward: FeedForward

  /// How attention and feed-forward follow each other.
  public var residual: Residual

  /// Which products add a bias.
  public var biases: Biases

  /// Whether the logits' matrix is the token embedding.
  public var isHeadTied: Bool

  /// Creates a shape: by default as many key as query heads, which share the width, and a sequential
  /// block.
  ///
  /// - Precondition: All sizes are positive; the key heads divide the query heads.
  public init(
    layers: Int,
    width: Int,
    heads: Int,
    keyValueHeads: Int? = nil,
    headWidth: Int? = nil,
    feedForwardWidth: Int,
    vocabulary: Int,
    context: Int,
    positions: Positions,
    normalization: Normalization,
    feedForward: FeedForward,
    residual: Residual = .sequential,
    biases: Biases,
    isHeadTied: Bool
  ) {
    self.layers = layers
    self.width = width
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.headWidth = headWidth ?? max(1, width / max(1, heads))
    self.feedForwardWidth = feedForwardWidth
    self.vocabulary = vocabulary
    self.context = context
    self.positions = positions
    self.normalization = normalization
    self.feedForward = feedForward
    self.residual = residual
    self.biases = biases
    self.isHeadTied = isHeadTied
    precondition(
      [
        layers, width, heads, self.keyValueHeads, self.headWidth, feedForwardWidth, vocabulary,
        context,
      ].allSatisfy { $0 > 0 },
      "every size of a transformer is positive"
    )
    precondition(
      heads.isMultiple(of: self.keyValueHeads),
      "\(self.keyValueHeads) key heads do not divide \(heads) query heads"
    )
  }
}

extension TransformerShape {
  /// The width of all query heads together, H d.
  public var queryWidth: Int { heads * headWidth }

  /// The width of queries, keys and values of a position, (H + 2G) d.
  public var projectionWidth: Int { (heads + 2 * keyValueHeads) * headWidth }
}
