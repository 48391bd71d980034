import FileFormats

extension BytePairVocabulary {
  /// Reads a `tokenizer.json`, as Hugging Face's `tokenizers` writes it.
  ///
  /// Models of byte pairs are read, whose tokens are of bytes or, with SentencePiece's sign for a
  /// space, of characters.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  /// - Throws: ``VocabularyError``, which names what is not supported.
  public init(tokenizerJSON bytes: [UInt8], name: String) throws(VocabularyError) {
    var file = TokenizerJSONFile()
    do throws(JSONError) {
      try file.read(bytes, name: name)
    } catch {
      throw VocabularyError(name, nil, .json(error))
    }
    self = try file.vocabulary(name: name)
  }
}

/// What a `tokenizer.json` holds: all of it as values, but for the long lists of its model.
private struct TokenizerJSONFile {
  private var members = JSONObject()
  private var model = JSONObject()
  private var tokens: [(spelling: [UInt8], id: Int)] = []
  private var hasTokens = false

  /// A merge: its two tokens, or one text with a space between them.
  private var merges: [(left: [UInt8], right: [UInt8]?)] = []

  mutating func read(_ bytes: [UInt8], name: String) throws(JSONError) {
    var reader = try JSONReader(bytes, name: name)
    try reader.beginObject()
    while let key = try reader.nextKey() {
      let key = String(decoding: key, as: UTF8.self)
      if key == "model", reader.peek() == UInt8(ascii: "{") {
        try readModel(&reader)
      } else {
        members[key] = try reader.value()
      }
    }
    try reader.finish()
  }

  private mutating func readModel(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      switch String(decoding: key, as: UTF8.self) {
      case "vocab" where reader.peek() == UInt8(ascii: "{"):
        hasTokens = true
        try reader.beginObject()
        while let spelling = try reader.nextKey() { tokens.append((spelling, try reader.integer())) }
      case "merges":
        try readMerges(&reader)
      case let key:
        model[key] = try reader.value()
      }
    }
  }

  private mutating func readMerges(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginArray()
    while try reader.nextElement() {
      guard reader.peek() == UInt8(ascii: "[") else {
        merges.append((try reader.string(), nil))
        continue
      }
      try reader.beginArray()
      var parts: [[UInt8]] = []
      while parts.count < 3, try reader.nextElement() { parts.append(try reader.string()) }
      guard parts.count == 2 else {
        throw reader.place(.unexpected(expected: "two tokens of a merge", found: "\(parts.count)"))
      }
      merges.append((parts[0], parts[1]))
    }
  }
}

// MARK: - To a vocabulary

extension TokenizerJSONFile {
  func vocabulary(name: String) throws(VocabularyError) -> BytePairVocabulary {
    let components = TokenizerComponents(members, model: model)
    try components.checkModel(name: name, hasTokens: hasTokens)
    let preparation = try components.preparation(name: name)
    let isByteLevel = preparation.spacing == nil
    var spelled = SpelledTokens(isByteLevel: isByteLevel)
    let tokens: TokenBytes
    do throws(VocabularyError.Reason) {
      for token in self.tokens { try spelled.add(token.spelling, id: token.id) }
      tokens = try spelled.inOrder()
    } catch {
      throw VocabularyError(name, .path("model.vocab"), error)
    }
    var vocabulary = BytePairVocabulary(
      tokens: tokens,
      merging: .list(try resolveMerges(tokens, isByteLevel: isByteLevel, name: name)),
      pattern: preparation.pattern
    )
    vocabulary.normalization = preparation.normalization
    vocabulary.addsPrefixSpace = preparation.addsPrefixSpace
    vocabulary.spacing = preparation.spacing
    vocabulary.unspelledTokens = spelled.unspelledTokens
    try components.finish(&vocabulary, name: name)
    return vocabulary
  }

  private func resolveMerges(
    _ tokens: TokenBytes,
    isByteLevel: Bool,
    name: String
  ) throws(VocabularyError) -> [LearnedMerges.Merge] {
    var resolver = MergeResolver(tokens, isByteLevel: isByteLevel)
    do throws(VocabularyError.Reason) {
      for (position, merge) in merges.enumerated() {
        if let right = merge.right {
          try resolver.add(merge.left.span, right.span)
        } else if position > 0 || !merge.left.starts(with: "#version".utf8) {
          try resolver.add(merge.left.span)
        }
      }
    } catch {
      throw VocabularyError(name, .path("model.merges[\(resolver.merges.count)]"), error)
    }
    return resolver.merges
  }
}
