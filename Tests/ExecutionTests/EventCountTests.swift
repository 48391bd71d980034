import Execution
import Synchronization
import Testing

@Suite("Event counts", .timeLimit(.minutes(2)))
struct EventCountTests {
  /// Threads that spin, and threads that are too many for any machine's cores and sleep.
  @Test("each waits for the other's events and sees what it wrote before", arguments: [2, 1 << 16])
  func turns(_ threadCount: Int) {
    let pool = WorkerPool(threadCount: 2)
    let pings = EventCount(threadCount: threadCount)
    let pongs = EventCount(threadCount: threadCount)
    let value = Atomic<Int>(0)
    let stale = Atomic<Int>(0)
    let rounds = 20_000
    pool.forEachBlock(2) { block, _ in
      for round in 1...rounds {
        if block == 0 {
          value.store(round, ordering: .relaxed)
          pings.advance()
          pongs.wait(for: round)
        } else {
          pings.wait(for: round)
          if value.load(ordering: .relaxed) != round { stale.add(1, ordering: .relaxed) }
          pongs.advance()
        }
      }
    }
    #expect(stale.load(ordering: .relaxed) == 0)
    #expect(pings.value == rounds && pongs.value == rounds)
  }

  @Test("several wait for one, each for another number")
  func severalWait() {
    let count = EventCount(threadCount: 1 << 16)
    let early = Atomic<Int>(0)
    WorkerPool(threadCount: 4).forEachBlock(4) { block, _ in
      guard block > 0 else { return (0..<300).forEach { _ in count.advance() } }
      count.wait(for: 100 * block)
      if count.value < 100 * block { early.add(1, ordering: .relaxed) }
    }
    #expect(early.load(ordering: .relaxed) == 0)
  }

  @Test("what has happened is not waited for")
  func past() {
    let count = EventCount(threadCount: 1)
    count.wait(for: 0)
    count.advance()
    count.wait(for: 1)
    #expect(count.value == 1)
  }
}
