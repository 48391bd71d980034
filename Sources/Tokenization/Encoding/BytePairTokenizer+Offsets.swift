extension BytePairTokenizer {
  /// The text as the vocabulary normalizes it, which offsets are counted in.
  public func normalized(_ text: [UInt8]) -> [UInt8] {
    vocabulary.normalization == .formC ? normalizedNFC(text.span) ?? text : text
  }

  /// Encodes a text, and says which part of it each token stands for.
  ///
  /// - Parameters:
  ///   - text: The text; offsets are those of ``normalized(_:)``.
  ///   - specialTokens: What becomes of special tokens that are spelled out in it.
  /// - Returns: The tokens in order; their bytes follow one another without gap.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  public func spans(
    _ text: [UInt8],
    specialTokens: SpecialTokenPolicy = .text
  ) throws(SpecialTokenError) -> [TokenSpan] {
    if specialTokens == .forbid { try refuseSpecialTokens(in: text.span) }
    let text = normalized(text)
    let matcher = specialTokens == .allow ? allMatcher : textMatcher
    var spans: [TokenSpan] = []
    var scalars = ScalarCursor()
    withEncoder { encoder in
      forEachSegment(text.span, matching: matcher) { segment in
        switch segment {
        case .token(let id, let range):
          spans.append(scalars.span(of: id, range, in: text.span))
        case .text(let range, let isFirst):
          var ids: [TokenID] = []
          withPrepared(text.span.extracting(range), isFirst: isFirst) { prepared in
            encode(prepared: prepared, with: encoder, into: &ids)
          }
          var walk = SegmentWalk(self, text.span.extracting(range), isFirst: isFirst)
          var start = range.lowerBound
          for id in ids {
            let rest = text.span.extracting(start..<range.upperBound)
            // Nothing that a vocabulary says of its unknown or byte tokens leads out of the text.
            let length = max(0, min(rest.count, walk.length(of: id, in: rest)))
            spans.append(scalars.span(of: id, start..<start + length, in: text.span))
            start += length
          }
        }
      }
    }
    return spans
  }
}

/// Goes through a segment token by token.
struct SegmentWalk {
  private let tokenizer: BytePairTokenizer

  /// The bytes of a space before the segment that is not in the text.
  private var prefix: Int

  /// The tokens of single bytes, which only a vocabulary without some of them makes anyone look at.
  private lazy var fallback = tokenizer.vocabulary.fallbackTokens

  init(
    _ tokenizer: BytePairTokenizer,
    _ segment: Span<UInt8>,
    isFirst: Bool,
    isContinued: Bool = false
  ) {
    self.tokenizer = tokenizer
    prefix = isContinued ? 0 : tokenizer.prefixLength(segment, isFirst: isFirst)
  }

  /// How many bytes of the text, which begins here, a token stands for.
  mutating func length(of id: TokenID, in text: Span<UInt8>) -> Int {
    let vocabulary = tokenizer.vocabulary
    let token = vocabulary.tokens[Int(id)]
    guard vocabulary.spacing != nil else {
      defer { prefix = 0 }
      return token.count - prefix
    }
    if id == vocabulary.unknownToken { return unknownLength(text) }
    if vocabulary.hasByteFallback, BytePairVocabulary.fallbackByte(token) != nil { return 1 }
    var length = 0
    var position = token.startIndex
    while position < token.endIndex {
      let character = token[position..<Self.characterEnd(of: token, from: position)]
      position = character.endIndex
      if prefix > 0, character.elementsEqual(PieceCutter.mark) {
        prefix = 0
      } else {
        length += self.length(of: character, in: text.extracting(length...))
      }
    }
    return length
  }

  private static func characterEnd(of token: ArraySlice<UInt8>, from start: Int) -> Int {
    token[(start + 1)...].firstIndex { $0 & 0xC0 != 0x80 } ?? token.endIndex
  }

  /// How many bytes of the text, which begins here, a token's character stands for: with those of
  /// characters before it that no token has, where none stands for the unknown.
  private func length(of character: ArraySlice<UInt8>, in text: Span<UInt8>) -> Int {
    let isMark = character.elementsEqual(PieceCutter.mark)
    var start = 0
    while start < text.count {
      if isMark, text[start] == 0x20 { return start + 1 }
      let end = start + character.count
      if end <= text.count, text.extracting(start..<end).equals(Array(character)) { return end }
      guard tokenizer.vocabulary.unknownToken == nil else { break }
      start += 1
    }
    return min(character.count, text.count)
  }

  /// The bytes of the characters in a row that no token has, nor tokens of bytes.
  private mutating func unknownLength(_ text: Span<UInt8>) -> Int {
    var length = 0
    while length < text.count, length == 0 || text[length] != 0x20 {
      var end = length + 1
      while end < text.count, end - length < 4, text[end] & 0xC0 == 0x80 { end += 1 }
      if tokenizer.tables.find(text.extracting(length..<end)) != nil { break }
      if length > 0, (length..<end).allSatisfy({ fallback[Int(text[$0])] != nil }) { break }
      length = end
    }
    return length
  }
}
