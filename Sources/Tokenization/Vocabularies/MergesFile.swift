import FileFormats

extension BytePairVocabulary {
  /// Reads the two files of GPT-2: the merges, `vocab.bpe` or `merges.txt`, and the tokens' ids,
  /// `encoder.json` or `vocab.json`.
  ///
  /// - Parameters:
  ///   - merges: The merges, one a line, after a line `#version`.
  ///   - tokens: A JSON object with an id for each spelling.
  ///   - mergesName: What errors call the file of merges.
  ///   - tokensName: What errors call the file of tokens.
  ///   - pattern: How text is cut into pieces, of which the files say nothing.
  ///   - specialTokens: The special tokens' spellings, of which the files say nothing either; those
  ///     that are no tokens are left out.
  /// - Throws: ``VocabularyError``.
  public init(
    merges: [UInt8],
    tokens: [UInt8],
    mergesName: String,
    tokensName: String,
    pattern: SplitPattern = .gpt2,
    specialTokens: [String] = ["<|endoftext|>"]
  ) throws(VocabularyError) {
    let spelled = try Self.readTokens(tokens, name: tokensName)
    self.init(
      tokens: spelled.tokens,
      merging: .list(try Self.readMerges(merges, of: spelled.tokens, name: mergesName)),
      pattern: pattern
    )
    unspelledTokens = spelled.unspelled
    let index = TokenIndex(spelled.tokens)
    addedTokens = specialTokens.compactMap { text in
      let bytes = Array(text.utf8)
      return index.find(bytes.span).map { AddedToken(id: $0, text: bytes) }
    }
    findTextEndsByName()
  }

  private static func readTokens(
    _ bytes: [UInt8],
    name: String
  ) throws(VocabularyError) -> (tokens: TokenBytes, unspelled: [TokenID]) {
    var spelled = SpelledTokens(isByteLevel: true)
    var spellings = TokenBytes()
    var ids: [Int] = []
    do throws(JSONError) {
      var reader = try JSONReader(bytes, name: name)
      try reader.beginObject()
      var spelling: [UInt8] = []
      while try reader.nextKey(into: &spelling) {
        spellings.append(spelling.span)
        ids.append(try reader.integer())
      }
      try reader.finish()
    } catch {
      throw VocabularyError(name, nil, .json(error))
    }
    do throws(VocabularyError.Reason) {
      for position in ids.indices {
        let spelling = spellings.bytes.span.extracting(spellings.range(position))
        try spelled.add(spelling, id: ids[position])
      }
      return (try spelled.inOrder(), spelled.unspelledTokens)
    } catch {
      throw VocabularyError(name, nil, error)
    }
  }

  private static func readMerges(
    _ bytes: [UInt8],
    of tokens: TokenBytes,
    name: String
  ) throws(VocabularyError) -> [LearnedMerges.Merge] {
    var resolver = MergeResolver(tokens, isByteLevel: true)
    let text = bytes.span
    var line = 0
    var start = 0
    while start < text.count {
      line += 1
      var end = start
      while end < text.count, text[end] != 0x0A { end += 1 }
      let next = end + 1
      if end > start, text[end - 1] == 0x0D { end -= 1 }
      let isHeader = line == 1 && bytes[start..<end].starts(with: "#version".utf8)
      if end > start, !isHeader {
        do throws(VocabularyError.Reason) {
          try resolver.add(text.extracting(start..<end))
        } catch {
          throw VocabularyError(name, .line(line), error)
        }
      }
      start = next
    }
    return resolver.merges
  }
}
