/// Words and their counts in flat arrays.
struct WordList: Sendable, Hashable {
  /// The bytes of all words, one after the other.
  private(set) var bytes: [UInt8] = []

  /// Where each word ends in ``bytes``.
  private(set) var ends: [Int] = []

  /// How often each word was counted.
  private(set) var counts: [UInt64] = []

  /// How many words there are.
  var count: Int { counts.count }

  /// Where a word stands in ``bytes``.
  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  /// Adds a word at the end.
  mutating func append(_ word: RawSpan, _ count: UInt64) {
    appendBytes(word)
    appendCount(count)
  }

  /// Adds the bytes of a word, which ``appendCount(_:)`` completes.
  mutating func appendBytes(_ word: RawSpan) {
    word.appendBytes(to: &bytes)
    ends.append(bytes.count)
  }

  /// Completes a word.
  mutating func appendCount(_ count: UInt64) { counts.append(count) }

  /// Whether a word comes after the last one in the order of bytes; an empty one never does.
  func endsBefore(_ word: RawSpan) -> Bool {
    guard count > 0 else { return word.byteCount > 0 }
    return unsafe bytes.span.bytes.extracting(range(count - 1)).precedes(word)
  }

  /// Makes room for words that are going to be added.
  mutating func reserveCapacity(byteCount: Int, wordCount: Int) {
    bytes.reserveCapacity(byteCount)
    ends.reserveCapacity(wordCount)
    counts.reserveCapacity(wordCount)
  }
}
