/// Pairs in the order in which they are merged: the largest count first, then the smallest ids.
///
/// Most pairs are rare and never get their turn, so only those whose count has the current number of
/// bits are kept in order. The others wait in a heap's stead in plain lists, one for each number of
/// bits, and are put in order when all above them are gone.
struct PairQueue {
  /// A pair with the count it had when it was put in.
  struct Entry: HeapElement {
    var count: Int64
    var pair: TokenPair

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      count != other.count ? count > other.count : pair.key < other.pair.key
    }
  }

  private var waiting = [[Entry]](repeating: [], count: 64)
  private var ordered = Heap<Entry>()

  /// The number of bits of the counts in ``ordered``, or above.
  private var bits = 64

  /// Adds a pair.
  ///
  /// - Precondition: The count is positive.
  mutating func insert(_ pair: TokenPair, count: Int64) {
    let entry = Entry(count: count, pair: pair)
    let entryBits = 64 - count.leadingZeroBitCount
    if entryBits >= bits {
      ordered.insert(entry)
    } else {
      waiting[entryBits].append(entry)
    }
  }

  /// Takes the foremost pair out; `nil` when none is left.
  mutating func popFirst() -> Entry? {
    while true {
      if let first = ordered.popFirst() { return first }
      guard bits > 0 else { return nil }
      bits -= 1
      ordered = Heap(waiting[bits])
      waiting[bits] = []
    }
  }
}
