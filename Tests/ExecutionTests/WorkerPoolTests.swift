import Execution
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Worker pool")
struct WorkerPoolTests {
  /// Twice and more the cores of a small machine among them.
  static let threadCounts = [1, 2, 3, 8]

  @Test("every block is done once", arguments: threadCounts, [0, 1, 2, 3, 7, 64, 1000, 10_000])
  func everyBlockOnce(_ threadCount: Int, _ blockCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    for _ in 0..<3 {
      let counts = Counts(blockCount)
      pool.forEachBlock(blockCount) { block, worker in
        precondition(0 <= worker && worker < threadCount)
        counts.add(1, at: block)
      }
      #expect(counts.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("what the caller wrote is seen, and what the blocks wrote, in 100,000 regions")
  func visibility() {
    let pool = WorkerPool(threadCount: 2)
    var values = [Int](repeating: 0, count: 5)
    for region in 0..<100_000 {
      for index in values.indices { values[index] = region }
      unsafe values.withUnsafeMutableBufferPointer { buffer in
        // SAFETY: each block touches the element of its own number.
        nonisolated(unsafe) let elements = unsafe buffer
        unsafe pool.forEachBlock(elements.count) { block, _ in unsafe elements[block] ^= block + 1 }
      }
      for index in values.indices where values[index] != region ^ (index + 1) {
        Issue.record("region \(region), block \(index): \(values[index])")
        return
      }
    }
  }

  @Test("a worker does one block at a time", arguments: threadCounts)
  func exclusiveWorkers(_ threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    let busy = Counts(threadCount)
    let collisions = Atomic<Int>(0)
    for _ in 0..<200 {
      pool.forEachBlock(50) { _, worker in
        if busy.add(1, at: worker) != 1 { collisions.add(1, ordering: .relaxed) }
        busy.add(-1, at: worker)
      }
    }
    #expect(collisions.load(ordering: .relaxed) == 0)
  }

  @Test("blocks that wait for one another have a thread each", arguments: [2, 5])
  func allWorkersCome(_ threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    for pause in [0, 0, 300, 0] as [UInt32] {
      usleep(pause)
      let arrived = Atomic<Int>(0)
      let workers = Counts(threadCount)
      pool.forEachBlock(threadCount) { _, worker in
        workers.add(1, at: worker)
        arrived.add(1, ordering: .acquiringAndReleasing)
        while arrived.load(ordering: .acquiring) < threadCount { sched_yield() }
      }
      #expect(workers.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("as many threads start as there is work for")
  func lazyThreads() {
    let pool = WorkerPool(threadCount: 4)
    pool.forEachBlock(0) { _, _ in }
    pool.forEachBlock(1) { _, _ in }
    #expect(pool.startedThreadCount == 0)
    pool.forEachBlock(2) { _, _ in }
    #expect(pool.startedThreadCount == 1)
    pool.forEachBlock(100) { _, _ in }
    #expect(pool.startedThreadCount == 3)
    let alone = WorkerPool(threadCount: 1)
    alone.forEachBlock(100) { _, _ in }
    #expect(alone.startedThreadCount == 0)
  }

  @Test("the threads end with the pool, whether they spin or sleep", arguments: [0, 1000])
  func threadsEnd(pause: UInt32) {
    for _ in 0..<20 {
      let pool = WorkerPool(threadCount: 3)
      pool.forEachBlock(10) { _, _ in }
      usleep(pause)
    }
  }

  @Test("a pool that no one else holds may be let go by its own work")
  func releasedByItsOwnWork() {
    for _ in 0..<100 {
      let slot = Mutex<WorkerPool?>(WorkerPool(threadCount: 2))
      slot.withLock { $0 }?.forEachBlock(8) { _, _ in slot.withLock { $0 = nil } }
      #expect(slot.withLock { $0 } == nil)
    }
  }

  @Test("worker threads leave signals to the others")
  func signalsAreBlocked() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = WorkerPool(threadCount: 2)
      let arrived = Atomic<Int>(0)
      let unblocked = Atomic<Int>(0)
      pool.forEachBlock(2) { _, worker in
        arrived.add(1, ordering: .acquiringAndReleasing)
        while arrived.load(ordering: .acquiring) < 2 { sched_yield() }
        var mask = sigset_t()
        unsafe pthread_sigmask(SIG_SETMASK, nil, &mask)
        let isBlocked = unsafe sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1
        if worker == 1, !isBlocked { unblocked.add(1, ordering: .relaxed) }
      }
      exit(Int32(unblocked.load(ordering: .relaxed)))
    }
  }

  @Test("impossible counts trap")
  func impossibleCountsTrap() async {
    await #expect(processExitsWith: .failure) { _ = WorkerPool(threadCount: 0) }
    await #expect(processExitsWith: .failure) {
      WorkerPool(threadCount: 1).forEachBlock(-1) { _, _ in }
    }
  }
}

@Suite("Worker pool, shared")
struct SharedWorkerPoolTests {
  @Test("a call within a block runs as the worker of that block", arguments: [1, 2, 4])
  func nested(_ threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    let wrong = Atomic<Int>(0)
    let done = Counts(20 * 5 * 3)
    pool.forEachBlock(20) { outer, worker in
      pool.forEachBlock(5) { middle, inner in
        if inner != worker { wrong.add(1, ordering: .relaxed) }
        pool.forEachBlock(3) { block, innermost in
          if innermost != worker { wrong.add(1, ordering: .relaxed) }
          done.add(1, at: (outer * 5 + middle) * 3 + block)
        }
      }
      pool.forEachBlock(1) { _, inner in
        if inner != worker { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(done.values.allSatisfy { $0 == 1 })
  }

  @Test("pools within blocks of other pools")
  func nestedPools() {
    let (outer, inner) = (WorkerPool(threadCount: 2), WorkerPool(threadCount: 3))
    let done = Counts(8 * 8)
    outer.forEachBlock(8) { first, _ in
      inner.forEachBlock(8) { second, _ in done.add(1, at: first * 8 + second) }
    }
    #expect(done.values.allSatisfy { $0 == 1 })
  }

  @Test("four threads use one pool at once")
  func concurrent() {
    let pool = WorkerPool(threadCount: 3)
    let users = WorkerPool(threadCount: 4)
    let done = Counts(4)
    let collisions = Atomic<Int>(0)
    users.forEachBlock(4) { user, _ in
      for _ in 0..<2000 {
        let busy = Counts(3)
        pool.forEachBlock(6) { _, worker in
          if busy.add(1, at: worker) != 1 { collisions.add(1, ordering: .relaxed) }
          done.add(1, at: user)
          busy.add(-1, at: worker)
        }
      }
    }
    #expect(done.values == [12_000, 12_000, 12_000, 12_000])
    #expect(collisions.load(ordering: .relaxed) == 0)
  }

  /// The thread that a block starts calls the pool while that block waits for it: waiting for the
  /// block's region to end would be waiting for ever.
  @Test("a thread that a block waits for can use the pool")
  func calledFromAnother() {
    let pool = WorkerPool(threadCount: 2)
    let done = Atomic<Int>(0)
    pool.forEachBlock(2) { _, _ in
      let other = WorkerPool(threadCount: 2)
      other.forEachBlock(2) { _, _ in
        pool.forEachBlock(4) { _, _ in done.add(1, ordering: .relaxed) }
      }
    }
    #expect(done.load(ordering: .relaxed) == 16)
  }
}

/// Counters that threads share.
private final class Counts: Sendable {
  private let counts: Mutex<[Int]>

  init(_ count: Int) {
    counts = Mutex(Array(repeating: 0, count: count))
  }

  var values: [Int] { counts.withLock { $0 } }

  /// Adds to a counter and returns its new value.
  @discardableResult
  func add(_ amount: Int, at index: Int) -> Int {
    counts.withLock { counts in
      counts[index] += amount
      return counts[index]
    }
  }
}
