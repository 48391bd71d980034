import Execution
import Synchronization

/// The ids of a text's parts, each where the part begins, until all are there.
///
/// The threads take no memory from the system and give none back while they work: each such change makes
/// all other threads stop for a moment, which cost more than two threads gained. A text has hardly
/// ever more ids than bytes, so an id for each byte is reserved in one piece, of which the system only
/// provides what is written.
@safe
final class PartIDs: @unchecked Sendable {
  // SAFETY: room for an id a byte. A part is filled once, by one thread, which writes to that part's
  // bytes' places alone; all are read after the pool has ended, which orders the two.
  private let places: UnsafeMutablePointer<TokenID>
  private let ranges: [Range<Int>]

  /// For each thread the ids of the part that it works at, kept for their memory.
  private let buffers: [WorkerBuffer]

  /// How many ids each part has, and those of parts with more ids than bytes.
  private let counts: Mutex<[Int]>
  private let overflow = Mutex<[Int: [TokenID]]>([:])

  init(_ ranges: [Range<Int>], workerCount: Int) {
    self.ranges = ranges
    unsafe places = .allocate(capacity: max(1, ranges.last?.upperBound ?? 0))
    buffers = (0..<workerCount).map { _ in WorkerBuffer() }
    counts = Mutex(Array(repeating: 0, count: ranges.count))
  }

  deinit { unsafe places.deallocate() }

  /// Puts the ids that `append` appends to an array in the part's place.
  func fill(_ part: Int, by worker: Int, _ append: (inout [TokenID]) -> Void) {
    buffers[worker].ids.withLock { ids in
      ids.removeAll(keepingCapacity: true)
      append(&ids)
      counts.withLock { $0[part] = ids.count }
      guard ids.count <= ranges[part].count else {
        overflow.withLock { $0[part] = ids }
        return
      }
      unsafe ids.withUnsafeBufferPointer { ids in
        guard let source = ids.baseAddress else { return }
        unsafe (places + ranges[part].lowerBound).initialize(from: source, count: ids.count)
      }
    }
  }

  /// The ids of all parts, one after the other.
  func joined(pool: WorkerPool) -> [TokenID] {
    let counts = counts.withLock { $0 }
    let overflow = overflow.withLock { $0 }
    let offsets = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    return unsafe [TokenID](unsafeUninitializedCapacity: offsets[counts.count]) { target, count in
      count = offsets[counts.count]
      guard let start = target.baseAddress else { return }
      nonisolated(unsafe) let base = unsafe start
      pool.forEachBlock(counts.count) { part, _ in
        // SAFETY: each part has a place of its own in the array, of its own length.
        let goal = unsafe base + offsets[part]
        if let ids = overflow[part] {
          unsafe ids.withUnsafeBufferPointer { ids in
            guard let source = ids.baseAddress else { return }
            unsafe goal.initialize(from: source, count: ids.count)
          }
        } else {
          let source = unsafe places + ranges[part].lowerBound
          unsafe goal.initialize(from: source, count: counts[part])
        }
      }
    }
  }
}

/// The ids that one thread works at.
private final class WorkerBuffer: Sendable {
  let ids = Mutex<[TokenID]>([])
}
