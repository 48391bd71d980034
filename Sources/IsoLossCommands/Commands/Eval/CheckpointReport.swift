import IsoLoss

/// What reports say of a checkpoint.
struct CheckpointReport {
  /// A file of weights.
  struct WeightFile {
    var name: String
    var byteCount: Int
    var hash: ContentHash

    init(name: String, _ byteCount: Int, _ hash: ContentHash) {
      (self.name, self.byteCount, self.hash) = (name, byteCount, hash)
    }
  }

  let name: String
  let model: TransformerModel
  let vocabulary: LoadedVocabulary?
  let window: CheckpointWords.Window
  let convention: CheckpointWords.Convention?
  let prefix: CheckpointPrefix?
  let weights: [WeightFile]

  private var shape: TransformerShape { model.configuration.transformer.shape }

  /// The model in a line.
  var title: String {
    "\(name): \(model.name), \(NumberText.counted(shape.parameterCount, "parameter")),"
      + " \(NumberText.count(shape.vocabulary)) in vocabulary"
  }

  /// The lines below it.
  var details: [String] {
    var lines = [windowLine, prefixLine]
    if model.scoredEnd != nil { lines.append("the end of each text is scored") }
    if let vocabulary { lines.append("tokenizer \(vocabulary.name)") }
    lines.append(weightLine)
    return lines
  }

  private var windowLine: String {
    let windows = model.windows
    if let convention {
      let length = NumberText.counted(windows.context, "token")
      let rule =
        switch convention {
        case .llamaCpp: "the second half of each is scored"
        case .lmEval: "the last one is filled, words are pieces of a split"
        case .hfStrided:
          "stride \(NumberText.count(windows.stride)), all but the first weigh one token less"
        }
      return "windows of \(length) as \(convention.rawValue) takes them: \(rule)"
    }
    let text = "\(window.rawValue) windows of \(NumberText.counted(windows.context, "token"))"
    return window == .disjoint ? text : "\(text), stride \(NumberText.count(windows.stride))"
  }

  private var prefixLine: String {
    guard let prefix else { return "nothing stands before a text: its first token is not scored" }
    let kind = prefix.isBeginning ? "begins" : "ends"
    let text = prefixText.map { "`\($0.escapedForTerminal)` (id \(prefix.id))" }
    let token = text ?? "token \(prefix.id)"
    let place =
      prefix.place == .every ? "takes the first place of each window" : "stands before each text"
    return "\(token), which \(kind) texts, \(place)"
  }

  /// How the vocabulary spells what stands before a text.
  private var prefixText: String? {
    guard let prefix, let pairs = vocabulary?.bytePairs, prefix.id < pairs.tokenCount else {
      return nil
    }
    let bytes = pairs.bytes(of: TokenID(prefix.id))
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  private var weightLine: String {
    let first = weights.first.map { "sha256 \("\($0.hash)".prefix(16))…" } ?? ""
    guard weights.count > 1 else { return "weights \(weights.first?.name ?? ""), \(first)" }
    return "weights in \(weights.count) files, the first \(first)"
  }
}

// MARK: - JSON

extension CheckpointReport {
  /// The model in JSON reports.
  var json: JSONObject {
    [
      "name": .string(name),
      "tokenUnit": .string(model.tokenUnit),
      "learns": false,
      "vocabularySize": .integer(shape.vocabulary),
      "architecture": .string(model.name),
      "parameterCount": .integer(shape.parameterCount),
      "trainedContext": .integer(shape.context),
      "weightFiles": .array(
        weights.map { file in
          [
            "name": .string(file.name),
            "byteCount": .integer(file.byteCount),
            "sha256": .string("\(file.hash)"),
          ]
        }
      ),
      "tokenizer": tokenizer,
      "compat": .init(convention?.rawValue),
      "window": .string(kind.rawValue),
      "context": .integer(model.windows.context),
      "stride": .integer(model.windows.stride),
      "prefix": prefixJSON,
      "scoredEnd": model.scoredEnd.map { .integer(Int($0)) } ?? .null,
    ]
  }

  /// How windows lie: those of other programs do not overlap, but for one.
  private var kind: CheckpointWords.Window {
    switch convention {
    case nil: window
    case .hfStrided: .sliding
    case .llamaCpp, .lmEval: .disjoint
    }
  }

  private var tokenizer: JSONValue {
    guard let vocabulary else { return .null }
    return [
      "name": .string(vocabulary.name),
      "tokenCount": .integer(vocabulary.tokenizer.tokenCount),
      "sha256": vocabulary.hash.map { .string("\($0)") } ?? .null,
    ]
  }

  private var prefixJSON: JSONValue {
    guard let prefix else { return .null }
    return [
      "id": .integer(prefix.id),
      "text": prefixText.map { .string($0) } ?? .null,
      "kind": .string(prefix.isBeginning ? "beginning-of-text" : "end-of-text"),
      "bos": .string(prefix.place.rawValue),
    ]
  }
}
