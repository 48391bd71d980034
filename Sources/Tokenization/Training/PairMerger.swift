/// Merges pairs of tokens in words, and keeps the counts of all pairs up to date.
///
/// Each pair knows the places where it stands, so that a merge touches those alone, whatever the words'
/// lengths. Places are not taken back when a neighbor is merged away; a look at the text tells then
/// that the pair stands there no longer. A merge makes one new place for each neighbor at most, so that
/// all work and memory is proportional to the words' bytes.
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

  /// Whether a merged pair keeps its count, which then counts again if it comes up anew.
  private let keepsMergedCounts: Bool

  /// Counts the pairs of words made of bytes.
  init(_ text: SymbolText, keepsMergedCounts: Bool) {
    self.text = text
    self.keepsMergedCounts = keepsMergedCounts
    countPairs()
  }

  private mutating func countPairs() {
    // A first look counts the places of each pair, a second one writes them down in a row.
    text.forEachPair { pair, _, weight in
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
    text.forEachPair { pair, place, _ in
      guard let slot = pairs.slot(of: pair) else { return }
      places[Int(pairs[slot].firstPlace + pairs[slot].placeCount)] = UInt32(place)
      pairs[slot].placeCount += 1
    }
  }
}

extension PairMerger {
  /// The pair to be merged next and how often it comes up; `nil` when no pair is left.
  mutating func next() -> (pair: TokenPair, count: Int64)? {
    while let first = queue.popFirst() {
      guard let slot = pairs.slot(of: first.pair), pairs[slot].placeCount > 0 else { continue }
      if pairs[slot].count == first.count { return (first.pair, first.count) }
      queue.insert(first.pair, count: pairs[slot].count)
    }
    return nil
  }

  /// Leaves a pair alone from now on.
  mutating func skip(_ pair: TokenPair) {
    if let slot = pairs.slot(of: pair) { pairs[slot].placeCount = 0 }
  }

  /// Merges a pair wherever it stands.
  ///
  /// - Parameters:
  ///   - pair: The pair that ``next()`` named.
  ///   - result: The token that the two become; its length is known to the text.
  ///   - idCount: One more than the largest id so far.
  mutating func merge(_ pair: TokenPair, into result: TokenID, idCount: Int) {
    guard let slot = pairs.slot(of: pair) else { return }
    let first = Int(pairs[slot].firstPlace)
    let range = first..<first + Int(pairs[slot].placeCount)
    pairs[slot].placeCount = 0
    gainsBefore.restart(idCount: idCount)
    gainsBehind.restart(idCount: idCount)
    lossesBefore.restart(idCount: idCount)
    lossesBehind.restart(idCount: idCount)
    mergePlaces(range, of: pair, into: result)
    apply(pair, result)
    if !keepsMergedCounts, let slot = pairs.slot(of: pair) { pairs.remove(at: slot) }
  }

  /// Tells the text a new token's length.
  mutating func addToken(length: UInt32) { text.addToken(length: length) }

  private mutating func mergePlaces(
    _ range: Range<Int>,
    of pair: TokenPair,
    into result: TokenID
  ) {
    for index in range {
      let place = places[index]
      guard let merged = text.merge(pair, into: result, at: place) else { continue }
      if merged.before == result {
        // The pair (result, left) may be one that this very merge brought up.
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
    for neighbor in lossesBefore.neighbors {
      lose(TokenPair(neighbor, pair.left), lossesBefore.count(neighbor))
    }
    for neighbor in lossesBehind.neighbors {
      lose(TokenPair(pair.right, neighbor), lossesBehind.count(neighbor))
    }
    for neighbor in gainsBehind.neighbors where gainsBehind.count(neighbor) < 0 {
      lose(TokenPair(result, neighbor), -gainsBehind.count(neighbor))
    }
    var gained: [(pair: TokenPair, count: Int64, range: Range<Int>)] = []
    gainsBefore.movePlaces(to: &places) { neighbor, count, range in
      gained.append((TokenPair(neighbor, result), count, range))
    }
    gainsBehind.movePlaces(to: &places) { neighbor, count, range in
      gained.append((TokenPair(result, neighbor), count, range))
    }
    for (pair, count, range) in gained { gain(pair, count, range) }
  }

  private mutating func lose(_ pair: TokenPair, _ count: Int64) {
    // A pair that was merged, as (a, a) is in "aaa", may be none any more.
    guard let slot = pairs.slot(of: pair) else { return }
    let left = pairs[slot].count - count
    if left > 0 { pairs[slot].count = left } else { pairs.remove(at: slot) }
  }

  private mutating func gain(_ pair: TokenPair, _ count: Int64, _ range: Range<Int>) {
    guard let slot = pairs.slot(of: pair) else {
      let (first, placeCount) = (UInt32(range.lowerBound), UInt32(range.count))
      pairs.insert(.init(pair: pair, count: count, firstPlace: first, placeCount: placeCount))
      queue.insert(pair, count: count)
      return
    }
    // Only a reused id brings up a pair that was there already. Its places are put in one row.
    var entry = pairs[slot]
    let before = Int(entry.firstPlace)..<Int(entry.firstPlace + entry.placeCount)
    let all = (places[before] + places[range]).sorted()
    entry.count += count
    entry.firstPlace = UInt32(places.count)
    entry.placeCount = UInt32(all.count)
    places += all
    pairs[slot] = entry
    queue.insert(pair, count: entry.count)
  }
}
