import CLossKernels

/// The classes of scalars that the patterns of tokenizers tell apart, by Unicode 16.0.
package enum ScalarClass: UInt8, Sendable, Hashable, CaseIterable {
  /// None of the others: punctuation, symbols, controls, unassigned.
  case other
  /// `\p{M}`.
  case mark
  /// `\p{N}`.
  case number
  /// `\s`, which is White_Space.
  case space
  /// `\p{Lu}` and `\p{Lt}`.
  case upper
  /// `\p{Ll}`.
  case lower
  /// `\p{Lm}` and `\p{Lo}`.
  case uncased

  /// The class of a scalar.
  package init(of scalar: UInt32) {
    self = ScalarClass(rawValue: UInt8(closs_unicode_class_of(scalar))) ?? .other
  }

  /// Whether it is `\p{L}`.
  package var isLetter: Bool { rawValue >= ScalarClass.upper.rawValue }
}

/// One character of a text of bytes: a scalar, or a run of bytes that no valid sequence covers.
package struct ClassedCharacter: Sendable, Hashable {
  /// The class; ``ScalarClass/other`` for invalid bytes.
  package var kind: ScalarClass

  /// The scalar; `nil` for invalid bytes.
  package var scalar: UInt32?

  /// Where the next character begins.
  package var end: Int

  /// Reads the character that begins at `position`; `nil` at the end of the text.
  ///
  /// - Complexity: The length of the character, which for invalid bytes has no bound.
  package init?(in bytes: Span<UInt8>, at position: Int) {
    guard position < bytes.count else { return nil }
    if let scalar = Self.scalar(in: bytes, at: position) {
      self.init(scalar.value, end: scalar.end)
    } else {
      var end = position + 1
      while end < bytes.count, Self.scalar(in: bytes, at: end) == nil { end += 1 }
      self.init(nil, end: end)
    }
  }

  private init(_ scalar: UInt32?, end: Int) {
    kind = scalar.map { ScalarClass(of: $0) } ?? .other
    self.scalar = scalar
    self.end = end
  }

  /// Reads the valid character that ends at `position`; `nil` where invalid bytes or nothing do.
  ///
  /// What stands before does not matter: the lead byte of a valid sequence is in no other.
  package init?(in bytes: Span<UInt8>, endingAt position: Int) {
    var start = position
    while start > 0, position - start < 4 {
      start -= 1
      guard let scalar = Self.scalar(in: bytes, at: start) else { continue }
      guard scalar.end == position else { return nil }
      self.init(scalar.value, end: position)
      return
    }
    return nil
  }

  private static func scalar(
    in bytes: Span<UInt8>,
    at position: Int
  ) -> (value: UInt32, end: Int)? {
    var sequence = UTF8Sequence()
    for next in position..<min(position + 4, bytes.count) {
      switch sequence.take(bytes[next]) {
      case .complete: return (sequence.scalar, next + 1)
      case .incomplete: break
      case .invalid, .broken: return nil
      }
    }
    return nil
  }
}
