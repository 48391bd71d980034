import Synchronization

/// What the threads of a pool share: the region they work on, and where they wait for the next.
///
/// A region is over when all its blocks are done, not when all workers came: a worker that the
/// system has put aside does not hold up the others. Such a worker may look for blocks at any later
/// moment, and what keeps it from touching a region that is over is one word, ``unclaimed``. It is
/// positive only while an open region has blocks that no one has taken, and taking one is a
/// compare-and-exchange on it. Who succeeds holds a block of the region that is open now, whichever
/// it had in mind, and that region cannot end before this block is done. Only then is ``region``
/// read.
@safe
final class Crew: @unchecked Sendable {
  // SAFETY: all that changes is atomic, and what `region` points to is read as said above.

  /// The blocks that no one has taken yet; 0 between regions, negative when the threads shall end.
  private let unclaimed = Atomic<Int>(0)

  /// The open region; to be read only by who holds one of its blocks.
  private let region = unsafe Atomic<UnsafePointer<Region>?>(nil)

  /// The blocks that are not known to be done yet.
  private let unfinished = Atomic<Int>(0)

  /// Where workers sleep between regions.
  private let start = Doorbell()

  /// Where the caller sleeps until the last block is done.
  private let end = Doorbell()

  /// The parts into which a region's unclaimed blocks are cut, of which a worker takes one at a time.
  private let shareCount: Int

  /// How long an idle thread spins before it sleeps.
  private let spinNanoseconds: Int

  /// - Parameters:
  ///   - threadCount: The threads that will come, the caller among them.
  ///   - coreCount: The cores they can run on.
  init(threadCount: Int, coreCount: Int) {
    // A 64th of a thread's share: small enough to even out, large enough that a million tiny blocks
    // are not a million accesses to one word. Below 64 blocks a thread it is one block.
    shareCount = threadCount * 64
    spinNanoseconds = nanosecondsOfSpinning(threadCount: threadCount, coreCount: coreCount)
  }
}

/// A piece of work in blocks.
private struct Region {
  let blockCount: Int
  let body: @Sendable (_ block: Int, _ worker: Int) -> Void
}

// MARK: - The caller's side

extension Crew {
  /// Does all blocks of a region, with whatever workers come.
  ///
  /// - Parameters:
  ///   - blockCount: How many blocks there are, at least one.
  ///   - workerCount: How many threads there are besides the caller.
  ///   - body: Does a block.
  /// - Precondition: No other region is open.
  func run(
    _ blockCount: Int,
    workerCount: Int,
    _ body: @Sendable (_ block: Int, _ worker: Int) -> Void
  ) {
    withoutActuallyEscaping(body) { body in
      // SAFETY: workers read the region only while they hold one of its blocks, and this returns
      // only when all blocks are done.
      unsafe withUnsafePointer(to: Region(blockCount: blockCount, body: body)) { pointer in
        unsafe region.store(pointer, ordering: .relaxed)
        unfinished.store(blockCount, ordering: .relaxed)
        // Publishes the two above to who takes a block.
        unclaimed.store(blockCount, ordering: .sequentiallyConsistent)
        // Those awake come by themselves.
        let awakeCount = workerCount - start.sleeperCount
        start.ring(waking: blockCount - 1 - awakeCount)
        work(as: 0)
        waitForEnd()
      }
    }
  }

  /// Waits until the last block is done.
  private func waitForEnd() {
    let isDone = spin(for: spinNanoseconds) { unfinished.load(ordering: .acquiring) > 0 }
    if !isDone { end.wait { unfinished.load(ordering: .sequentiallyConsistent) > 0 } }
  }

  /// Tells all workers to end.
  ///
  /// - Precondition: No region is open.
  func dismiss() {
    unclaimed.store(-1, ordering: .sequentiallyConsistent)
    start.ring(waking: .max)
  }
}

// MARK: - A worker's side

extension Crew {
  /// Works on one region after the other until the crew is dismissed.
  func serve(as worker: Int) {
    while true {
      work(as: worker)
      if !spin(for: spinNanoseconds, while: { unclaimed.load(ordering: .relaxed) == 0 }) {
        start.wait { unclaimed.load(ordering: .sequentiallyConsistent) == 0 }
      }
      if unclaimed.load(ordering: .relaxed) < 0 { return }
    }
  }

  /// Takes blocks and does them until all are taken.
  private func work(as worker: Int) {
    var finished = 0
    while let share = claim() {
      perform(share, as: worker)
      finished += share.count
    }
    guard finished > 0 else { return }
    // Publishes what the bodies wrote to the caller; from here on the region may be gone.
    let left = unfinished.subtract(finished, ordering: .sequentiallyConsistent).newValue
    if left == 0, worker != 0 { end.ring() }
  }

  /// The blocks a worker took, counted from the region's end: so many were left before and after.
  private typealias Share = Range<Int>

  /// Takes some of the blocks that no one has taken, `nil` if there are none.
  private func claim() -> Share? {
    var left = unclaimed.load(ordering: .relaxed)
    while left > 0 {
      let remainder = left - max(1, left / shareCount)
      let (isTaken, found) = unclaimed.weakCompareExchange(
        expected: left,
        desired: remainder,
        successOrdering: .acquiring,
        failureOrdering: .relaxed
      )
      if isTaken { return remainder..<left }
      left = found
    }
    return nil
  }

  /// Does a share of the open region.
  ///
  /// Never inlined, so that its hold on the closure ends before the share counts as done: the caller
  /// may then let go of the closure at any moment, and traps if someone still holds it.
  @inline(never)
  private func perform(_ share: Share, as worker: Int) {
    // SAFETY: the share belongs to the open region, which stays until the share is done.
    guard let region = unsafe region.load(ordering: .relaxed) else { return }
    let blockCount = unsafe region.pointee.blockCount
    let body = unsafe region.pointee.body
    for left in share.reversed() { body(blockCount - 1 - left, worker) }
  }
}
