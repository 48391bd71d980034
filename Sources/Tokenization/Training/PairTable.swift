/// Two tokens that stand side by side, as one number that sorts as the two do.
struct TokenPair: Sendable, Hashable {
  /// The left id in the upper half, the right one in the lower.
  let key: UInt64

  init(_ left: TokenID, _ right: TokenID) { key = UInt64(left) << 32 | UInt64(right) }

  var left: TokenID { TokenID(key >> 32) }
  var right: TokenID { TokenID(truncatingIfNeeded: key) }
}

/// The pairs of neighbors, each with its count and the places where it stands.
///
/// Open addressing with 24 bytes a slot. A pair that counts nothing is none, so that it leaves the
/// table when its last neighbors are parted.
struct PairTable: Sendable {
  /// What is known of a pair.
  struct Entry: Sendable {
    var pair: TokenPair

    /// How often the pair comes up, each word as often as the word does; 0 in an empty slot.
    var count: Int64

    /// Where the pair's places begin in the list of all places, and how many there are.
    var firstPlace: UInt32
    var placeCount: UInt32

    static let empty = Entry(pair: TokenPair(0, 0), count: 0, firstPlace: 0, placeCount: 0)
  }

  private var slots: [Entry]
  private var shift: Int
  private(set) var count = 0

  /// Creates an empty table.
  init() {
    slots = [Entry](repeating: .empty, count: 1 << 12)
    shift = 64 - 12
  }

  /// The slot of a pair; `nil` where it does not come up.
  func slot(of pair: TokenPair) -> Int? {
    let slot = slotOrGap(for: pair)
    return slots[slot].count == 0 ? nil : slot
  }

  /// The entry in a slot; its count must stay positive and its pair the same.
  subscript(slot: Int) -> Entry {
    get { slots[slot] }
    set { slots[slot] = newValue }
  }

  /// Adds a pair that is not in the table.
  ///
  /// - Precondition: The count is positive.
  mutating func insert(_ entry: Entry) {
    slots[slotOrGap(for: entry.pair)] = entry
    count += 1
    if 4 * count > 3 * slots.count { grow() }
  }

  /// Takes the pair of a slot out; other pairs may change their slots.
  mutating func remove(at slot: Int) {
    var gap = slot
    var next = slot
    while true {
      next = (next + 1) & (slots.count - 1)
      guard slots[next].count != 0 else { break }
      // Who would be found at or before the gap moves into it.
      let distance = (next - home(of: slots[next].pair)) & (slots.count - 1)
      guard distance >= (next - gap) & (slots.count - 1) else { continue }
      slots[gap] = slots[next]
      gap = next
    }
    slots[gap] = .empty
    count -= 1
  }

  /// Calls `body` with each pair, which must stay the same and count something.
  mutating func forEachSlot(_ body: (_ entry: inout Entry) -> Void) {
    for slot in slots.indices where slots[slot].count != 0 { body(&slots[slot]) }
  }

  @inline(__always)
  private func home(of pair: TokenPair) -> Int {
    // The upper bits of the product depend on all bits of the pair.
    Int(truncatingIfNeeded: (pair.key &* 0x9E37_79B9_7F4A_7C15) >> UInt64(shift))
  }

  @inline(__always)
  private func slotOrGap(for pair: TokenPair) -> Int {
    var slot = home(of: pair)
    while slots[slot].count != 0, slots[slot].pair != pair { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = [Entry](repeating: .empty, count: 2 * old.count)
    shift -= 1
    for entry in old where entry.count != 0 { slots[slotOrGap(for: entry.pair)] = entry }
  }
}
