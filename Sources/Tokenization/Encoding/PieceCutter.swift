/// Cuts a prepared text into the pieces within which tokens merge.
enum PieceCutter: Sendable {
  /// By the splitter of a pattern.
  case pattern(SplitPattern)
  /// Before each U+2581, the sign for a space.
  case beforeEachMark
  /// Before each run of U+2581, where no token has one behind other characters, so that nothing
  /// merges across the cut anyway.
  case beforeMarks
  /// Behind each byte, where nothing merges.
  case bytes
  /// Not at all.
  case whole

  /// U+2581 in UTF-8.
  static let mark: [UInt8] = [0xE2, 0x96, 0x81]

  init(_ vocabulary: BytePairVocabulary) {
    if let pattern = vocabulary.pattern {
      self = .pattern(pattern)
    } else if let spacing = vocabulary.spacing {
      self =
        spacing.cutsAtEachSpace
        ? .beforeEachMark : Self.hasInnerMark(vocabulary) ? .whole : .beforeMarks
    } else if case .list(let merges) = vocabulary.merging, merges.isEmpty,
      !vocabulary.looksUpWholePieces, vocabulary.normalization == .none
    {
      self = .bytes
    } else {
      self = .whole
    }
  }

  /// Whether a token that text can become has a mark behind another character.
  private static func hasInnerMark(_ vocabulary: BytePairVocabulary) -> Bool {
    let isOrdinary = vocabulary.isOrdinary
    return (0..<vocabulary.tokenCount).contains { id in
      guard isOrdinary[id] else { return false }
      let token = vocabulary.tokens[id]
      var isBehindOther = false
      var position = token.startIndex
      while position < token.endIndex {
        let isMark = token[position...].starts(with: mark)
        if isMark, isBehindOther { return true }
        isBehindOther = isBehindOther || !isMark
        position += isMark ? 3 : 1
      }
      return false
    }
  }

  /// Finds the ends of the next pieces, and returns how many.
  func findPieceEnds(
    in text: Span<UInt8>,
    from start: Int,
    into ends: inout [Int]
  ) -> Int {
    switch self {
    case .pattern(let pattern):
      var span = ends.mutableSpan
      return pattern.findPieceEnds(in: text, from: start, into: &span)
    case .bytes:
      let count = min(ends.count, text.count - start)
      for index in 0..<count { ends[index] = start + index + 1 }
      return count
    case .whole:
      ends[0] = text.count
      return 1
    case .beforeEachMark, .beforeMarks:
      var position = start
      var count = 0
      while position < text.count, count < ends.count {
        position = nextMark(in: text, behind: position)
        ends[count] = position
        count += 1
      }
      return count
    }
  }

  /// Where the piece ends that begins at `start`, by marks.
  private func nextMark(in text: Span<UInt8>, behind start: Int) -> Int {
    var position = start
    var isInRun = false
    if Self.isMark(text, start) {
      position += 3
      isInRun = true
    }
    while position < text.count {
      guard text[position] == 0xE2, Self.isMark(text, position) else {
        isInRun = false
        position += 1
        continue
      }
      if case .beforeEachMark = self { return position }
      if !isInRun { return position }
      position += 3
    }
    return text.count
  }

  private static func isMark(_ text: Span<UInt8>, _ position: Int) -> Bool {
    position + 2 < text.count && text[position] == 0xE2 && text[position + 1] == 0x96
      && text[position + 2] == 0x81
  }

  /// Whether the pieces of a text, not prepared yet, are those of its parts before and after
  /// `offset`, whatever else they hold; always asked of places within the text.
  func isSafeCut(_ text: Span<UInt8>, at offset: Int) -> Bool {
    guard offset > 0, offset < text.count else { return false }
    if case .bytes = self { return true }
    // Only what begins with ASCII stays apart from what is before under Unicode's normalization.
    guard text[offset] < 0x80 else { return false }
    switch self {
    case .pattern(let pattern): return pattern.isSafeCut(text, at: offset)
    case .bytes, .whole: return false
    case .beforeEachMark: return text[offset] == 0x20
    case .beforeMarks:
      // A mark that stands in the text itself would join a space's.
      return text[offset] == 0x20 && text[offset - 1] != 0x20 && text[offset - 1] < 0x80
    }
  }
}
