/// The recognizer of well-formed UTF-8, fed one byte at a time.
///
/// It accepts exactly the sequences of table 3-7 of the Unicode Standard: no overlong form, no
/// surrogate, nothing above U+10FFFF. Continuation bytes it has accepted can never begin a
/// sequence of their own, so a sequence that breaks off is wholly invalid and only the byte that
/// broke it is looked at again.
package struct UTF8Sequence: Sendable, Hashable {
  /// What a byte did to the sequence.
  package enum Step: Sendable, Hashable {
    /// More continuation bytes must follow.
    case incomplete
    /// The byte completed a scalar; read it from ``scalar``.
    case complete
    /// The byte can stand in no sequence; none was open.
    case invalid
    /// The open sequence is invalid without this byte, which must be offered again.
    case broken
  }

  /// The scalar's value so far; the whole value after ``Step/complete``.
  package private(set) var scalar: UInt32 = 0

  /// How many continuation bytes are still to come; 0 between sequences.
  package private(set) var missing = 0

  /// How many bytes of the open sequence were taken; after ``Step/complete`` its length.
  package private(set) var length = 0

  /// The bounds that table 3-7 sets for the next continuation byte.
  private var lowest: UInt8 = 0x80
  private var highest: UInt8 = 0xBF

  /// Creates a recognizer between two sequences.
  package init() {}

  /// Whether a sequence was begun and not completed.
  package var isOpen: Bool { missing > 0 }

  /// Offers the next byte.
  @inline(__always)
  package mutating func take(_ byte: UInt8) -> Step {
    guard missing > 0 else { return begin(byte) }
    guard byte >= lowest, byte <= highest else {
      missing = 0
      return .broken
    }
    scalar = scalar << 6 | UInt32(byte & 0x3F)
    lowest = 0x80
    highest = 0xBF
    length += 1
    missing -= 1
    return missing == 0 ? .complete : .incomplete
  }

  @inline(__always)
  private mutating func begin(_ byte: UInt8) -> Step {
    length = 1
    guard byte >= 0x80 else {
      scalar = UInt32(byte)
      return .complete
    }
    switch byte {
    case 0xC2...0xDF: open(byte & 0x1F, missing: 1)
    case 0xE0: open(byte & 0x0F, missing: 2, lowest: 0xA0)
    case 0xED: open(byte & 0x0F, missing: 2, highest: 0x9F)
    case 0xE1...0xEF: open(byte & 0x0F, missing: 2)
    case 0xF0: open(byte & 0x07, missing: 3, lowest: 0x90)
    case 0xF1...0xF3: open(byte & 0x07, missing: 3)
    case 0xF4: open(byte & 0x07, missing: 3, highest: 0x8F)
    default: return .invalid
    }
    return .incomplete
  }

  @inline(__always)
  private mutating func open(
    _ bits: UInt8,
    missing: Int,
    lowest: UInt8 = 0x80,
    highest: UInt8 = 0xBF
  ) {
    scalar = UInt32(bits)
    self.missing = missing
    self.lowest = lowest
    self.highest = highest
  }
}
