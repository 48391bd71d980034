import IsoLoss

/// The words that describe a model which does not exist yet.
struct ModelShapeWords: Sendable, Hashable {
  /// The model that they describe.
  let configuration: CheckpointConfiguration

  static let options: [Option] = [
    .choice(
      "architecture",
      architectures.map(\.rawValue),
      help: "the family of a model given by its sizes (default: llama)"
    ),
    .value("layers", "N", help: "blocks"),
    .value("width", "N", help: "the width of the residual stream"),
    .value("heads", "N", help: "query heads"),
    .value("key-value-heads", "N", help: "heads of keys and values (default: as many)"),
    .value("head-width", "N", help: "numbers of a head (default: the width over the heads)"),
    .value(
      "feed-forward",
      "N",
      help: "the inner width of the feed-forward part (default: four times the width; where it is"
        + " gated, eight thirds of it, up to a multiple of 256)"
    ),
    .value("vocabulary", "N", help: "tokens (default: 50257 for gpt2, else 32000)"),
    .value("context", "N", help: "the longest context (default: 1024 for gpt2, else 2048)"),
    .flag("tied", help: "the logits' matrix is the token embedding, as always in gpt2"),
  ]

  private static let architectures: [TransformerArchitecture] = [.gpt2, .llama, .qwen2, .gptNeoX]

  /// Takes the sizes; `nil` where none are given.
  init?(_ words: ParsedWords, hasFolder: Bool) throws(UsageError) {
    let given = Self.options.map(\.name).filter(words.isGiven)
    guard let first = given.first else { return nil }
    if hasFolder { throw .other("`--\(first)`: the folder says what its model is") }
    let name = words.text("architecture") ?? TransformerArchitecture.llama.rawValue
    let architecture = TransformerArchitecture(rawValue: name) ?? .llama
    let sizes = try Sizes(words, architecture)
    let shape = sizes.shape(architecture, isTied: words.has("tied"))
    let model = TransformerConfiguration(
      shape: shape,
      activation: architecture == .gpt2 ? .geluTanh : architecture == .gptNeoX ? .gelu : .silu,
      normEpsilon: shape.normalization == .layerNorm ? 1e-5 : 1e-6
    )
    let settings = RotarySettings(share: architecture == .gptNeoX ? 0.25 : 1)
    let turned = settings.dimension(headWidth: shape.headWidth)
    if shape.positions == .rotary, turned == 0 || !turned.isMultiple(of: 2) {
      throw .other("`--heads`: of heads of \(shape.headWidth) numbers no even part turns")
    }
    guard let configuration = CheckpointConfiguration(describing: model, rotary: settings) else {
      throw .other("`--architecture`: `\(name)` has no such parts")
    }
    self.configuration = configuration
  }
}

/// The sizes that words give.
private struct Sizes {
  let layers, width, heads, keyValueHeads, headWidth, feedForward, vocabulary, context: Int

  init(_ words: ParsedWords, _ architecture: TransformerArchitecture) throws(UsageError) {
    let (blocks, across, queries) = (
      try words.size("layers", .layers), try words.size("width", .width),
      try words.size("heads", .heads)
    )
    guard let layers = blocks, let width = across, let heads = queries else {
      let missing = blocks == nil ? "layers" : across == nil ? "width" : "heads"
      throw .other("a model by its sizes needs `--layers`, `--width`, `--heads`: no `--\(missing)`")
    }
    (self.layers, self.width, self.heads) = (layers, width, heads)
    let isGPT2 = architecture == .gpt2
    keyValueHeads = try words.size("key-value-heads", .keyValueHeads) ?? heads
    let ownWidth = try words.size("head-width", .headWidth)
    guard ownWidth != nil || width.isMultiple(of: heads) else {
      throw .other("`--heads`: \(heads) do not divide the width \(width)")
    }
    headWidth = ownWidth ?? width / heads
    guard heads.isMultiple(of: keyValueHeads) else {
      throw .other("`--key-value-heads`: \(keyValueHeads) do not divide \(heads) heads")
    }
    let isGated = architecture == .llama || architecture == .qwen2
    let usual = isGated ? (8 * width / 3 + 255) / 256 * 256 : 4 * width
    feedForward = try words.size("feed-forward", .feedForwardWidth) ?? usual
    vocabulary = try words.size("vocabulary", .vocabulary) ?? (isGPT2 ? 50257 : 32000)
    context = try words.size("context", .context) ?? (isGPT2 ? 1024 : 2048)
  }

  func shape(_ architecture: TransformerArchitecture, isTied: Bool) -> TransformerShape {
    let isPlain = architecture == .gpt2 || architecture == .gptNeoX
    return TransformerShape(
      layers: layers,
      width: width,
      heads: heads,
      keyValueHeads: keyValueHeads,
      headWidth: headWidth,
      feedForwardWidth: feedForward,
      vocabulary: vocabulary,
      context: context,
      positions: architecture == .gpt2 ? .learned : .rotary,
      normalization: isPlain ? .layerNorm : .rmsNorm,
      feedForward: isPlain ? .plain : .gated,
      residual: architecture == .gptNeoX ? .parallel : .sequential,
      biases: isPlain ? .all : architecture == .qwen2 ? .queriesKeysValues : [],
      isHeadTied: architecture == .gpt2 || isTied
    )
  }
}
