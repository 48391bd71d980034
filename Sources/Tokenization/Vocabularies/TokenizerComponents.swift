import FileFormats

/// The small parts of a `tokenizer.json`: what happens to a text before tokens merge.
struct TokenizerComponents {
  private let members: JSONObject
  private let model: JSONObject

  init(_ members: JSONObject, model: JSONObject) {
    self.members = members
    self.model = model
  }

  /// How a text is prepared.
  struct Preparation {
    var pattern: SplitPattern?
    var normalization = BytePairVocabulary.Normalization.none
    var addsPrefixSpace = false
    var spacing: BytePairVocabulary.Spacing?
  }
}

extension VocabularyError {
  /// The error that a component of a kind is not supported.
  fileprivate static func unsupported(
    _ name: String,
    _ path: String,
    _ component: String,
    _ kind: String
  ) -> VocabularyError {
    VocabularyError(name, .path(path), .unsupported(component: component, name: kind))
  }
}

// MARK: - The model

extension TokenizerComponents {
  /// Throws unless the model is one of byte pairs, without anything unusual.
  func checkModel(name: String, hasTokens: Bool) throws(VocabularyError) {
    let type = model["type"]?.string
    if let type, type != "BPE" { throw .unsupported(name, "model.type", "model", type) }
    guard hasTokens else {
      throw VocabularyError(
        name,
        .path("model.vocab"),
        .unexpected(expected: "the tokens of a BPE model", found: "none")
      )
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let text = model[key]?.string, !text.isEmpty {
        throw .unsupported(name, "model.\(key)", "mark of subwords", text)
      }
    }
    if let dropout = model["dropout"]?.double, dropout != 0 {
      throw .unsupported(name, "model.dropout", "dropout of", "\(dropout)")
    }
  }

  /// Sets what the model and the added tokens say.
  func finish(_ vocabulary: inout BytePairVocabulary, name: String) throws(VocabularyError) {
    vocabulary.looksUpWholePieces = model["ignore_merges"]?.bool ?? false
    vocabulary.hasByteFallback = model["byte_fallback"]?.bool ?? false
    try addTokens(&vocabulary, name: name)
    if let unknown = model["unk_token"]?.string {
      vocabulary.unknownToken = find(Array(unknown.utf8), in: vocabulary)
    }
    findTextEnds(&vocabulary)
  }

  private func addTokens(
    _ vocabulary: inout BytePairVocabulary,
    name: String
  ) throws(VocabularyError) {
    var added: [BytePairVocabulary.AddedToken] = []
    for (position, token) in (members["added_tokens"]?.array ?? []).enumerated() {
      let path = "added_tokens[\(position)]"
      guard let id = token["id"]?.int, let content = token["content"]?.string,
        0..<BytePairVocabulary.mostTokens ~= id, !content.isEmpty
      else {
        let found = token.serialized(.compact)
        throw VocabularyError(
          name,
          .path(path),
          .unexpected(expected: "a token with `id` and `content`", found: found)
        )
      }
      if token["single_word"]?.bool == true {
        throw .unsupported(name, "\(path).single_word", "added token of single words", content)
      }
      var result = BytePairVocabulary.AddedToken(
        id: TokenID(id),
        text: Array(content.utf8),
        isSpecial: token["special"]?.bool ?? false
      )
      result.stripsLeft = token["lstrip"]?.bool ?? false
      result.stripsRight = token["rstrip"]?.bool ?? false
      added.append(result)
    }
    do throws(VocabularyError.Reason) {
      try vocabulary.add(added, isReplacing: true)
    } catch {
      throw VocabularyError(name, .path("added_tokens"), error)
    }
  }

  private func find(_ text: [UInt8], in vocabulary: BytePairVocabulary) -> TokenID? {
    if let added = vocabulary.addedTokens.first(where: { $0.text == text }) { return added.id }
    return (0..<vocabulary.tokenCount).first { vocabulary.tokens[$0].elementsEqual(text) }
      .map { TokenID($0) }
  }

  /// Finds the tokens that begin and end a text: in the template of a post-processor, or by name.
  private func findTextEnds(_ vocabulary: inout BytePairVocabulary) {
    vocabulary.findTextEndsByName()
    let processor = members["post_processor"]
    let processors = processor?["processors"]?.array ?? processor.map { [$0] } ?? []
    for case let template? in processors.map({ $0["single"]?.array }) {
      guard let first = template.first?["SpecialToken"]?["id"]?.string,
        let id = find(Array(first.utf8), in: vocabulary)
      else { continue }
      vocabulary.beginningOfText = id
      vocabulary.addsBeginningOfText = true
    }
  }
}

extension BytePairVocabulary {
  /// Finds the special tokens that begin and end a text by the names in use.
  mutating func findTextEndsByName() {
    let special = addedTokens.filter(\.isSpecial)
    func find(_ names: [String]) -> TokenID? {
      names.compactMap { name in special.first { $0.text.elementsEqual(name.utf8) }?.id }.first
    }
    beginningOfText = find(["<|begin_of_text|>", "<s>", "<bos>"])
    endOfText = find(["<|end_of_text|>", "<|endoftext|>", "</s>", "<eos>"])
  }
}

// MARK: - Preparation

extension TokenizerComponents {
  /// What the normalizer and the pre-tokenizer do.
  func preparation(name: String) throws(VocabularyError) -> Preparation {
    var preparation = Preparation()
    try readNormalizer(members["normalizer"] ?? .null, "normalizer", name, &preparation)
    try readPreTokenizer(members["pre_tokenizer"] ?? .null, name, &preparation)
    return preparation
  }

  private func readNormalizer(
    _ value: JSONValue,
    _ path: String,
    _ name: String,
    _ preparation: inout Preparation
  ) throws(VocabularyError) {
    let parts = value["type"]?.string == "Sequence" ? value["normalizers"]?.array ?? [] : [value]
    for (position, part) in parts.enumerated() where !part.isNull {
      let path = parts.count > 1 ? "\(path).normalizers[\(position)]" : path
      switch part["type"]?.string {
      case "NFC": preparation.normalization = .formC
      case "Prepend" where part["prepend"]?.string == "\u{2581}":
        preparation.spacing = BytePairVocabulary.Spacing(prefix: .every)
      case "Replace"
      where part["pattern"]?["String"]?.string == " " && part["content"]?.string == "\u{2581}":
        preparation.spacing = preparation.spacing ?? BytePairVocabulary.Spacing(prefix: .never)
      case let type:
        throw .unsupported(name, path, "normalizer", type ?? part.serialized(.compact))
      }
    }
  }

  private func readPreTokenizer(
    _ value: JSONValue,
    _ name: String,
    _ preparation: inout Preparation
  ) throws(VocabularyError) {
    let isSequence = value["type"]?.string == "Sequence"
    let parts = isSequence ? value["pretokenizers"]?.array ?? [] : value.isNull ? [] : [value]
    for (position, part) in parts.enumerated() {
      let path = isSequence ? "pre_tokenizer.pretokenizers[\(position)]" : "pre_tokenizer"
      switch part["type"]?.string {
      case "ByteLevel" where preparation.spacing == nil:
        preparation.addsPrefixSpace = part["add_prefix_space"]?.bool ?? true
        guard part["use_regex"]?.bool ?? true else { continue }
        if preparation.pattern != nil {
          throw .unsupported(name, path, "second pattern of", "ByteLevel")
        }
        preparation.pattern = .gpt2
      case "Split":
        if preparation.pattern != nil { throw .unsupported(name, path, "second", "Split") }
        preparation.pattern = try splitPattern(part, path, name)
      case "Metaspace": preparation.spacing = try spacing(part, path, name)
      case let type:
        throw .unsupported(name, path, "pre-tokenizer", type ?? part.serialized(.compact))
      }
    }
    if preparation.pattern != nil, preparation.spacing != nil {
      throw .unsupported(name, "pre_tokenizer", "pattern with", "\u{2581}")
    }
  }

  private func splitPattern(
    _ part: JSONValue,
    _ path: String,
    _ name: String
  ) throws(VocabularyError) -> SplitPattern {
    let behavior = part["behavior"]?.string ?? "Isolated"
    // Removing all that does not match leaves the matches, as isolating them does: nothing else is.
    let isInverted = part["invert"]?.bool ?? false
    guard behavior == "Isolated" && !isInverted || behavior == "Removed" && isInverted else {
      throw .unsupported(name, "\(path).behavior", "behavior", behavior)
    }
    guard let expression = part["pattern"]?["Regex"]?.string else {
      let found = part["pattern"]?.serialized(.compact) ?? "none"
      throw VocabularyError(name, .path("\(path).pattern"), .unknownPattern(found))
    }
    guard let pattern = SplitPattern(expressionOfFile: expression) else {
      throw VocabularyError(name, .path("\(path).pattern"), .unknownPattern(expression))
    }
    return pattern
  }

  private func spacing(
    _ part: JSONValue,
    _ path: String,
    _ name: String
  ) throws(VocabularyError) -> BytePairVocabulary.Spacing {
    if let sign = part["replacement"]?.string, sign != "\u{2581}" {
      throw .unsupported(name, "\(path).replacement", "sign for a space", sign)
    }
    let addsPrefix = part["add_prefix_space"]?.bool ?? true
    let scheme = part["prepend_scheme"]?.string ?? (addsPrefix ? "always" : "never")
    let prefix: BytePairVocabulary.Spacing.Prefix
    switch scheme {
    case "always": prefix = .every
    case "first": prefix = .first
    case "never": prefix = .never
    default: throw .unsupported(name, "\(path).prepend_scheme", "scheme", scheme)
    }
    return BytePairVocabulary.Spacing(
      prefix: prefix,
      prefixesOnlyWithoutSpace: true,
      cutsAtEachSpace: part["split"]?.bool ?? true
    )
  }
}
