/// Cuts texts into bytes, characters or words, each a token of its own.
///
///     let tokenizer = UnitTokenizer(.character, learningFrom: Array(text.utf8))
///     let ids = tokenizer.encode("a text")
///
/// Bytes are their own ids. Characters are numbered in the order of their UTF-8, words the most
/// frequent first; the last id of both stands for all that the vocabulary does not hold. A newline
/// is a token in every unit. ``UnitCounter`` finds the characters and words of texts of any size.
public struct UnitTokenizer: Tokenizer {
  /// The tokens.
  public let vocabulary: UnitVocabulary

  private let index: TokenIndex

  /// What tokens decode to.
  private let decoded: FlatTokens

  /// The ids of all units of one byte.
  private let idsOfBytes: [TokenID]

  /// The id of a newline; `nil` where that is unknown.
  let newlineToken: TokenID?

  /// Creates a tokenizer of bytes.
  public init() { self.init(.bytes) }

  /// Creates a tokenizer with the characters or words of a text.
  ///
  /// - Parameters:
  ///   - unit: What is taken for a token.
  ///   - text: The text; of no meaning for bytes.
  ///   - limit: How many tokens to keep, the most frequent; `nil` for all.
  /// - Precondition: `limit` is not negative, and there are at most
  ///   ``BytePairVocabulary/mostTokens`` tokens.
  public init(_ unit: TextUnit, learningFrom text: [UInt8], limit: Int? = nil) {
    precondition(limit ?? 0 >= 0, "\(limit ?? 0) tokens are none")
    self.init(unit == .byte ? .bytes : UnitTally.vocabulary(unit, of: text, limit: limit))
  }

  /// Creates a tokenizer of a vocabulary.
  public init(_ vocabulary: UnitVocabulary) {
    self.vocabulary = vocabulary
    let index = TokenIndex(vocabulary.tokens)
    self.index = index
    decoded = FlatTokens(vocabulary.decodedTokens)
    newlineToken = index.find([0x0A].span)
    idsOfBytes = (UInt8.min...UInt8.max).map { byte in
      let unit = [byte]
      return index.find(unit.span) ?? vocabulary.unknownToken ?? TokenID(byte)
    }
  }
}

// MARK: - Facts

extension UnitTokenizer {
  /// What is taken for a token.
  public var unit: TextUnit { vocabulary.unit }

  /// `byte`, `character` or `word`.
  public var tokenUnit: String { unit.rawValue }

  /// How many ids there are, that of the unknown included.
  public var tokenCount: Int { vocabulary.tokenCount }

  /// The id that stands for what the vocabulary does not hold; `nil` for bytes, which are all there.
  public var unknownToken: TokenID? { vocabulary.unknownToken }

  /// Always: what lengths leave out, white space and the unknown, makes their sum smaller.
  public var hasFixedLengths: Bool { true }

  /// Of words the white space between them is known only if it is always the same.
  public var lossReason: String { "white space is not the same throughout, which words leave out" }
}

// MARK: - Encoding

extension UnitTokenizer {
  /// Encodes a text; white space between words, but for newlines, has no tokens.
  public func encode(_ text: Span<UInt8>) -> [TokenID] {
    var ids: [TokenID] = []
    ids.reserveCapacity(unit == .word ? text.count / 4 : text.count)
    forEachUnit(of: text) { _, id in ids.append(id) }
    return ids
  }

  /// How many tokens a text has.
  public func count(_ text: Span<UInt8>) -> Int {
    if unit == .byte { return text.count }
    var count = 0
    forEachUnit(of: text) { _, _ in count += 1 }
    return count
  }

  /// Encodes a text, and says where each token stands: between words there are gaps.
  public func spans(_ text: [UInt8], specialTokens: SpecialTokenPolicy = .text) -> [TokenSpan] {
    var spans: [TokenSpan] = []
    var scalars = ScalarCursor()
    forEachUnit(of: text.span) { range, id in
      spans.append(scalars.span(of: id, range, in: text.span))
    }
    return spans
  }

  private func forEachUnit(of text: Span<UInt8>, _ body: (Range<Int>, TokenID) -> Void) {
    var splitter = SentenceSplitter(unit: unit)
    splitter.split(text) { token, bytes in
      if let id = id(of: token, bytes) { body(token.byteRange, id) }
    }
    splitter.finish { token, bytes in
      if let id = id(of: token, bytes) { body(token.byteRange, id) }
    }
  }

  /// The id of a token that a splitter hands on; `nil` for the end of a line without newline.
  @inline(__always)
  func id(of token: SentenceToken, _ bytes: Span<UInt8>) -> TokenID? {
    guard !token.isSentenceEnd else { return token.byteLength == 0 ? nil : idsOfBytes[0x0A] }
    if bytes.count == 1 { return idsOfBytes[Int(bytes[0])] }
    // Of a very long one only the beginning is at hand.
    guard token.byteLength == bytes.count else { return unknownToken }
    return index.find(bytes) ?? unknownToken
  }
}

extension SentenceToken {
  /// Where it stands in the text.
  fileprivate var byteRange: Range<Int> { byteOffset..<byteOffset + byteLength }
}

// MARK: - Decoding

extension UnitTokenizer {
  /// The bytes of tokens, with a space between two words, and U+FFFD for each that is unknown.
  ///
  /// - Precondition: All ids are below ``tokenCount``.
  public func decode(_ ids: Span<TokenID>) -> [UInt8] {
    var joint = WordJoint()
    return decode(ids, &joint)
  }

  /// The bytes of tokens that follow others.
  func decode(_ ids: Span<TokenID>, _ joint: inout WordJoint) -> [UInt8] {
    guard unit == .word else { return decoded.decode(ids) }
    var spaced: [TokenID] = []
    spaced.reserveCapacity(2 * ids.count)
    for position in ids.indices {
      let id = ids[position]
      precondition(Int(id) < tokenCount, "the id \(id) is beyond \(tokenCount) tokens")
      if joint.takesSpace(beforeWord: id != newlineToken) { spaced.append(TokenID(tokenCount)) }
      spaced.append(id)
    }
    return decoded.decode(spaced.span)
  }

  /// How many bytes a token has: 0 for the unknown, and for words without the space before them.
  public func byteLength(of id: TokenID) -> Int {
    precondition(Int(id) < tokenCount, "the id \(id) is beyond \(tokenCount) tokens")
    return vocabulary.tokens.length(Int(id))
  }
}

/// Says where spaces stand between decoded words.
struct WordJoint: Sendable {
  private var isBehindWord = false

  /// Whether a space stands before a token: between two words, but around no newline.
  mutating func takesSpace(beforeWord isWord: Bool) -> Bool {
    defer { isBehindWord = isWord }
    return isWord && isBehindWord
  }
}

extension UnitVocabulary {
  /// What each token decodes to: U+FFFD for the unknown, and of words a space behind all others.
  fileprivate var decodedTokens: TokenBytes {
    var decoded = TokenBytes()
    decoded.reserveCapacity(tokens: tokenCount + 1, bytes: tokens.bytes.count + 4)
    for id in 0..<tokenCount {
      let isUnknown = unknownToken.map { Int($0) == id } ?? false
      decoded.append(bytes: isUnknown ? [0xEF, 0xBF, 0xBD] : tokens[id])
      decoded.endToken()
    }
    if unit == .word { decoded.append([0x20].span) }
    return decoded
  }
}
