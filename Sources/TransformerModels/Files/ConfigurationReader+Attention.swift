import FileFormats
import ModelShapes

// MARK: - Windows

extension ConfigurationReader {
  /// How many positions a query sees at most; `nil` for all.
  func attentionWindow(
    _ architecture: TransformerArchitecture,
    layers: Int
  ) throws(Reason) -> Int? {
    let type = try layerType(layers: layers)
    let window: Int?
    switch architecture {
    case .mistral: window = try slidingWindow()
    case .qwen2:
      window = try bool("use_sliding_window", default: false) ? slidingWindow() : nil
      if type == nil, let window { return try windowOfLastLayers(window, layers: layers) }
    default: window = nil
    }
    switch type {
    case "sliding_attention" where window == nil:
      throw .missingKey("sliding_window", expected: "a window, as `layer_types` asks for one")
    case "full_attention" where architecture == .mistral && window != nil:
      let supported = "layers that all have the window"
      throw .unsupported(key: "layer_types", supported: supported, found: "`full_attention`")
    case "full_attention": return nil
    default: return window
    }
  }

  /// The window, which both architectures have at 4,096 where nothing is said.
  private func slidingWindow() throws(Reason) -> Int? {
    guard has("sliding_window") else { return 4096 }
    let window = try count("sliding_window")
    guard window != 0 else {
      let expected = "a whole number from 1, or null"
      throw .wrongValue(key: "sliding_window", expected: expected, found: "`0`")
    }
    return window
  }

  /// The window of Qwen2's layers from `max_window_layers` on.
  private func windowOfLastLayers(_ window: Int, layers: Int) throws(Reason) -> Int? {
    let first = try count("max_window_layers") ?? 28
    if first >= layers { return nil }
    guard first == 0 else {
      throw .unsupported(
        key: "max_window_layers",
        supported: "windows of all layers or of none",
        found: "a window from layer \(first) of \(layers) on"
      )
    }
    return window
  }

  /// The kind of attention of all layers; `nil` where nothing is said.
  private func layerType(layers: Int) throws(Reason) -> String? {
    guard let (key, value) = find(["layer_types"]) else { return nil }
    let types = (value.array ?? []).compactMap(\.string)
    guard let first = types.first, types.count == layers, value.array?.count == layers else {
      let expected = "\(layers) names, one a layer"
      throw .wrongValue(key: key, expected: expected, found: Self.shown(value))
    }
    if let other = types.first(where: { $0 != first }) {
      let found = "a mixture of \(excerpt(first)) and \(excerpt(other))"
      throw .unsupported(key: key, supported: "one kind for all layers", found: found)
    }
    let known = ["full_attention", "sliding_attention"]
    guard known.contains(first) else {
      throw .unsupported(key: key, supported: known.joined(separator: ", "), found: excerpt(first))
    }
    return first
  }
}

// MARK: - Rotary positions

extension ConfigurationReader {
  /// How rotary positions come about, in the style of any version of `transformers`.
  func rotary(
    _ architecture: TransformerArchitecture,
    headWidth: Int
  ) throws(Reason) -> RotarySettings {
    // The older key comes first where a file has both, as there.
    let older = try object("rope_scaling")
    let newer = try object("rope_parameters")
    let nested = older ?? newer
    if let nested, let group = nested.members.members.first(where: { $0.value.object != nil }) {
      let found = "settings for \(excerpt(group.key)) alone"
      throw .unsupported(key: nested.name, supported: "one set for all layers", found: found)
    }
    let isNeoX = architecture == .gptNeoX
    let outer = isNeoX ? try positive("rotary_emb_base") : try positive("rope_theta")
    let base = try nested?.positive("rope_theta") ?? outer ?? 10_000
    guard base > 1 else {
      throw .wrongValue(key: "rope_theta", expected: "a number above 1", found: "\(base)")
    }
    let outerShare = isNeoX ? try positive("rotary_pct") : try positive("partial_rotary_factor")
    let share = try nested?.positive("partial_rotary_factor") ?? outerShare ?? (isNeoX ? 0.25 : 1)
    guard share <= 1, isNeoX || share == 1 else {
      let supported = isNeoX ? "at most 1" : "1 for `\(architecture.rawValue)`"
      let key = "partial_rotary_factor"
      throw .unsupported(key: key, supported: supported, found: "\(share)")
    }
    let scaling = try nested?.scaling() ?? .none
    let settings = RotarySettings(base: base, scaling: scaling, share: share)
    let dimension = settings.dimension(headWidth: headWidth)
    guard dimension > 0, dimension.isMultiple(of: 2) else {
      throw .unsupported(
        key: isNeoX ? "rotary_pct" : "head_dim",
        supported: "an even part of each head that turns",
        found: "\(dimension) of \(headWidth)"
      )
    }
    return settings
  }

  /// The key that these members stand under.
  private var name: String { String(prefix.dropLast()) }

  private func scaling() throws(Reason) -> RotarySettings.Scaling {
    switch try text("rope_type", "type") {
    case nil, "default": return .none
    case "linear": return .linear(factor: try required("factor"))
    case "llama3":
      let low = try required("low_freq_factor")
      let high = try required("high_freq_factor")
      guard low < high else {
        let expected = "a number above `low_freq_factor`"
        throw .wrongValue(key: prefix + "high_freq_factor", expected: expected, found: "\(high)")
      }
      return .llama3(
        factor: try required("factor"),
        low: low,
        high: high,
        originalContext: try size(.context, "original_max_position_embeddings")
      )
    case let type?:
      let key = prefix + (has("rope_type") ? "rope_type" : "type")
      throw .unsupported(key: key, supported: "default, linear and llama3", found: excerpt(type))
    }
  }

  private func required(_ key: String) throws(Reason) -> Double {
    guard let number = try positive(key) else {
      throw .missingKey(prefix + key, expected: "a number above 0")
    }
    return number
  }
}
