// The patterns alternative by alternative, a character at a time: what the fast splitter is
// compared with. Names of the functions say which alternative they match; each returns where the
// match ends, or `nil` where there is none.

extension SplitPattern {
  /// Finds where the piece that begins at `start` ends.
  ///
  /// - Parameters:
  ///   - bytes: The whole text; the end of a piece may depend on what follows it.
  ///   - start: Where a piece begins; inside the text.
  /// - Returns: The end, after `start`.
  /// - Complexity: The length of the piece, or of the run of characters of one class around its end.
  package func pieceEnd(in bytes: Span<UInt8>, from start: Int) -> Int {
    precondition(start >= 0 && start < bytes.count, "no piece begins at \(start)")
    let ending: Int?
    switch self {
    case .gpt2:
      ending =
        contraction(in: bytes, at: start, ignoringCase: false)
        ?? run(in: bytes, from: afterSpace(in: bytes, at: start)) { $0.isLetter }
        ?? run(in: bytes, from: afterSpace(in: bytes, at: start)) { $0 == .number }
        ?? symbols(in: bytes, at: start)
    case .cl100k, .llama3, .qwen2:
      ending =
        contraction(in: bytes, at: start, ignoringCase: true)
        ?? word(in: bytes, at: start)
        ?? run(in: bytes, from: start, atMost: self == .qwen2 ? 1 : 3) { $0 == .number }
        ?? symbols(in: bytes, at: start)
    case .o200k:
      ending =
        casedWord(in: bytes, at: start)
        ?? run(in: bytes, from: start, atMost: 3) { $0 == .number }
        ?? symbols(in: bytes, at: start)
    }
    return ending ?? whiteSpace(in: bytes, at: start)
  }
}

// MARK: - The alternatives

extension SplitPattern {
  /// `'s|'t|'re|'ve|'m|'ll|'d`; ignoring case, the long s is an s.
  private func contraction(
    in bytes: Span<UInt8>,
    at start: Int,
    ignoringCase: Bool
  ) -> Int? {
    guard start + 1 < bytes.count, bytes[start] == UInt8(ascii: "'") else { return nil }
    let fold: UInt8 = ignoringCase ? 0x20 : 0
    let second = start + 2 < bytes.count ? bytes[start + 2] : 0
    switch (bytes[start + 1] | fold, second | fold) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _): return start + 2
    case (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _): return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default:
      let isLongS = ignoringCase && bytes[start + 1] == 0xC5 && second == 0xBF  // U+017F
      return isLongS ? start + 3 : nil
    }
  }

  /// Matches `[^\r\n\p{L}\p{N}]?\p{L}+`.
  private func word(in bytes: Span<UInt8>, at start: Int) -> Int? {
    let first = prefixEnd(in: bytes, at: start) ?? start
    return run(in: bytes, from: first) { $0.isLetter }
  }

  /// Matches `[^\r\n\p{L}\p{N}]`.
  private func prefixEnd(in bytes: Span<UInt8>, at start: Int) -> Int? {
    guard let character = ClassedCharacter(in: bytes, at: start) else { return nil }
    let isExcluded =
      character.kind.isLetter || character.kind == .number || character.isLineEnd
    return isExcluded ? nil : character.end
  }

  /// `[^\r\n\p{L}\p{N}]?U*W+(?i:'s|…)?` or else `[^\r\n\p{L}\p{N}]?U+W*(?i:'s|…)?`, where U is
  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]` and W is `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
  private func casedWord(in bytes: Span<UInt8>, at start: Int) -> Int? {
    guard let end = casedLetters(in: bytes, at: start) else { return nil }
    return contraction(in: bytes, at: end, ignoringCase: true) ?? end
  }

  private func casedLetters(in bytes: Span<UInt8>, at start: Int) -> Int? {
    let first = prefixEnd(in: bytes, at: start) ?? start
    // Take all of U*, and remember where its last character that is also in W ended.
    var position = first
    var lastUncased: Int?
    while let character = ClassedCharacter(in: bytes, at: position),
      character.kind.isLetterOrMark, character.kind != .lower
    {
      position = character.end
      if character.kind != .upper { lastUncased = position }
    }
    // A small letter: W+ matches from here.
    if let end = run(in: bytes, from: position, where: { $0.isLetterOrMark && $0 != .upper }) {
      return end
    }
    // U* gives back until its last character is in W.
    if let lastUncased { return lastUncased }
    // The optional prefix gives back: a mark may be prefix or word.
    if let character = ClassedCharacter(in: bytes, at: start), character.kind == .mark {
      return character.end
    }
    // Capitals alone, by the second alternative.
    return position > first ? position : nil
  }

  /// ` ?[^\s\p{L}\p{N}]+`, then what of line ends, and for o200k of slashes, the pattern lets follow.
  private func symbols(in bytes: Span<UInt8>, at start: Int) -> Int? {
    let first = afterSpace(in: bytes, at: start)
    let end = run(in: bytes, from: first) { $0 == .other || $0 == .mark }
    guard var end, self != .gpt2 else { return end }
    while end < bytes.count, isLineEnd(bytes[end]) || self == .o200k && bytes[end] == 0x2F {
      end += 1
    }
    return end
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`; for gpt2 without the first, for cl100k with `\s++$` before it.
  private func whiteSpace(in bytes: Span<UInt8>, at start: Int) -> Int {
    var position = start
    var lastStart = start
    var lastLineEnd: Int?
    while let character = ClassedCharacter(in: bytes, at: position), character.kind == .space {
      lastStart = position
      position = character.end
      if character.isLineEnd { lastLineEnd = position }
    }
    if self == .cl100k, position == bytes.count { return position }
    if self != .gpt2, let lastLineEnd { return lastLineEnd }
    // All but the last where something follows, unless there is just one.
    return position == bytes.count || lastStart == start ? position : lastStart
  }
}

// MARK: - Parts of them

extension SplitPattern {
  /// The end of a run of one to `limit` characters that satisfy `isMember`.
  private func run(
    in bytes: Span<UInt8>,
    from start: Int,
    atMost limit: Int = .max,
    where isMember: (ScalarClass) -> Bool
  ) -> Int? {
    var position = start
    var count = 0
    while count < limit, let character = ClassedCharacter(in: bytes, at: position),
      isMember(character.kind)
    {
      position = character.end
      count += 1
    }
    return count > 0 ? position : nil
  }

  /// Matches ` ?`.
  private func afterSpace(in bytes: Span<UInt8>, at start: Int) -> Int {
    start < bytes.count && bytes[start] == 0x20 ? start + 1 : start
  }
}

private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

extension ClassedCharacter {
  fileprivate var isLineEnd: Bool { scalar == 0x0A || scalar == 0x0D }
}

extension ScalarClass {
  fileprivate var isLetterOrMark: Bool { isLetter || self == .mark }
}
