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
    word.appendBytes(to: &bytes)
    ends.append(bytes.count)
    counts.append(count)
  }
}

extension WordList {
  /// The words of a table, in the order of their bytes.
  init(sorting table: WordTable) {
    var unsorted = WordList()
    table.forEachWord { unsorted.append($0, $1) }
    self.init()
    let text = unsafe unsorted.bytes.span.bytes
    bytes.reserveCapacity(unsorted.bytes.count)
    ends.reserveCapacity(unsorted.count)
    counts.reserveCapacity(unsorted.count)
    for index in unsorted.sortedIndices() {
      append(text.extracting(unsorted.range(index)), unsorted.counts[index])
    }
  }

  /// The words' indices in the order of the words' bytes.
  private func sortedIndices() -> [Int] {
    // Most words differ in their first eight bytes, which one comparison tells.
    var keys: [(prefix: UInt64, index: Int)] = []
    keys.reserveCapacity(count)
    let text = unsafe bytes.span.bytes
    for index in 0..<count { keys.append((prefix(text.extracting(range(index))), index)) }
    keys.sort { left, right in
      guard left.prefix == right.prefix else { return left.prefix < right.prefix }
      let text = unsafe bytes.span.bytes
      return text.extracting(range(left.index)).precedes(text.extracting(range(right.index)))
    }
    return keys.map(\.index)
  }

  /// The first eight bytes as a number that sorts as they do; missing ones are zero.
  private func prefix(_ word: RawSpan) -> UInt64 {
    if word.byteCount >= 8 { return word.word(at: 0).byteSwapped }
    var prefix: UInt64 = 0
    for offset in 0..<word.byteCount { prefix |= UInt64(word[offset]) << (56 - 8 * offset) }
    return prefix
  }
}

// MARK: - What does not fit

/// How many words can be kept: of a corpus with more different words than the memory has room for,
/// those that come up seldom are left out.
///
/// All words of one count are kept or left out together, so that what is kept does not depend on the
/// order in which they come. Words that come up 65,536 times or more are always kept.
struct WordSelection {
  /// What the words of each count take up.
  private var costs = [Int](repeating: 0, count: 1 << 16)

  /// What a byte, or the gap behind a word, takes up while pairs are merged: its symbol, its word, and
  /// its share of the pairs and their places.
  private static let costPerPlace = 48

  /// What one word takes up while pairs are merged, its own bytes, end and count included.
  private static func cost(_ length: Int) -> Int { costPerPlace * (length + 1) + length + 16 }

  /// The most places of bytes and gaps that the kept words may have: three times as many are
  /// numbered by 32 bits.
  static let largestPlaceCount = 1 << 30

  /// Notes a word.
  mutating func add(length: Int, count: UInt64) {
    let index = Int(min(count, UInt64(costs.count - 1)))
    let (sum, overflow) = costs[index].addingReportingOverflow(Self.cost(length))
    costs[index] = overflow ? .max : sum
  }

  /// The least count that is kept when the words noted have to fit into so many bytes.
  func leastCount(fitting budget: Int) -> UInt64 {
    var left = min(budget, Self.costPerPlace * (Self.largestPlaceCount - 2))
    for count in (1..<costs.count).reversed() {
      guard costs[count] <= left else {
        return UInt64(min(count + 1, costs.count - 1))
      }
      left -= costs[count]
    }
    return 1
  }
}
