/// A token with the part of the text that it stands for.
public struct TokenSpan: Sendable, Hashable {
  /// The token.
  public var id: TokenID

  /// Its bytes; empty for a space that the tokenizer put before the text.
  public var byteRange: Range<Int>

  /// The characters that its bytes belong to, counted as ``TextCounts`` does: of a character that
  /// several tokens share, each has all.
  public var scalarRange: Range<Int>

  /// Creates a span.
  public init(id: TokenID, byteRange: Range<Int>, scalarRange: Range<Int>) {
    self.id = id
    self.byteRange = byteRange
    self.scalarRange = scalarRange
  }
}

/// Counts the characters of a text up to places that only move on.
struct ScalarCursor {
  /// The number of the character at hand, and where it ends.
  private var number = -1
  private var end = 0

  mutating func span(of id: TokenID, _ range: Range<Int>, in text: Span<UInt8>) -> TokenSpan {
    guard !range.isEmpty else {
      let next = end > range.lowerBound ? number : number + 1
      return TokenSpan(id: id, byteRange: range, scalarRange: next..<next)
    }
    while end <= range.lowerBound { advance(in: text) }
    let first = number
    while end < range.upperBound { advance(in: text) }
    return TokenSpan(id: id, byteRange: range, scalarRange: first..<number + 1)
  }

  private mutating func advance(in text: Span<UInt8>) {
    number += 1
    end = ClassedCharacter(in: text, at: end)?.end ?? end + 1
  }
}
