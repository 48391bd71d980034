import CurveFitting
import Execution
import LossNumerics

/// Bootstrap resamples: each with a generator of its own, each in its place whoever draws it.
enum Resamples {
  /// Draws resamples on all threads.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - seed: The seed; resample number i draws from its stream i.
  ///   - pool: The threads.
  ///   - checkpoint: Throws to stop; asked before each resample by the thread that draws it.
  ///   - draw: Draws one.
  /// - Returns: The resamples in order.
  /// - Throws: What `checkpoint` throws.
  static func collect<Drawn: Sendable>(
    _ count: Int,
    seed: UInt64,
    on pool: WorkerPool,
    checkpoint: @Sendable () throws -> Void,
    _ draw: @Sendable (inout SeededGenerator) -> Drawn
  ) throws -> [Drawn] {
    let drawn = IndexedResults<Drawn, any Error>(count: count)
    pool.forEachBlock(count) { index, _ in
      drawn.run(index) { () throws(any Error) in
        try checkpoint()
        var generator = SeededGenerator(seed: seed, stream: UInt64(index))
        return draw(&generator)
      }
    }
    return try drawn.values()
  }

  /// How often each of `count` things is drawn in as many draws with replacement.
  static func counts(_ count: Int, _ generator: inout SeededGenerator) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for _ in 0..<count { counts[generator.next(below: count)] += 1 }
    return counts
  }
}
