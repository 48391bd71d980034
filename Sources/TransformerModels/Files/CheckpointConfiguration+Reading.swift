public import FileFormats
import LossNumerics
import ModelShapes

extension CheckpointConfiguration {
  /// The longest configuration that is read, in bytes.
  private static let longest = 16 << 20

  /// Reads a `config.json`, as `transformers` of any version writes it.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - name: What errors call it; by default the path.
  /// - Throws: ``CheckpointError`` for a model that this package does not compute, or not exactly;
  ///   ``/FileFormats/JSONError`` and ``/FileFormats/FileError``.
  public init(path: String, name: String? = nil) throws {
    let name = name ?? path
    let bytes: [UInt8]
    do throws(FileError) {
      var source = try FileSource(path: path)
      bytes = try source.readAll(limit: Self.longest)
    } catch {
      throw FileError(name, error.reason)
    }
    try self.init(JSONValue(parsing: bytes, name: name), name: name)
  }

  /// Takes the meaning of a configuration.
  ///
  /// - Throws: ``CheckpointError`` at the first key that is missing, wrong, or asks for what this
  ///   package does not compute.
  public init(_ json: JSONValue, name: String) throws(CheckpointError) {
    do throws(CheckpointError.Reason) {
      guard let members = json.object else {
        throw .missingKey("model_type", expected: "an object with the model's sizes")
      }
      self = try Self.read(ConfigurationReader(members: members))
    } catch {
      throw CheckpointError(name, error)
    }
  }

  private static func read(
    _ reader: ConfigurationReader
  ) throws(CheckpointError.Reason) -> CheckpointConfiguration {
    let names = TransformerArchitecture.allCases.map(\.rawValue).joined(separator: ", ")
    guard let type = try reader.text("model_type") else {
      throw .missingKey("model_type", expected: "one of \(names)")
    }
    guard let architecture = TransformerArchitecture(rawValue: type) else {
      throw .unsupported(key: "model_type", supported: names, found: excerpt(type))
    }
    if let (key, value) = reader.find(["quantization_config"]) {
      let found = ConfigurationReader.shown(value)
      throw .unsupported(key: key, supported: "weights that are not quantized", found: found)
    }
    let (transformer, rotary) = try reader.model(architecture)
    return CheckpointConfiguration(
      architecture: architecture,
      transformer: transformer,
      rotary: rotary,
      beginningOfText: try reader.tokens("bos_token_id").first,
      endOfText: try reader.tokens("eos_token_id"),
      elementType: elementType(try reader.text("dtype", "torch_dtype"))
    )
  }

  private static func elementType(_ name: String?) -> SafetensorsType? {
    switch name {
    case "float32": .f32
    case "float16": .f16
    case "bfloat16": .bf16
    case "float64": .f64
    default: nil
    }
  }
}

// MARK: - By architecture

extension ConfigurationReader {
  typealias Model = (transformer: TransformerConfiguration, rotary: RotarySettings?)

  fileprivate func model(_ architecture: TransformerArchitecture) throws(Reason) -> Model {
    switch architecture {
    case .gpt2: (try gpt2(), nil)
    case .llama, .mistral, .qwen2: try llama(architecture)
    case .gptNeoX: try gptNeoX()
    }
  }

  private func gpt2() throws(Reason) -> TransformerConfiguration {
    try require("scale_attn_weights", true)
    try require("scale_attn_by_inverse_layer_idx", false)
    try require("add_cross_attention", false)
    let width = try size(.width, "n_embd", "hidden_size")
    let heads = try size(.heads, "n_head", "num_attention_heads")
    var shape = TransformerShape.gpt2(
      layers: try size(.layers, "n_layer", "num_hidden_layers"),
      width: width,
      heads: heads,
      feedForwardWidth: try optionalSize(.feedForwardWidth, ["n_inner"]),
      vocabulary: try size(.vocabulary, "vocab_size"),
      context: try size(.context, "n_positions", "max_position_embeddings", "n_ctx")
    )
    shape.isHeadTied = try bool("tie_word_embeddings", default: true)
    _ = try sharedHeadWidth(width, heads, "n_head")
    return TransformerConfiguration(
      shape: shape,
      activation: try activation("activation_function", default: .geluTanh),
      normEpsilon: try positive("layer_norm_epsilon") ?? 1e-5
    )
  }

  private func llama(_ architecture: TransformerArchitecture) throws(Reason) -> Model {
    let width = try size(.width, "hidden_size")
    let heads = try size(.heads, "num_attention_heads")
    let keyValueHeads = try keyValueHeads(of: heads, architecture)
    let layers = try size(.layers, "num_hidden_layers")
    let ownHeadWidth = try optionalHeadWidth()
    let headWidth =
      if let ownHeadWidth { ownHeadWidth } else {
        try sharedHeadWidth(width, heads, "num_attention_heads")
      }
    guard try activation("hidden_act", default: .silu) == .silu else {
      let found = find(["hidden_act"]).map { Self.shown($0.value) } ?? ""
      throw .unsupported(key: "hidden_act", supported: "silu", found: found)
    }
    let shape = TransformerShape.llama(
      layers: layers,
      width: width,
      heads: heads,
      keyValueHeads: keyValueHeads,
      headWidth: headWidth,
      feedForwardWidth: try size(.feedForwardWidth, "intermediate_size"),
      vocabulary: try size(.vocabulary, "vocab_size"),
      context: try size(.context, "max_position_embeddings"),
      biases: try biases(architecture),
      isHeadTied: try bool("tie_word_embeddings", default: false)
    )
    let transformer = TransformerConfiguration(
      shape: shape,
      activation: .silu,
      normEpsilon: try positive("rms_norm_eps") ?? 1e-6,
      attentionWindow: try attentionWindow(architecture, layers: layers)
    )
    return (transformer, try rotary(architecture, headWidth: shape.headWidth))
  }

  private func gptNeoX() throws(Reason) -> Model {
    let width = try size(.width, "hidden_size")
    let heads = try size(.heads, "num_attention_heads")
    var shape = TransformerShape.gptNeoX(
      layers: try size(.layers, "num_hidden_layers"),
      width: width,
      heads: heads,
      feedForwardWidth: try size(.feedForwardWidth, "intermediate_size"),
      vocabulary: try size(.vocabulary, "vocab_size"),
      context: try size(.context, "max_position_embeddings"),
      residual: try bool("use_parallel_residual", default: true) ? .parallel : .sequential,
      isHeadTied: try bool("tie_word_embeddings", default: false)
    )
    if try !bool("attention_bias", default: true) { shape.biases = .feedForward }
    let headWidth = try sharedHeadWidth(width, heads, "num_attention_heads")
    let transformer = TransformerConfiguration(
      shape: shape,
      activation: try activation("hidden_act", default: .gelu),
      normEpsilon: try positive("layer_norm_eps") ?? 1e-5
    )
    return (transformer, try rotary(.gptNeoX, headWidth: headWidth))
  }
}

// MARK: - Parts

extension ConfigurationReader {
  /// The width of heads that share the width of the model.
  private func sharedHeadWidth(_ width: Int, _ heads: Int, _ key: String) throws(Reason) -> Int {
    guard width.isMultiple(of: heads) else {
      throw .wrongValue(key: key, expected: "a divisor of the width \(width)", found: "\(heads)")
    }
    return try checkedHeadWidth(width / heads, key)
  }

  private func optionalHeadWidth() throws(Reason) -> Int? {
    guard let width = try optionalSize(.headWidth, ["head_dim"]) else { return nil }
    return try checkedHeadWidth(width, "head_dim")
  }

  private func checkedHeadWidth(_ width: Int, _ key: String) throws(Reason) -> Int {
    let limit = AttentionShape.headSizeLimit
    guard width <= limit else {
      let found = "a head of \(width) numbers"
      throw .unsupported(key: key, supported: "heads of at most \(limit)", found: found)
    }
    return width
  }

  private func keyValueHeads(
    of heads: Int,
    _ architecture: TransformerArchitecture
  ) throws(Reason) -> Int {
    let key = "num_key_value_heads"
    // Where it is null all query heads have their own; where it is absent, Llama says so too.
    if architecture != .llama, !has(key) { _ = try size(.keyValueHeads, key) }
    let count = try optionalSize(.keyValueHeads, [key]) ?? heads
    guard heads.isMultiple(of: count) else {
      let expected = "a divisor of the \(heads) query heads"
      throw .wrongValue(key: key, expected: expected, found: "\(count)")
    }
    return count
  }

  private func biases(
    _ architecture: TransformerArchitecture
  ) throws(Reason) -> TransformerShape.Biases {
    switch architecture {
    case .qwen2: return .queriesKeysValues
    case .llama:
      var biases: TransformerShape.Biases = []
      if try bool("attention_bias", default: false) {
        biases.formUnion([.queriesKeysValues, .attentionOutput])
      }
      if try bool("mlp_bias", default: false) { biases.insert(.feedForward) }
      return biases
    default: return []
    }
  }

  private func activation(_ key: String, default fallback: Activation) throws(Reason) -> Activation
  {
    switch try text(key) {
    case nil: return fallback
    case "gelu", "gelu_python": return .gelu
    case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate":
      return .geluTanh
    case "relu": return .relu
    case "silu", "swish": return .silu
    case let name?:
      let supported = "gelu, gelu_new, relu and silu"
      throw .unsupported(key: prefix + key, supported: supported, found: excerpt(name))
    }
  }
}
