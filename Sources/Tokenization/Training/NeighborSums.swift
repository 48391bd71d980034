/// How counts of pairs change in one merge, by the neighbor that stands beside the merged tokens.
///
/// All pairs of a kind have one token in common, so that an array finds the sum of each: a table is
/// asked once for each neighbor, not for each place.
struct NeighborSums {
  /// What is known of one neighbor.
  private struct Sum {
    var count: Int64 = 0
    /// How many places the pair got; then where the next one goes.
    var places: UInt32 = 0
    /// The merge in which the neighbor came up last.
    var stamp: UInt32 = 0
  }

  private var sums: [Sum] = []
  private var stamp: UInt32 = 0

  /// The neighbors that came up, in order.
  private(set) var neighbors: [TokenID] = []

  /// The places of pairs that came up, in order: neighbor in the upper half, place in the lower.
  private var found: [UInt64] = []

  /// Begins another merge, with ids below `idCount`.
  mutating func restart(idCount: Int) {
    if sums.count < idCount {
      sums += repeatElement(Sum(), count: max(idCount - sums.count, sums.count))
    }
    stamp += 1
    neighbors.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
  }

  /// Adds to the count of the pair with a neighbor.
  @inline(__always)
  mutating func add(_ neighbor: TokenID, _ count: Int64) {
    let index = Int(neighbor)
    if sums[index].stamp != stamp {
      sums[index] = Sum(count: 0, places: 0, stamp: stamp)
      neighbors.append(neighbor)
    }
    sums[index].count += count
  }

  /// Adds to the count of the pair with a neighbor, and notes a place where it stands now.
  @inline(__always)
  mutating func add(_ neighbor: TokenID, _ count: Int64, at place: UInt32) {
    add(neighbor, count)
    sums[Int(neighbor)].places += 1
    found.append(UInt64(neighbor) << 32 | UInt64(place))
  }

  /// By how much the pair with a neighbor changed.
  func count(_ neighbor: TokenID) -> Int64 { sums[Int(neighbor)].count }

  /// Appends the places of the neighbors whose pairs gained, sorted by neighbor.
  ///
  /// - Parameters:
  ///   - places: Where to append.
  ///   - body: Called with each such neighbor, what it gained, and the range of its places, which are
  ///     in order.
  mutating func movePlaces(
    to places: inout [UInt32],
    _ body: (_ neighbor: TokenID, _ count: Int64, _ range: Range<Int>) -> Void
  ) {
    var end = places.count
    for neighbor in neighbors where sums[Int(neighbor)].count > 0 {
      let placeCount = Int(sums[Int(neighbor)].places)
      body(neighbor, sums[Int(neighbor)].count, end..<end + placeCount)
      sums[Int(neighbor)].places = UInt32(end)
      end += placeCount
    }
    places += repeatElement(0, count: end - places.count)
    for entry in found {
      let neighbor = Int(entry >> 32)
      guard sums[neighbor].count > 0 else { continue }
      places[Int(sums[neighbor].places)] = UInt32(truncatingIfNeeded: entry)
      sums[neighbor].places += 1
    }
  }
}
