/// How many words can be kept: of a corpus with more different words than the memory has room for,
/// those that come up seldom are left out.
///
/// All words of one count are kept or left out together, so that what is kept does not depend on the
/// order in which they come. Words that come up 65,535 times or more are always kept.
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

  /// Whether all words of a list can be kept.
  static func fits(_ words: WordList, _ budget: Int) -> Bool {
    // The costs of the words, added up by bytes and words.
    let cost = words.bytes.count * (costPerPlace + 1) + words.count * cost(0)
    return cost <= largestBudget(budget)
  }

  private static func largestBudget(_ budget: Int) -> Int {
    min(budget, costPerPlace * (largestPlaceCount - 2))
  }

  /// Notes a word.
  mutating func add(length: Int, count: UInt64) {
    let index = Int(min(count, UInt64(costs.count - 1)))
    let (sum, overflow) = costs[index].addingReportingOverflow(Self.cost(length))
    costs[index] = overflow ? .max : sum
  }

  /// The least count that is kept when the words noted have to fit into so many bytes.
  func leastCount(fitting budget: Int) -> UInt64 {
    var left = Self.largestBudget(budget)
    for count in (1..<costs.count).reversed() {
      guard costs[count] <= left else {
        return UInt64(min(count + 1, costs.count - 1))
      }
      left -= costs[count]
    }
    return 1
  }
}
