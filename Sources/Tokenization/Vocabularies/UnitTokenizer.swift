/// Cuts texts into bytes, characters or words, each a token of its own.
///
///     let tokenizer = UnitTokenizer(.character, learningFrom: Array(text.utf8))
///     let ids = tokenizer.encode("a text")
///
/// Bytes are their own ids. Characters are numbered in the order of their UTF-8, words the most
/// frequent first; the last id of both stands for all that the vocabulary does not hold. A newline
/// is a token in every unit.
public struct UnitTokenizer: Tokenizer {
  /// What is taken for a token.
  public let unit: TextUnit

  /// The id that stands for what the vocabulary does not hold; `nil` for bytes, which are all there.
  public let unknownToken: TokenID?

  private let tokens: TokenBytes
  private let index: TokenIndex

  /// Creates a tokenizer of bytes.
  public init() {
    self.init(.byte, tokens: TokenBytes((UInt8.min...UInt8.max).map { [$0] }))
  }

  /// Creates a tokenizer with the characters or words of a text.
  ///
  /// - Parameters:
  ///   - unit: What is taken for a token.
  ///   - text: The text; of no meaning for bytes.
  ///   - limit: How many tokens to keep, the most frequent; `nil` for all.
  /// - Precondition: `limit` is not negative, and there are at most
  ///   ``BytePairVocabulary/mostTokens`` tokens.
  public init(_ unit: TextUnit, learningFrom text: [UInt8], limit: Int? = nil) {
    guard unit != .byte else {
      self.init()
      return
    }
    var counts: [[UInt8]: Int] = [:]
    Self.forEachUnit(unit, in: text.span) { range in counts[Array(text[range]), default: 0] += 1 }
    var kept = counts.sorted { first, second in
      first.value != second.value
        ? first.value > second.value : first.key.lexicographicallyPrecedes(second.key)
    }
    if let limit {
      precondition(limit >= 0, "\(limit) tokens are none")
      kept = Array(kept.prefix(limit))
    }
    var units = kept.map(\.key)
    if unit == .character { units.sort { $0.lexicographicallyPrecedes($1) } }
    self.init(unit, tokens: TokenBytes(units))
  }

  private init(_ unit: TextUnit, tokens: TokenBytes) {
    precondition(tokens.count < BytePairVocabulary.mostTokens, "\(tokens.count) tokens")
    self.unit = unit
    self.tokens = tokens
    unknownToken = unit == .byte ? nil : TokenID(tokens.count)
    index = TokenIndex(tokens)
  }

  /// How many ids there are, that of the unknown included.
  public var tokenCount: Int { tokens.count + (unknownToken == nil ? 0 : 1) }
}

// MARK: - Encoding

extension UnitTokenizer {
  /// Encodes a text; white space between words, but for newlines, has no tokens.
  public func encode(_ text: Span<UInt8>) -> [TokenID] {
    var ids: [TokenID] = []
    if unit == .byte {
      ids.reserveCapacity(text.count)
      for position in text.indices { ids.append(TokenID(text[position])) }
      return ids
    }
    let unknown = unknownToken ?? 0
    Self.forEachUnit(unit, in: text) { range in
      ids.append(index.find(text.extracting(range)) ?? unknown)
    }
    return ids
  }

  /// How many tokens a text has.
  public func count(_ text: Span<UInt8>) -> Int {
    if unit == .byte { return text.count }
    var count = 0
    Self.forEachUnit(unit, in: text) { _ in count += 1 }
    return count
  }

  /// The bytes of tokens, with a space between two words; the unknown have none.
  public func decode(_ ids: Span<TokenID>) -> [UInt8] {
    var text: [UInt8] = []
    for position in ids.indices {
      let id = Int(ids[position])
      precondition(id < tokenCount, "the id \(id) is beyond \(tokenCount) tokens")
      let bytes = id < tokens.count ? tokens[id] : []
      let isNewline = bytes.first == 0x0A
      if unit == .word, !isNewline, let last = text.last, last != 0x0A { text.append(0x20) }
      text += bytes
    }
    return text
  }

  /// How many bytes a token has: 0 for the unknown, and for words without the space that follows.
  public func byteLength(of id: TokenID) -> Int {
    precondition(Int(id) < tokenCount, "the id \(id) is beyond \(tokenCount) tokens")
    return Int(id) < tokens.count ? tokens.length(Int(id)) : 0
  }

  /// Hands on the places of a text's characters or words, and of its newlines.
  private static func forEachUnit(
    _ unit: TextUnit,
    in text: Span<UInt8>,
    _ body: (Range<Int>) -> Void
  ) {
    var position = 0
    while position < text.count {
      let start = position
      if unit == .character {
        position = ClassedCharacter(in: text, at: position)?.end ?? position + 1
        body(start..<position)
      } else if text[position] == 0x0A {
        position += 1
        body(start..<position)
      } else if isSpace(text[position]) {
        position += 1
      } else {
        repeat { position += 1 } while position < text.count && !isSpace(text[position])
        body(start..<position)
      }
    }
  }

  /// Whether words end at a byte: the white space of the C locale.
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
  }
}
