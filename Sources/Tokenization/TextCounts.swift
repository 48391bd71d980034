/// What a text holds: its bytes, characters, words and lines, and what is odd about its encoding.
///
/// Counts of texts add up; the sum speaks of the texts laid end to end, each ended by itself.
///
///     var counter = TextCounter()
///     counter.count(Array("two words\n".utf8))
///     let counts = counter.finish()  // 10 bytes, 10 characters, 2 words, 1 line
public struct TextCounts: Sendable, Hashable {
  /// The bytes of the text exactly as given.
  public var byteCount = 0

  /// The Unicode scalars of the text; a maximal run of invalid UTF-8 counts as one.
  public var characterCount = 0

  /// The non-empty pieces between white space: Unicode White_Space and U+001C to U+001F.
  ///
  /// The same as Python's `len(text.split())`.
  public var wordCount = 0

  /// The lines, ended by LF, CRLF or a lone CR; an unterminated last line counts too.
  public var lineCount = 0

  /// The maximal runs of bytes that no valid UTF-8 sequence covers.
  public var invalidUTF8RunCount = 0

  /// Where the first invalid run begins, counted in bytes from 0; `nil` for valid UTF-8.
  public var firstInvalidUTF8Offset: Int?

  /// Whether the text begins with the bytes EF BB BF, which are counted like any others.
  public var startsWithByteOrderMark = false

  /// The carriage returns, before a line feed or alone.
  public var carriageReturnCount = 0

  /// Creates the counts of an empty text.
  public init() {}

  /// Counts a text held in memory.
  public init(of text: [UInt8]) {
    var counter = TextCounter()
    counter.count(text)
    self = counter.finish()
  }
}

// MARK: - Adding up

extension TextCounts {
  /// The counts of one text followed by another.
  public static func + (first: Self, second: Self) -> Self {
    var sum = first
    sum += second
    return sum
  }

  /// Adds the counts of the text that follows.
  public static func += (first: inout Self, second: Self) {
    if first.byteCount == 0 { first.startsWithByteOrderMark = second.startsWithByteOrderMark }
    if first.firstInvalidUTF8Offset == nil, let offset = second.firstInvalidUTF8Offset {
      first.firstInvalidUTF8Offset = first.byteCount + offset
    }
    first.byteCount += second.byteCount
    first.characterCount += second.characterCount
    first.wordCount += second.wordCount
    first.lineCount += second.lineCount
    first.invalidUTF8RunCount += second.invalidUTF8RunCount
    first.carriageReturnCount += second.carriageReturnCount
  }
}
