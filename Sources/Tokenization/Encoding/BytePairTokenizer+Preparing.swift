/// A part of a text between its added tokens, or one of them.
enum TextSegment {
  /// An added token, and where it stands.
  case token(TokenID, Range<Int>)
  /// Text to be encoded, and whether it begins the text.
  case text(Range<Int>, isFirst: Bool)
}

extension BytePairTokenizer {
  /// Hands on the segments of a text in order.
  func forEachSegment(
    _ text: Span<UInt8>,
    matching matcher: AddedTokenMatcher,
    _ body: (TextSegment) -> Void
  ) {
    var position = 0
    while let match = matcher.next(in: text, from: position) {
      if match.range.lowerBound > position {
        body(.text(position..<match.range.lowerBound, isFirst: position == 0))
      }
      body(.token(match.id, match.range))
      position = match.range.upperBound
    }
    if position < text.count { body(.text(position..<text.count, isFirst: position == 0)) }
  }

  /// Whether preparing a segment changes nothing but, maybe, to normalize it.
  var keepsSpaces: Bool { vocabulary.spacing == nil && !vocabulary.addsPrefixSpace }

  /// Hands on a segment as merging needs it: normalized, with its spaces as the tokens have them.
  ///
  /// - Parameters:
  ///   - segment: Text between two added tokens, or a part of such text.
  ///   - isFirst: Whether the text begins with it.
  ///   - isContinued: Whether it is the part of a segment that does not begin it.
  ///   - body: Takes the prepared text.
  func withPrepared(
    _ segment: Span<UInt8>,
    isFirst: Bool,
    isContinued: Bool = false,
    _ body: (Span<UInt8>) -> Void
  ) {
    if vocabulary.normalization == .formC, let normalized = normalizedNFC(segment) {
      return withSpacing(normalized.span, isFirst: isFirst, isContinued: isContinued, body)
    }
    withSpacing(segment, isFirst: isFirst, isContinued: isContinued, body)
  }

  private func withSpacing(
    _ segment: Span<UInt8>,
    isFirst: Bool,
    isContinued: Bool,
    _ body: (Span<UInt8>) -> Void
  ) {
    guard !keepsSpaces, !segment.isEmpty else { return body(segment) }
    var prepared: [UInt8] = []
    prepared.reserveCapacity(segment.count + segment.count / 2)
    guard let spacing = vocabulary.spacing else {
      if !isContinued, segment[0] != 0x20 { prepared.append(0x20) }
      for position in segment.indices { prepared.append(segment[position]) }
      return body(prepared.span)
    }
    if !isContinued, hasPrefix(segment, spacing, isFirst: isFirst) { prepared += PieceCutter.mark }
    for position in segment.indices {
      if segment[position] == 0x20 {
        prepared += PieceCutter.mark
      } else {
        prepared.append(segment[position])
      }
    }
    body(prepared.span)
  }

  /// Whether a space is put before a segment.
  private func hasPrefix(
    _ segment: Span<UInt8>,
    _ spacing: BytePairVocabulary.Spacing,
    isFirst: Bool
  ) -> Bool {
    if spacing.prefixesOnlyWithoutSpace {
      let startsWithMark = segment.count >= 3 && segment.extracting(0..<3).equals(PieceCutter.mark)
      if segment[0] == 0x20 || startsWithMark { return false }
    }
    switch spacing.prefix {
    case .never: return false
    case .first: return isFirst
    case .every: return true
    }
  }
}

extension Span<UInt8> {
  /// Whether the bytes are those of an array.
  func equals(_ other: [UInt8]) -> Bool {
    count == other.count && indices.allSatisfy { self[$0] == other[$0] }
  }
}
