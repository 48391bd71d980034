/// How regular the white space of a text is: whether its words alone determine it.
///
/// Words determine a text when every line is its words joined by single spaces, with at most one
/// space before the first and one after the last, the same on every line; blank lines hold the
/// same number of spaces, at most two, throughout. The first line of each kind sets the form.
public struct LineSpacing: Sendable, Hashable {
  /// Where the first gap stands that departs from the form; `nil` for a regular text.
  public private(set) var firstIrregularOffset: Int?

  /// The bytes of white space that the words do not determine.
  ///
  /// Of a gap that departs from the form: its bytes beyond the leading spaces which the form
  /// has as well, and at least one.
  public private(set) var irregularByteCount = 0

  /// Where white space stands in a line.
  enum Place {
    /// Before the first word.
    case leading
    /// Between two words.
    case inner
    /// After the last word.
    case trailing
    /// In a line without words.
    case blank
  }

  private var leadingSpaces: Int?
  private var trailingSpaces: Int?
  private var blankSpaces: Int?

  private var gapLength = 0
  private var gapLeadingSpaces = 0

  /// Creates the record of a text that has not begun.
  init() {}

  /// Notes a byte of white space that is not a newline.
  @inline(__always)
  mutating func extend(_ byte: UInt8) {
    if byte == 0x20, gapLeadingSpaces == gapLength { gapLeadingSpaces += 1 }
    gapLength += 1
  }

  /// Ends the gap before `offset`, which may be empty.
  @inline(__always)
  mutating func close(_ place: Place, at offset: Int) {
    let expected = expectedSpaces(place)
    if gapLength != expected || gapLeadingSpaces != expected {
      if firstIrregularOffset == nil { firstIrregularOffset = offset - gapLength }
      irregularByteCount += max(1, gapLength - min(expected, gapLeadingSpaces))
    }
    gapLength = 0
    gapLeadingSpaces = 0
  }

  @inline(__always)
  private mutating func expectedSpaces(_ place: Place) -> Int {
    switch place {
    case .inner: return 1
    case .leading: return settle(&leadingSpaces, atMost: 1)
    case .trailing: return settle(&trailingSpaces, atMost: 1)
    case .blank: return settle(&blankSpaces, atMost: 2)
    }
  }

  @inline(__always)
  private func settle(_ form: inout Int?, atMost limit: Int) -> Int {
    if let form { return form }
    let spaces = min(gapLeadingSpaces, limit)
    form = spaces
    return spaces
  }
}
