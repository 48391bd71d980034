import CLossKernels
import FileFormats

extension BytePairVocabulary {
  /// The vocabulary that a training learned.
  ///
  /// - Parameters:
  ///   - learned: The alphabet and the merges.
  ///   - pattern: How text is cut into pieces.
  ///   - normalization: What happens to a text before.
  public init(
    _ learned: LearnedMerges,
    pattern: SplitPattern?,
    normalization: Normalization = .none
  ) {
    self.init(
      tokens: TokenBytes(learned.tokens),
      merging: .list(learned.merges),
      addedTokens: learned.specialTokens.enumerated().map { id, text in
        AddedToken(id: TokenID(id), text: text)
      },
      pattern: pattern
    )
    self.normalization = normalization
    findTextEndsByName()
  }

  /// The vocabulary as a `tokenizer.json`, which Hugging Face's `tokenizers` reads to the same ids.
  ///
  /// - Returns: The text of the file.
  /// - Throws: ``VocabularyError/Reason`` for tokens of characters, and for special tokens that are
  ///   no UTF-8.
  public func tokenizerJSON() throws(VocabularyError.Reason) -> String {
    guard spacing == nil else {
      throw .unsupported(component: "vocabulary of characters as", name: "tokenizer.json")
    }
    let file: JSONObject = [
      "version": "1.0",
      "truncation": nil,
      "padding": nil,
      "added_tokens": .array(try addedTokens.map(Self.addedTokenJSON)),
      "normalizer": normalization == .formC ? ["type": "NFC"] : nil,
      "pre_tokenizer": preTokenizerJSON,
      "post_processor": Self.byteLevelJSON(addsPrefixSpace: addsPrefixSpace, usesRegex: true),
      "decoder": Self.byteLevelJSON(addsPrefixSpace: addsPrefixSpace, usesRegex: true),
      "model": .object(try modelJSON()),
    ]
    return JSONValue.object(file).serialized() + "\n"
  }

  private static func addedTokenJSON(
    _ token: AddedToken
  ) throws(VocabularyError.Reason) -> JSONValue {
    guard let content = String(validating: token.text, as: UTF8.self) else {
      throw .unexpected(expected: "a token in UTF-8", found: ByteText(token.text).description)
    }
    return [
      "id": .integer(Int(token.id)),
      "content": .string(content),
      "single_word": false,
      "lstrip": .bool(token.stripsLeft),
      "rstrip": .bool(token.stripsRight),
      "normalized": false,
      "special": .bool(token.isSpecial),
    ]
  }

  private static func byteLevelJSON(addsPrefixSpace: Bool, usesRegex: Bool) -> JSONValue {
    [
      "type": "ByteLevel",
      "add_prefix_space": .bool(addsPrefixSpace),
      "trim_offsets": true,
      "use_regex": .bool(usesRegex),
    ]
  }

  private var preTokenizerJSON: JSONValue {
    guard let pattern, pattern != .gpt2 else {
      return Self.byteLevelJSON(addsPrefixSpace: addsPrefixSpace, usesRegex: pattern != nil)
    }
    let split: JSONValue = [
      "type": "Split",
      "pattern": ["Regex": .string(pattern.portableExpression)],
      "behavior": "Isolated",
      "invert": false,
    ]
    let bytes = Self.byteLevelJSON(addsPrefixSpace: addsPrefixSpace, usesRegex: false)
    return ["type": "Sequence", "pretokenizers": [split, bytes]]
  }

  private func modelJSON() throws(VocabularyError.Reason) -> JSONObject {
    let texts = Dictionary(addedTokens.map { ($0.id, $0.text) }) { first, _ in first }
    let unspelled = Set(unspelledTokens)
    let spellings = (0..<tokenCount).map { id in
      let isSpelled = texts[TokenID(id)] == nil && !unspelled.contains(TokenID(id))
      return isSpelled ? Self.spelling(of: tokens[id]) : String(decoding: tokens[id], as: UTF8.self)
    }
    var ids = JSONObject()
    for (id, spelling) in spellings.enumerated() where !spelling.isEmpty {
      guard ids.append(key: spelling, value: .integer(id)) else {
        throw .duplicateToken(ByteText(tokens[id]), first: ids[spelling]?.int ?? 0, second: id)
      }
    }
    return [
      "type": "BPE",
      "dropout": nil,
      "unk_token": .init(unknownToken.map { spellings[Int($0)] }),
      "continuing_subword_prefix": nil,
      "end_of_word_suffix": nil,
      "fuse_unk": false,
      "byte_fallback": false,
      "ignore_merges": .bool(looksUpWholePieces),
      "vocab": .object(ids),
      "merges": .array(
        try listedMerges().map {
          [.string(spellings[Int($0.left)]), .string(spellings[Int($0.right)])]
        }
      ),
    ]
  }

  /// A token's bytes as printable characters.
  static func spelling(of bytes: ArraySlice<UInt8>) -> String {
    var spelling = String.UnicodeScalarView()
    for byte in bytes {
      // All of the mapping's scalars are below the surrogates.
      if let scalar = Unicode.Scalar(ByteLevelAlphabet.scalarOfByte[Int(byte)]) {
        spelling.append(scalar)
      }
    }
    return String(spelling)
  }

  /// The merges in the order of their ranks, which a vocabulary of ranks implies.
  ///
  /// Only pairs that can stand side by side are listed, one for each token at most.
  public func listedMerges() throws(VocabularyError.Reason) -> [LearnedMerges.Merge] {
    switch merging {
    case .list(let merges): return merges
    case .ranks: return try BytePairTables(self).impliedMerges(of: self)
    case .rankOfToken(let ranks):
      return try BytePairTables(self).impliedMerges(of: self)
        .sorted { ranks[Int($0.result)] < ranks[Int($1.result)] }
    }
  }
}

extension SplitPattern {
  /// The expression in a form that all engines of regular expressions take for the same: without
  /// possessive repeats, which some read as repeats of repeats, and `$`, which for some is the end
  /// of a line.
  var portableExpression: String {
    guard self == .cl100k else { return expression }
    return #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"#
      + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// Finds the pattern of an expression that is in use, or that this package writes.
  init?(expressionOfFile expression: String) {
    let written = Self.allCases.first { $0.portableExpression == expression }
    guard let pattern = written ?? SplitPattern(expression: expression) else { return nil }
    self = pattern
  }
}
