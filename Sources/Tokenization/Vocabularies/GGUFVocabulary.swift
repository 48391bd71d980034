public import FileFormats

extension BytePairVocabulary {
  /// Reads the vocabulary of a GGUF model.
  ///
  /// - Parameters:
  ///   - metadata: What the file says of the model: the keys `tokenizer.ggml.…`.
  ///   - name: What errors call the file.
  /// - Throws: ``VocabularyError``, which names what is not supported.
  public init(gguf metadata: GGUFMetadata, name: String) throws(VocabularyError) {
    let file = GGUFVocabularyFile(metadata: metadata, name: name)
    let model = metadata["tokenizer.ggml.model"]?.string
    switch model {
    case "gpt2": self = try file.byteLevel()
    case "llama": self = try file.sentencePiece()
    case let model?: throw file.error("model", .unsupported(component: "model", name: model))
    case nil: throw file.error("model", .unexpected(expected: "a tokenizer", found: "none"))
    }
    file.findTextEnds(&self)
  }
}

/// The keys of a GGUF file that tell of its vocabulary.
private struct GGUFVocabularyFile {
  let metadata: GGUFMetadata
  let name: String

  /// What a file says of a token.
  private enum TokenType: Int {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
  }

  func error(_ key: String, _ reason: VocabularyError.Reason) -> VocabularyError {
    VocabularyError(name, .path("tokenizer.ggml.\(key)"), reason)
  }

  private subscript(_ key: String) -> GGUFMetadata.Value? { metadata["tokenizer.ggml.\(key)"] }

  /// The tokens' spellings.
  private func spellings() throws(VocabularyError) -> GGUFStrings {
    guard let spellings = self["tokens"]?.strings, spellings.count > 0 else {
      throw error("tokens", .unexpected(expected: "a list of tokens", found: "none"))
    }
    guard spellings.count <= BytePairVocabulary.mostTokens else {
      throw error("tokens", .tooManyTokens(limit: BytePairVocabulary.mostTokens))
    }
    return spellings
  }

  /// The types of tokens, by id; all are normal where the file says nothing.
  private func types(_ count: Int) throws(VocabularyError) -> [TokenType] {
    guard let value = self["token_type"] else { return Array(repeating: .normal, count: count) }
    guard let numbers = value.integers, numbers.count == count else {
      throw error(
        "token_type",
        .unexpected(expected: "\(count) types", found: "\(value.integers?.count ?? 0)")
      )
    }
    var types: [TokenType] = []
    types.reserveCapacity(count)
    for number in numbers {
      guard let type = TokenType(rawValue: number) else {
        throw error("token_type", .unsupported(component: "type of token", name: "\(number)"))
      }
      types.append(type)
    }
    return types
  }

  /// The tokens that are found in a text as a whole.
  private func addedTokens(
    _ types: [TokenType],
    _ spellings: GGUFStrings,
    hasMarks: Bool
  ) -> [BytePairVocabulary.AddedToken] {
    types.indices.filter { [.control, .unknown, .userDefined].contains(types[$0]) }.map { id in
      let isSpecial = types[id] != .userDefined
      let text =
        hasMarks && !isSpecial
        ? BytePairVocabulary.withSpaces(spellings[id]) : Array(spellings[id])
      return BytePairVocabulary.AddedToken(id: TokenID(id), text: text, isSpecial: isSpecial)
    }
  }

  /// Sets the tokens that begin and end a text, as the file says or by their names.
  func findTextEnds(_ vocabulary: inout BytePairVocabulary) {
    vocabulary.findTextEndsByName()
    func id(_ key: String) -> TokenID? {
      guard let id = self["\(key)_token_id"]?.int, 0..<vocabulary.tokenCount ~= id else {
        return nil
      }
      return TokenID(id)
    }
    vocabulary.beginningOfText = id("bos") ?? vocabulary.beginningOfText
    vocabulary.endOfText = id("eos") ?? vocabulary.endOfText
    let isSentencePiece = vocabulary.spacing != nil
    vocabulary.addsBeginningOfText =
      (self["add_bos_token"]?.bool ?? isSentencePiece) && vocabulary.beginningOfText != nil
  }
}

// MARK: - Tokens of bytes

extension GGUFVocabularyFile {
  /// Reads a vocabulary of bytes, with merges.
  func byteLevel() throws(VocabularyError) -> BytePairVocabulary {
    let spellings = try spellings()
    let types = try types(spellings.count)
    let pattern = try pattern()
    var spelled = SpelledTokens(isByteLevel: true)
    let tokens: TokenBytes
    do throws(VocabularyError.Reason) {
      for id in 0..<spellings.count { try spelled.add(spellings[id].span, id: id) }
      tokens = try spelled.inOrder()
    } catch {
      throw self.error("tokens", error)
    }
    var vocabulary = BytePairVocabulary(
      tokens: tokens,
      merging: .list(try merges(of: tokens)),
      pattern: pattern
    )
    let unused = types.indices.filter { types[$0] == .unused }.map { TokenID($0) }
    vocabulary.unspelledTokens = Set(spelled.unspelledTokens + unused).sorted()
    vocabulary.normalization = pattern == .qwen2 ? .formC : .none
    vocabulary.looksUpWholePieces = pattern == .llama3
    do throws(VocabularyError.Reason) {
      try vocabulary.add(addedTokens(types, spellings, hasMarks: false), isReplacing: true)
    } catch {
      throw self.error("tokens", error)
    }
    return vocabulary
  }

  private func pattern() throws(VocabularyError) -> SplitPattern {
    guard let name = self["pre"]?.string else { throw error("pre", .noPattern) }
    switch name {
    case "gpt-2", "phi-2", "jina-es", "jina-de", "mpt", "olmo", "roberta-bpe": return .gpt2
    case "llama3", "llama-v3", "llama-bpe", "dbrx", "smaug-bpe": return .llama3
    case "qwen2", "deepseek-r1-qwen": return .qwen2
    case "gpt-4o", "llama4": return .o200k
    default: throw error("pre", .unknownPattern(name))
    }
  }

  private func merges(
    of tokens: TokenBytes
  ) throws(VocabularyError) -> [LearnedMerges.Merge] {
    guard let merges = self["merges"]?.strings else {
      throw error("merges", .unexpected(expected: "a list of merges", found: "none"))
    }
    var resolver = MergeResolver(tokens, isByteLevel: true)
    for position in 0..<merges.count {
      do throws(VocabularyError.Reason) {
        try resolver.add(merges[position].span)
      } catch {
        throw self.error("merges[\(position)]", error)
      }
    }
    return resolver.merges
  }
}

// MARK: - Tokens of characters

extension GGUFVocabularyFile {
  /// Reads a vocabulary of characters, with scores.
  func sentencePiece() throws(VocabularyError) -> BytePairVocabulary {
    let spellings = try spellings()
    let types = try types(spellings.count)
    guard let scores = self["scores"]?.numbers, scores.count == spellings.count else {
      throw error(
        "scores",
        .unexpected(
          expected: "\(spellings.count) scores",
          found: "\(self["scores"]?.numbers?.count ?? 0)"
        )
      )
    }
    var pieces = ScoredPieces()
    for id in 0..<spellings.count {
      pieces.add(spellings[id].span, score: scores[id], mayMerge: types[id] == .normal)
    }
    do throws(VocabularyError.Reason) {
      var vocabulary = try pieces.vocabulary(
        addedTokens: addedTokens(types, spellings, hasMarks: true)
      )
      vocabulary.hasByteFallback = types.contains(.byte)
      vocabulary.unknownToken = types.firstIndex(of: .unknown).map { TokenID($0) }
      vocabulary.unspelledTokens = types.indices.filter { types[$0] == .unused }
        .map { TokenID($0) }
      let addsPrefix = self["add_space_prefix"]?.bool ?? true
      vocabulary.spacing = BytePairVocabulary.Spacing(prefix: addsPrefix ? .every : .never)
      return vocabulary
    } catch {
      throw self.error("tokens", error)
    }
  }
}
