/// How counts of pairs change in one merge, by the neighbor that stands beside the merged tokens.
///
/// All pairs of a kind have one token in common, so that an array finds the sum of each: a table is
/// asked once for each neighbor, not for each place.
struct NeighborSums {
  /// What is known of one neighbor.
  struct Sum {
    /// The neighbor.
    var neighbor: TokenID
    /// How many places its pair got; then where the next one goes.
    fileprivate var places: UInt32
    /// By how much the count of its pair changes.
    var count: Int64
  }

  /// The neighbors that came up, in order.
  private(set) var sums: [Sum] = []

  /// For each id where it stands in ``sums``; what an id that is not there has is of no meaning.
  private var indices: [UInt32] = []

  /// The places of pairs that came up, in order: index in ``sums`` in the upper half, place in the
  /// lower.
  private var found: [UInt64] = []

  /// Begins another merge, with ids below `idCount`.
  mutating func restart(idCount: Int) {
    sums.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    guard indices.count < idCount else { return }
    indices.reserveCapacity(idCount + idCount / 4)
    indices += repeatElement(0, count: indices.capacity - indices.count)
  }

  /// Adds to the count of the pair with a neighbor.
  @inline(__always)
  mutating func add(_ neighbor: TokenID, _ count: Int64) {
    sums[index(of: neighbor)].count += count
  }

  /// Adds to the count of the pair with a neighbor, and notes a place where it stands now.
  @inline(__always)
  mutating func add(_ neighbor: TokenID, _ count: Int64, at place: UInt32) {
    let index = index(of: neighbor)
    sums[index].count += count
    sums[index].places += 1
    found.append(UInt64(index) << 32 | UInt64(place))
  }

  @inline(__always)
  private mutating func index(of neighbor: TokenID) -> Int {
    let index = Int(indices[Int(neighbor)])
    if index < sums.count, sums[index].neighbor == neighbor { return index }
    indices[Int(neighbor)] = UInt32(sums.count)
    sums.append(Sum(neighbor: neighbor, places: 0, count: 0))
    return sums.count - 1
  }

  /// Appends the places of the neighbors whose pairs gained, sorted by neighbor.
  ///
  /// - Parameters:
  ///   - places: Where to append.
  ///   - body: Called with each such neighbor's sum and the range of its places, which are in order.
  mutating func movePlaces(
    to places: inout [UInt32],
    _ body: (_ sum: Sum, _ range: Range<Int>) -> Void
  ) {
    var end = places.count
    for index in sums.indices where sums[index].count > 0 {
      let placeCount = Int(sums[index].places)
      body(sums[index], end..<end + placeCount)
      sums[index].places = UInt32(end)
      end += placeCount
    }
    // By a quarter, since doubling would for a moment take three times what is there.
    if places.capacity < end { places.reserveCapacity(end + end / 4) }
    places += repeatElement(0, count: end - places.count)
    for entry in found {
      let index = Int(entry >> 32)
      guard sums[index].count > 0 else { continue }
      places[Int(sums[index].places)] = UInt32(truncatingIfNeeded: entry)
      sums[index].places += 1
    }
  }
}
