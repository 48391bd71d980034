import Execution

/// Merges pairs of tokens in words, and keeps the counts of all pairs up to date.
///
/// Each pair knows the places where it stands, so that a merge touches those alone, whatever the words'
/// lengths. Places are not taken back when a neighbor is merged away; a look at the text tells then
/// that the pair stands there no longer. A merge takes one token away and makes two new places at most,
/// so that all of them together take memory, and looking at them time, in proportion to the words'
/// bytes.
struct PairMerger {
  private(set) var text: SymbolText
  private var pairs = PairTable()
  private var queue = PairQueue()

  /// The places of all pairs, each pair's in a row.
  private var places: [UInt32] = []

  /// Changes of the pairs (x, result), (result, x), (x, left) and (right, x).
  private var gainsBefore = NeighborSums()
  private var gainsBehind = NeighborSums()
  private var lossesBefore = NeighborSums()
  private var lossesBehind = NeighborSums()

  /// The pairs that a merge brought up, kept for its memory.
  private var gained: [(pair: TokenPair, count: Int64, range: Range<Int>)] = []

  /// What ends the work early when raised.
  private let interruption: InterruptionFlag?

  /// Counts the pairs of words made of bytes.
  ///
  /// - Throws: `Interruption` once the flag is raised.
  init(_ text: SymbolText, _ interruption: InterruptionFlag?) throws(Interruption) {
    self.text = text
    self.interruption = interruption
    try countPairs()
  }

  private mutating func countPairs() throws(Interruption) {
    // A first look counts the places of each pair, a second one writes them down in a row.
    try text.forEachPair { (pair, _, weight) throws(Interruption) in
      try interruption?.check()
      if let slot = pairs.slot(of: pair) {
        pairs[slot].count += weight
        pairs[slot].placeCount += 1
      } else {
        pairs.insert(.init(pair: pair, count: weight, firstPlace: 0, placeCount: 1))
      }
    }
    var end: UInt32 = 0
    pairs.forEachSlot { entry in
      entry.firstPlace = end
      end += entry.placeCount
      entry.placeCount = 0
      queue.insert(entry.pair, count: entry.count)
    }
    places = [UInt32](repeating: 0, count: Int(end))
    try text.forEachPair { (pair, place, _) throws(Interruption) in
      try interruption?.check()
      guard let slot = pairs.slot(of: pair) else { return }
      places[Int(pairs[slot].firstPlace + pairs[slot].placeCount)] = UInt32(place)
      pairs[slot].placeCount += 1
    }
  }
}

extension PairMerger {
  /// Takes out the pair to be merged next, with how often it comes up; `nil` when no pair is left.
  mutating func next() -> (pair: TokenPair, count: Int64)? {
    while let first = queue.popFirst() {
      guard let slot = pairs.slot(of: first.pair) else { continue }
      if pairs[slot].count == first.count { return (first.pair, first.count) }
      // Neighbors were merged away since the pair was put in.
      queue.insert(first.pair, count: pairs[slot].count)
    }
    return nil
  }

  /// Merges a pair wherever it stands.
  ///
  /// - Parameters:
  ///   - pair: The pair that ``next()`` named.
  ///   - result: The token that the two become; the next id.
  ///   - length: Its length in bytes.
  /// - Throws: `Interruption` once the flag is raised; nothing can be merged then.
  mutating func merge(
    _ pair: TokenPair,
    into result: TokenID,
    length: Int
  ) throws(Interruption) {
    guard let slot = pairs.slot(of: pair) else { return }
    let first = Int(pairs[slot].firstPlace)
    let range = first..<first + Int(pairs[slot].placeCount)
    pairs.remove(at: slot)
    text.addToken(length: UInt32(length))
    let idCount = Int(result) + 1
    gainsBefore.restart(idCount: idCount)
    gainsBehind.restart(idCount: idCount)
    lossesBefore.restart(idCount: idCount)
    lossesBehind.restart(idCount: idCount)
    try mergePlaces(range, of: pair, into: result)
    apply(pair, result)
  }

  private mutating func mergePlaces(
    _ range: Range<Int>,
    of pair: TokenPair,
    into result: TokenID
  ) throws(Interruption) {
    for index in range {
      if index & 0xFFFF == 0 { try interruption?.check() }
      let place = places[index]
      guard let merged = text.merge(pair, into: result, at: place) else { continue }
      if merged.before == result {
        // The pair (result, left) came up a moment ago, as what stands behind the result before.
        gainsBehind.add(pair.left, -merged.weight)
        gainsBehind.add(result, merged.weight, at: merged.beforePlace)
      } else if merged.before != SymbolText.gap {
        lossesBefore.add(merged.before, merged.weight)
        gainsBefore.add(merged.before, merged.weight, at: merged.beforePlace)
      }
      if merged.behind != SymbolText.gap {
        lossesBehind.add(merged.behind, merged.weight)
        gainsBehind.add(merged.behind, merged.weight, at: place)
      }
    }
  }

  /// Brings the counts of the pairs around the merged places up to date.
  private mutating func apply(_ pair: TokenPair, _ result: TokenID) {
    for sum in lossesBefore.sums { lose(TokenPair(sum.neighbor, pair.left), sum.count) }
    for sum in lossesBehind.sums { lose(TokenPair(pair.right, sum.neighbor), sum.count) }
    gained.removeAll(keepingCapacity: true)
    gainsBefore.movePlaces(to: &places) { sum, range in
      gained.append((TokenPair(sum.neighbor, result), sum.count, range))
    }
    gainsBehind.movePlaces(to: &places) { sum, range in
      gained.append((TokenPair(result, sum.neighbor), sum.count, range))
    }
    for (pair, count, range) in gained {
      let (first, placeCount) = (UInt32(range.lowerBound), UInt32(range.count))
      pairs.insert(.init(pair: pair, count: count, firstPlace: first, placeCount: placeCount))
      queue.insert(pair, count: count)
    }
  }

  private mutating func lose(_ pair: TokenPair, _ count: Int64) {
    // The pair that is being merged has left the table; in "aaa" it is also what stands around.
    guard let slot = pairs.slot(of: pair) else { return }
    let left = pairs[slot].count - count
    if left > 0 { pairs[slot].count = left } else { pairs.remove(at: slot) }
  }
}
