import IsoLoss
import Synchronization

/// What it costs to share work among threads.
func executionBenchmarks() -> [Benchmark] {
  [
    region("1-thread", threadCount: 1, blockCount: 2),
    region("2-threads", threadCount: 2, blockCount: 2),
    region("2-threads-64-blocks", threadCount: 2, blockCount: 64),
    meeting(),
  ]
}

/// Regions of empty blocks, one after the other.
private func region(_ name: String, threadCount: Int, blockCount: Int) -> Benchmark {
  let regionCount = 20_000
  return Benchmark(name: "Execution/pool-region/\(name)", unit: .regions) {
    let pool = WorkerPool(threadCount: threadCount)
    return PreparedBenchmark(
      amount: Double(regionCount),
      run: {
        // Each worker counts in a place of its own, so that counting costs what a store costs.
        let counts = [BlockCount(), BlockCount()]
        for _ in 0..<regionCount {
          pool.forEachBlock(blockCount) { _, worker in counts[worker].add() }
        }
        return Double(counts[0].value + counts[1].value)
      },
      check: { $0 == Double(regionCount * blockCount) }
    )
  }
}

/// Regions of two blocks that wait for one another, so that both threads must come to each.
private func meeting() -> Benchmark {
  let regionCount = 20_000
  return Benchmark(name: "Execution/pool-region/2-threads-meeting", unit: .regions) {
    let pool = WorkerPool(threadCount: 2)
    let arrivals = Atomic<Int>(0)
    return PreparedBenchmark(
      amount: Double(regionCount),
      run: {
        arrivals.store(0, ordering: .relaxed)
        for region in 1...regionCount {
          pool.forEachBlock(2) { _, _ in
            arrivals.add(1, ordering: .acquiringAndReleasing)
            while arrivals.load(ordering: .acquiring) < 2 * region {}
          }
        }
        return Double(arrivals.load(ordering: .relaxed))
      },
      check: { $0 == Double(2 * regionCount) }
    )
  }
}

/// A count that one worker at a time adds to.
private final class BlockCount: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .relaxed) }

  func add() {
    count.store(value + 1, ordering: .relaxed)
  }
}
