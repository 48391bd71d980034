import Synchronization

/// The ids of a text's parts, which threads make in any order, one after the other in one array.
///
/// A part that is made while one before it is not waits in the memory of its thread; of the array's
/// memory, room for an id a byte, the system only provides what is written. The threads give no memory
/// back while they work: each such change makes all other threads stop for a moment, which cost more
/// than two threads gained.
@safe
final class PartIDs: @unchecked Sendable {
  // SAFETY: room for `capacity` ids, of which each part's places are written once, by the thread that
  // took them out of `order`; they are read after the pool has ended, which orders the two.
  private let places: UnsafeMutablePointer<TokenID>
  private let capacity: Int

  private let order: Mutex<Order>

  /// What is known of the parts so far.
  private struct Order: Sendable {
    /// The first part whose place is not known yet, and where it begins.
    var next = 0
    var count = 0

    /// Parts that wait for those before them.
    var waiting: [Int: [TokenID]] = [:]

    /// Arrays that are free, kept for their memory.
    var spare: [[TokenID]] = []
  }

  private init(
    _ places: UnsafeMutablePointer<TokenID>,
    capacity: Int,
    spareCount: Int,
    spareCapacity: Int
  ) {
    unsafe self.places = places
    self.capacity = capacity
    let spare = (0..<spareCount).map { _ in
      var ids: [TokenID] = []
      ids.reserveCapacity(spareCapacity)
      return ids
    }
    order = Mutex(Order(spare: spare))
  }

  /// Joins the ids of parts in their order; `fill` calls ``fill(_:_:)`` once for each, on any threads.
  ///
  /// - Parameters:
  ///   - byteCount: The bytes of all parts, for room: a text has hardly ever more ids than bytes.
  ///   - waitingCount: How many parts are made at a time.
  ///   - partByteCount: The bytes that most parts have.
  ///   - fill: Makes the parts.
  /// - Returns: The ids.
  static func joining(
    byteCount: Int,
    waitingCount: Int,
    partByteCount: Int,
    _ fill: (PartIDs) -> Void
  ) -> [TokenID] {
    var rest: [TokenID] = []
    var ids = unsafe [TokenID](unsafeUninitializedCapacity: byteCount + 1) { target, count in
      guard let base = target.baseAddress else { return }
      let parts = unsafe PartIDs(
        base,
        capacity: target.count,
        spareCount: 2 * waitingCount,
        spareCapacity: partByteCount
      )
      fill(parts)
      (count, rest) = parts.finish()
    }
    ids += rest
    return ids
  }

  /// Puts the ids that `append` appends to an array in the part's place.
  func fill(_ part: Int, _ append: (inout [TokenID]) -> Void) {
    var ids = order.withLock { $0.spare.popLast() } ?? []
    append(&ids)
    var ready = order.withLock { order in
      swap(&order.waiting[part, default: []], &ids)
      return Self.takeReady(from: &order, capacity: capacity)
    }
    for index in ready.indices {
      unsafe ready[index].ids.withUnsafeBufferPointer { ids in
        guard let source = ids.baseAddress else { return }
        unsafe (places + ready[index].start).initialize(from: source, count: ids.count)
      }
      ready[index].ids.removeAll(keepingCapacity: true)
    }
    let free = ready.map(\.ids)
    ready = []
    order.withLock { $0.spare += free }
  }

  /// Takes the parts whose places have become known, as far as there is room.
  private static func takeReady(
    from order: inout Order,
    capacity: Int
  ) -> [(start: Int, ids: [TokenID])] {
    var ready: [(start: Int, ids: [TokenID])] = []
    while let waiting = order.waiting[order.next], waiting.count <= capacity - order.count {
      ready.append((order.count, waiting))
      order.waiting[order.next] = nil
      order.count += waiting.count
      order.next += 1
    }
    return ready
  }

  /// How many ids are in their places, and those that found no room, in order.
  private func finish() -> (count: Int, rest: [TokenID]) {
    order.withLock { order in
      let rest = order.waiting.sorted { $0.key < $1.key }.flatMap(\.value)
      return (order.count, rest)
    }
  }
}
