import Synchronization

/// Threads that share the blocks of a piece of work.
///
///     let pool = WorkerPool()
///     pool.forEachBlock(rows.count) { row, worker in
///       normalize(row, scratch: worker)
///     }
///
/// The one who calls works too, so that a pool of one thread has none of its own; the others start
/// when there first is something for them to do, and end with the pool. Between two pieces of work
/// they spin for 100 µs and then sleep: work that follows at once costs about 1 µs to share, work
/// after a pause the 30 to 40 µs that it takes to wake someone, while the caller works alone.
///
/// Threads decide nothing but who does a block and when. Work whose blocks are cut by shape alone,
/// write each to places of their own, and are added up in block order afterwards, therefore gives the
/// same bits with any number of threads.
public final class WorkerPool: Sendable {
  /// How many threads work, the caller's own among them.
  ///
  /// Where the system refuses to start that many, fewer do the work.
  public let threadCount: Int

  private let crew: Crew

  /// The threads but the caller's: worker 1 first.
  private let threads = Mutex<[WorkerThread]>([])

  /// Whether a call has the threads to itself.
  private let isTaken = Atomic(false)

  /// The thread of that call.
  private let caller = Atomic<WorkerThread.ID>(0)

  /// Creates a pool; no thread starts yet.
  ///
  /// - Precondition: `threadCount` is positive and at most 65,536.
  public init(threadCount: Int = WorkerPool.coreCount) {
    precondition(threadCount > 0, "a pool of \(threadCount) threads does no work")
    precondition(
      threadCount <= 1 << 16,
      "a pool of \(threadCount) threads is more than any system has"
    )
    self.threadCount = threadCount
    crew = Crew(threadCount: threadCount, coreCount: Self.coreCount)
  }

  /// Ends the threads and waits for them.
  deinit {
    crew.dismiss()
    for thread in threads.withLock({ $0 }) {
      // The last to let go of the pool may be a block's own work.
      if thread == .current { thread.detach() } else { thread.join() }
    }
  }

  /// Does the blocks `0..<blockCount`, each once, and returns when all are done.
  ///
  /// Blocks are handed out in order to whoever is free. Everything a block wrote can be read after
  /// the return, and everything written before the call can be read in the blocks.
  ///
  /// One call at a time has the threads. A call from within one of its blocks runs its own blocks one
  /// after the other, as the worker that does the outer one; so does a call from elsewhere meanwhile,
  /// as worker 0: neither waits or fails. A block that had no threads to share may take them itself.
  ///
  /// - Parameters:
  ///   - blockCount: How many blocks there are. Handing one out costs up to 100 ns, so that a block
  ///     should be worth microseconds.
  ///   - body: Does a block. It also gets its worker, `0..<threadCount`, for scratch memory: no two
  ///     blocks of one call are done at once by the same worker.
  /// - Precondition: `blockCount` is not negative.
  public func forEachBlock(
    _ blockCount: Int,
    _ body: @Sendable (_ block: Int, _ worker: Int) -> Void
  ) {
    precondition(blockCount >= 0, "\(blockCount) blocks are none")
    guard blockCount > 1, threadCount > 1, take() else {
      let worker = currentWorker
      for block in 0..<blockCount { body(block, worker) }
      return
    }
    let workerCount = startThreads(min(threadCount, blockCount) - 1)
    crew.run(blockCount, workerCount: workerCount, body)
    release()
  }
}

// MARK: - Whose turn it is

extension WorkerPool {
  /// Takes the threads for a call; fails if another call has them.
  private func take() -> Bool {
    guard !isTaken.exchange(true, ordering: .acquiring) else { return false }
    caller.store(WorkerThread.current.id, ordering: .relaxed)
    return true
  }

  private func release() {
    caller.store(0, ordering: .relaxed)
    isTaken.store(false, ordering: .releasing)
  }

  /// The worker that the current thread is, 0 if it is none.
  private var currentWorker: Int {
    // Who does a block sees that the threads are taken.
    guard isTaken.load(ordering: .relaxed) else { return 0 }
    let current = WorkerThread.current
    guard caller.load(ordering: .relaxed) != current.id else { return 0 }
    return threads.withLock { ($0.firstIndex(of: current) ?? -1) + 1 }
  }

  /// How many threads there are by now, the caller's not counted.
  package var startedThreadCount: Int { threads.withLock { $0.count } }

  /// Starts threads until there are as many as wished, or as the system gives.
  ///
  /// - Returns: How many there are.
  private func startThreads(_ wished: Int) -> Int {
    threads.withLock { threads in
      while threads.count < wished {
        // The thread keeps the crew, not the pool, which could not end otherwise.
        let thread = WorkerThread { [crew, worker = threads.count + 1] in crew.serve(as: worker) }
        guard let thread else { break }
        threads.append(thread)
      }
      return threads.count
    }
  }
}
