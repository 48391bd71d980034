extension TransformerShape {
  /// The shape of GPT-2 and its like: learned positions, layer norm, biases everywhere, a tied head.
  ///
  ///     let small = TransformerShape.gpt2(layers: 12, width: 768, heads: 12)
  ///
  /// - Precondition: All sizes are positive.
  public static func gpt2(
    layers: Int,
    width: Int,
    heads: Int,
    feedForwardWidth: Int? = nil,
    vocabulary: Int = 50257,
    context: Int = 1024
  ) -> TransformerShape {
    TransformerShape(
      layers: layers,
      width: width,
      heads: heads,
      feedForwardWidth: feedForwardWidth ?? 4 * width,
      vocabulary: vocabulary,
      context: context,
      positions: .learned,
      normalization: .layerNorm,
      feedForward: .plain,
      biases: .all,
      isHeadTied: true
    )
  }

  /// The shape of Llama and its like: rotary positions, root-mean-square norm, a gated feed-forward part.
  ///
  ///     let tiny = TransformerShape.llama(
  ///       layers: 22, width: 2048, heads: 32, keyValueHeads: 4, feedForwardWidth: 5632,
  ///       vocabulary: 32000, context: 2048)
  ///
  /// Mistral has the same parts; Qwen2 adds `biases: .queriesKeysValues`.
  ///
  /// - Precondition: All sizes are positive; the key heads divide the query heads.
  public static func llama(
    layers: Int,
    width: Int,
    heads: Int,
    keyValueHeads: Int? = nil,
    headWidth: Int? = nil,
    feedForwardWidth: Int,
    vocabulary: Int,
    context: Int,
    biases: Biases = [],
    isHeadTied: Bool = false
  ) -> TransformerShape {
    TransformerShape(
      layers: layers,
      width: width,
      heads: heads,
      keyValueHeads: keyValueHeads,
      headWidth: headWidth,
      feedForwardWidth: feedForwardWidth,
      vocabulary: vocabulary,
      context: context,
      positions: .rotary,
      normalization: .rmsNorm,
      feedForward: .gated,
      biases: biases,
      isHeadTied: isHeadTied
    )
  }

  /// The shape of GPT-NeoX and Pythia: rotary positions, layer norm, biases, both parts in parallel.
  ///
  /// - Precondition: All sizes are positive.
  public static func gptNeoX(
    layers: Int,
    width: Int,
    heads: Int,
    feedForwardWidth: Int? = nil,
    vocabulary: Int,
    context: Int,
    residual: Residual = .parallel,
    isHeadTied: Bool = false
  ) -> TransformerShape {
    TransformerShape(
      layers: layers,
      width: width,
      heads: heads,
      feedForwardWidth: feedForwardWidth ?? 4 * width,
      vocabulary: vocabulary,
      context: context,
      positions: .rotary,
      normalization: .layerNorm,
      feedForward: .plain,
      residual: residual,
      biases: .all,
      isHeadTied: isHeadTied
    )
  }
}
