public import FileFormats
import LossNumerics
import ModelShapes

extension CheckpointConfiguration {
  /// The configuration as `config.json` holds it.
  ///
  /// Rotary positions and the type of elements stand there in the style of `transformers` 5
  /// (`rope_parameters`, `dtype`) and of versions before (`rope_theta`, `rope_scaling`, `torch_dtype`).
  public var json: JSONValue {
    var object: JSONObject = [
      "architectures": [.string(architecture.className)],
      "model_type": .string(architecture.rawValue),
      "vocab_size": .integer(transformer.shape.vocabulary),
    ]
    switch architecture {
    case .gpt2: addGPT2(to: &object)
    case .llama, .mistral, .qwen2: addLlama(to: &object)
    case .gptNeoX: addGPTNeoX(to: &object)
    }
    if let rotary { add(rotary, to: &object) }
    object["tie_word_embeddings"] = .bool(transformer.shape.isHeadTied)
    object["bos_token_id"] = JSONValue(beginningOfText)
    object["eos_token_id"] =
      endOfText.count > 1 ? .array(endOfText.map { .integer($0) }) : JSONValue(endOfText.first)
    object["initializer_range"] = 0.02
    object["use_cache"] = true
    if let name = elementTypeName {
      object["dtype"] = .string(name)
      object["torch_dtype"] = .string(name)
    }
    return .object(object)
  }

  private var elementTypeName: String? {
    switch elementType {
    case .f32: "float32"
    case .f16: "float16"
    case .bf16: "bfloat16"
    case .f64: "float64"
    default: nil
    }
  }

  private var activationName: String {
    switch transformer.activation {
    case .relu: "relu"
    case .silu: "silu"
    case .gelu: "gelu"
    case .geluTanh: "gelu_new"
    }
  }

  private func addGPT2(to object: inout JSONObject) {
    let shape = transformer.shape
    object["n_positions"] = .integer(shape.context)
    object["n_embd"] = .integer(shape.width)
    object["n_layer"] = .integer(shape.layers)
    object["n_head"] = .integer(shape.heads)
    object["n_inner"] = .integer(shape.feedForwardWidth)
    object["activation_function"] = .string(activationName)
    object["layer_norm_epsilon"] = .number(transformer.normEpsilon)
    // Trained without dropout, so that training on does the same.
    for key in ["resid_pdrop", "embd_pdrop", "attn_pdrop"] { object[key] = 0.0 }
  }

  /// The keys that all others share.
  private func addSizes(to object: inout JSONObject) {
    let shape = transformer.shape
    object["hidden_size"] = .integer(shape.width)
    object["intermediate_size"] = .integer(shape.feedForwardWidth)
    object["num_hidden_layers"] = .integer(shape.layers)
    object["num_attention_heads"] = .integer(shape.heads)
    object["max_position_embeddings"] = .integer(shape.context)
    object["hidden_act"] = .string(activationName)
    object["attention_dropout"] = 0.0
  }

  private func addLlama(to object: inout JSONObject) {
    let shape = transformer.shape
    addSizes(to: &object)
    object["num_key_value_heads"] = .integer(shape.keyValueHeads)
    object["head_dim"] = .integer(shape.headWidth)
    object["rms_norm_eps"] = .number(transformer.normEpsilon)
    let window = transformer.attentionWindow
    switch architecture {
    case .mistral: object["sliding_window"] = JSONValue(window)
    case .qwen2:
      object["use_sliding_window"] = .bool(window != nil)
      object["sliding_window"] = JSONValue(window)
      object["max_window_layers"] = .integer(window == nil ? shape.layers : 0)
    default:
      object["attention_bias"] = .bool(shape.biases.contains(.queriesKeysValues))
      object["mlp_bias"] = .bool(shape.biases.contains(.feedForward))
    }
  }

  private func addGPTNeoX(to object: inout JSONObject) {
    addSizes(to: &object)
    object["layer_norm_eps"] = .number(transformer.normEpsilon)
    object["hidden_dropout"] = 0.0
    object["attention_bias"] = .bool(transformer.shape.biases.contains(.queriesKeysValues))
    object["use_parallel_residual"] = .bool(transformer.shape.residual == .parallel)
  }

  /// Rotary positions, in the newer and in the older style.
  private func add(_ rotary: RotarySettings, to object: inout JSONObject) {
    let isNeoX = architecture == .gptNeoX
    let scaling = rotary.scaling.members
    var parameters = JSONObject([("rope_theta", .number(rotary.base))] + scaling)
    if isNeoX { parameters["partial_rotary_factor"] = .number(rotary.share) }
    object["rope_parameters"] = .object(parameters)
    object[isNeoX ? "rotary_emb_base" : "rope_theta"] = .number(rotary.base)
    if isNeoX { object["rotary_pct"] = .number(rotary.share) }
    if case .none = rotary.scaling { return }
    object["rope_scaling"] = .object(JSONObject(scaling))
  }
}

extension RotarySettings.Scaling {
  /// The members that stand for the scaling.
  fileprivate var members: [(String, JSONValue)] {
    switch self {
    case .none: [("rope_type", "default")]
    case .linear(let factor): [("rope_type", "linear"), ("factor", .number(factor))]
    case .llama3(let factor, let low, let high, let originalContext):
      [
        ("rope_type", "llama3"), ("factor", .number(factor)), ("low_freq_factor", .number(low)),
        ("high_freq_factor", .number(high)),
        ("original_max_position_embeddings", .integer(originalContext)),
      ]
    }
  }
}
