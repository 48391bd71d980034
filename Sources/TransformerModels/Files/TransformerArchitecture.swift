import ModelShapes

/// A family of transformers, as `model_type` in a `config.json` names it.
public enum TransformerArchitecture: String, Sendable, Hashable, CaseIterable {
  /// Learned positions, layer norm, biases, a tied head.
  case gpt2

  /// Rotary positions, root-mean-square norm, gated feed-forward parts, grouped queries.
  case llama

  /// Llama with a window on attention.
  case mistral

  /// Llama with biases on queries, keys and values.
  case qwen2

  /// Rotary positions on a part of each head, layer norm, both parts of a block in parallel.
  case gptNeoX = "gpt_neox"
}

extension TransformerArchitecture {
  /// The class that `transformers` has for it.
  var className: String {
    switch self {
    case .gpt2: "GPT2LMHeadModel"
    case .llama: "LlamaForCausalLM"
    case .mistral: "MistralForCausalLM"
    case .qwen2: "Qwen2ForCausalLM"
    case .gptNeoX: "GPTNeoXForCausalLM"
    }
  }

  /// The architecture that a configuration can be written as; `nil` where there is none.
  public init?(of configuration: TransformerConfiguration) {
    let shape = configuration.shape
    let isWhole = shape.keyValueHeads == shape.heads && shape.queryWidth == shape.width
    switch (shape.positions, shape.normalization, shape.feedForward) {
    case (.learned, .layerNorm, .plain)
    where isWhole && shape.biases == .all && shape.residual == .sequential
      && configuration.attentionWindow == nil:
      self = .gpt2
    case (.rotary, .rmsNorm, .gated) where shape.residual == .sequential:
      guard let found = Self.ofLlamaKind(configuration) else { return nil }
      self = found
    case (.rotary, .layerNorm, .plain)
    where isWhole && (shape.biases == .all || shape.biases == .feedForward)
      && configuration.attentionWindow == nil:
      self = .gptNeoX
    default: return nil
    }
  }

  private static func ofLlamaKind(_ configuration: TransformerConfiguration) -> Self? {
    let biases = configuration.shape.biases
    if biases == .queriesKeysValues { return .qwen2 }
    if configuration.attentionWindow != nil { return biases.isEmpty ? .mistral : nil }
    // Llama's biases of attention come all together.
    let hasAll = biases.isSuperset(of: [.queriesKeysValues, .attentionOutput])
    return hasAll || biases.subtracting(.feedForward).isEmpty ? .llama : nil
  }
}
