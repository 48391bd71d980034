extension SplitPattern {
  /// Whether the pieces of a text are those of its parts before and after `offset`, one after the
  /// other, whatever else the parts hold.
  ///
  /// Only the character that ends there and the one that begins are looked at, so that a large text
  /// can be cut for chunks and threads without splitting it. Between a letter and a space the answer
  /// is yes; it may be no although a piece begins at `offset`.
  ///
  /// It is yes only between two classes that no alternative of the pattern joins and only after what
  /// is not white space, since white space alone is matched with an eye to what follows it.
  package func isSafeCut(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    if offset == 0 || offset == bytes.count { return true }
    guard let before = ClassedCharacter(in: bytes, endingAt: offset),
      let after = ClassedCharacter(in: bytes, at: offset), after.scalar != nil
    else { return false }
    let isLineEnd = after.scalar == 0x0A || after.scalar == 0x0D
    switch (before.kind, after.kind) {
    case (.upper, .space), (.lower, .space), (.uncased, .space), (.number, .space): return true
    case (.other, .space), (.mark, .space): return self == .gpt2 || !isLineEnd
    case (.number, .other), (.number, .upper), (.number, .lower), (.number, .uncased): return true
    case (.upper, .number), (.lower, .number), (.uncased, .number), (.other, .number): return true
    // A word takes its contraction with it.
    case (.upper, .other), (.lower, .other), (.uncased, .other):
      return self != .o200k || after.scalar != 0x27
    default: return false
    }
  }
}
