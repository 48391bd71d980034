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
    self = try TokenizerJSONFile(bytes, name: name).vocabulary(name: name)
  }
}

extension AnyVocabulary {
  /// Reads a `tokenizer.json` of byte pairs, or of characters or words as this package writes it.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: What errors call it.
  /// - Throws: ``VocabularyError``, which names what is not supported.
  public init(tokenizerJSON bytes: [UInt8], name: String) throws(VocabularyError) {
    let file = try TokenizerJSONFile(bytes, name: name)
    if let units = try file.unitVocabulary(name: name) {
      self = .units(units)
    } else {
      self = .bytePairs(VocabularyFile(try file.vocabulary(name: name)))
    }
  }
}

/// What a `tokenizer.json` holds: all of it as values, but for the long lists of its model.
private struct TokenizerJSONFile {
  private var members = JSONObject()
  private var model = JSONObject()
  private var hasTokens = false

  /// The spellings of tokens, and their ids.
  private var spellings = TokenBytes()
  private var ids: [Int] = []

  /// The merges, two spellings for each.
  private var merges = TokenBytes()

  init(_ bytes: [UInt8], name: String) throws(VocabularyError) {
    do throws(JSONError) {
      try read(bytes, name: name)
    } catch {
      throw VocabularyError(name, nil, .json(error))
    }
  }

  private mutating func read(_ bytes: [UInt8], name: String) throws(JSONError) {
    var reader = try JSONReader(bytes, name: name)
    try reader.beginObject()
    var key: [UInt8] = []
    while try reader.nextKey(into: &key) {
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
    var key: [UInt8] = []
    while try reader.nextKey(into: &key) {
      switch String(decoding: key, as: UTF8.self) {
      case "vocab" where reader.peek() == UInt8(ascii: "{"):
        hasTokens = true
        try reader.beginObject()
        while try reader.nextKey(into: &key) {
          spellings.append(key.span)
          ids.append(try reader.integer())
        }
      case "merges":
        try readMerges(&reader)
      case let name:
        model[name] = try reader.value()
      }
    }
  }

  private mutating func readMerges(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginArray()
    var text: [UInt8] = []
    var isFirst = true
    while try reader.nextElement() {
      if reader.peek() == UInt8(ascii: "[") {
        try reader.beginArray()
        for _ in 0..<2 {
          guard try reader.nextElement() else { throw Self.notTwoTokens(reader) }
          try reader.string(into: &text)
          merges.append(text.span)
        }
        if try reader.nextElement() { throw Self.notTwoTokens(reader) }
      } else {
        try reader.string(into: &text)
        if let space = MergeResolver.separator(in: text.span) {
          merges.append(text.span.extracting(0..<space))
          merges.append(text.span.extracting(space + 1..<text.count))
        } else if !isFirst || !text.starts(with: "#version".utf8) {
          throw Self.notTwoTokens(reader)
        }
      }
      isFirst = false
    }
  }

  private static func notTwoTokens(_ reader: JSONReader) -> JSONError {
    reader.place(
      .unexpected(expected: "a merge of two tokens", found: "one that ends here with more or fewer")
    )
  }
}

// MARK: - To a vocabulary

extension TokenizerJSONFile {
  /// What a model of whole words holds; `nil` of any other model.
  func unitVocabulary(name: String) throws(VocabularyError) -> UnitVocabulary? {
    guard model["type"]?.string == UnitVocabulary.modelType, hasTokens else { return nil }
    return try UnitVocabulary(
      members: members,
      model: model,
      spellings: spellings,
      ids: ids,
      name: name
    )
  }

  func vocabulary(name: String) throws(VocabularyError) -> BytePairVocabulary {
    let components = TokenizerComponents(members, model: model)
    try components.checkModel(name: name, hasTokens: hasTokens)
    let preparation = try components.preparation(name: name)
    let isByteLevel = preparation.spacing == nil
    var spelled = SpelledTokens(isByteLevel: isByteLevel)
    let tokens: TokenBytes
    do throws(VocabularyError.Reason) {
      for position in ids.indices {
        let spelling = spellings.bytes.span.extracting(spellings.range(position))
        try spelled.add(spelling, id: ids[position])
      }
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
    for merge in 0..<merges.count / 2 {
      do throws(VocabularyError.Reason) {
        try resolver.add(
          merges.bytes.span.extracting(merges.range(2 * merge)),
          merges.bytes.span.extracting(merges.range(2 * merge + 1))
        )
      } catch {
        throw VocabularyError(name, .path("model.merges[\(merge)]"), error)
      }
    }
    return resolver.merges
  }
}
