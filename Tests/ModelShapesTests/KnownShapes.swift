import ModelShapes
import Testing

/// A published model with the number of its parameters.
///
/// Sizes are those of the models' own configurations. Counts are what `sum(p.numel())` over the unique
/// parameters gives for them, as their makers and model cards state it.
struct KnownShape: Sendable, CustomTestStringConvertible {
  var name: String
  var shape: TransformerShape
  var parameterCount: Int
  var testDescription: String { name }

  static let all = [
    Self(
      name: "GPT-2",
      shape: .gpt2(layers: 12, width: 768, heads: 12),
      parameterCount: 124_439_808
    ),
    Self(
      name: "GPT-2 medium",
      shape: .gpt2(layers: 24, width: 1024, heads: 16),
      parameterCount: 354_823_168
    ),
    Self(
      name: "GPT-2 large",
      shape: .gpt2(layers: 36, width: 1280, heads: 20),
      parameterCount: 774_030_080
    ),
    Self(
      name: "GPT-2 XL",
      shape: .gpt2(layers: 48, width: 1600, heads: 25),
      parameterCount: 1_557_611_200
    ),
    Self(
      name: "Llama-2-7B",
      shape: .llama(
        layers: 32,
        width: 4096,
        heads: 32,
        feedForwardWidth: 11008,
        vocabulary: 32000,
        context: 4096
      ),
      parameterCount: 6_738_415_616
    ),
    Self(
      name: "TinyLlama-1.1B",
      shape: .llama(
        layers: 22,
        width: 2048,
        heads: 32,
        keyValueHeads: 4,
        feedForwardWidth: 5632,
        vocabulary: 32000,
        context: 2048
      ),
      parameterCount: 1_100_048_384
    ),
    Self(
      name: "Mistral-7B",
      shape: .llama(
        layers: 32,
        width: 4096,
        heads: 32,
        keyValueHeads: 8,
        feedForwardWidth: 14336,
        vocabulary: 32000,
        context: 32768
      ),
      parameterCount: 7_241_732_096
    ),
    Self(
      name: "Qwen2-0.5B",
      shape: .llama(
        layers: 24,
        width: 896,
        heads: 14,
        keyValueHeads: 2,
        feedForwardWidth: 4864,
        vocabulary: 151936,
        context: 131072,
        biases: .queriesKeysValues,
        isHeadTied: true
      ),
      parameterCount: 494_032_768
    ),
    Self(
      name: "Pythia-160m",
      shape: .gptNeoX(layers: 12, width: 768, heads: 12, vocabulary: 50304, context: 2048),
      parameterCount: 162_322_944
    ),
  ]
}

/// A published model with the ratio of its exact training operations to 6 N D.
///
/// From table A4 of Hoffmann et al., Training compute-optimal large language models (2022).
struct TableA4Model: Sendable, CustomTestStringConvertible {
  var name: String
  var width: Int
  var heads: Int
  var headWidth: Int
  var feedForwardWidth: Int
  var layers: Int
  var ratio: Double
  var testDescription: String { name }

  /// The table's vocabulary of 32,000 pieces and sequence of 2,048 tokens.
  static let (vocabulary, tokens) = (32_000, 2048)

  /// Its models carry relative positions, which shapes here do not have: the rest of them.
  var shape: TransformerShape {
    TransformerShape(
      layers: layers,
      width: width,
      heads: heads,
      headWidth: headWidth,
      feedForwardWidth: feedForwardWidth,
      vocabulary: Self.vocabulary,
      context: Self.tokens,
      positions: .rotary,
      normalization: .layerNorm,
      feedForward: .plain,
      biases: .all,
      isHeadTied: true
    )
  }

  /// The parameters of relative positions as in Transformer-XL: a projection and two biases a block.
  ///
  /// The paper does not say what its N holds; with these all six ratios come out to the last digit
  /// printed, without them none does.
  var relativePositionCount: Int { layers * (width * heads * headWidth + 2 * heads * headWidth) }

  private init(
    _ name: String,
    _ width: Int,
    _ heads: Int,
    _ headWidth: Int,
    _ feedForwardWidth: Int,
    _ layers: Int,
    _ ratio: Double
  ) {
    (self.name, self.width, self.heads, self.headWidth) = (name, width, heads, headWidth)
    (self.feedForwardWidth, self.layers, self.ratio) = (feedForwardWidth, layers, ratio)
  }

  static let all = [
    Self("73M", 640, 10, 64, 2560, 10, 1.0250),
    Self("305M", 1024, 16, 64, 4096, 20, 1.1008),
    Self("552M", 1280, 10, 128, 5120, 24, 1.0829),
    Self("1.1B", 1792, 14, 128, 7168, 26, 1.0441),
    Self("1.6B", 2048, 16, 128, 8192, 28, 1.0329),
    Self("6.8B", 3584, 28, 128, 14336, 40, 0.9941),
  ]
}
