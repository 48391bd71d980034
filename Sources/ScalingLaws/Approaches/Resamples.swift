import Execution
import LossNumerics
import Synchronization

/// Bootstrap resamples: each with a generator of its own, each in its place whoever draws it.
final class Resamples<Drawn: Sendable>: Sendable {
  private let drawn: Mutex<[Drawn?]>

  private init(_ count: Int) { drawn = Mutex(Array(repeating: nil, count: count)) }

  /// Draws resamples on all threads.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - seed: The seed; resample number i draws from its stream i.
  ///   - pool: The threads.
  ///   - draw: Draws one.
  /// - Returns: The resamples in order.
  static func collect(
    _ count: Int,
    seed: UInt64,
    on pool: WorkerPool,
    _ draw: @Sendable (inout SeededGenerator) -> Drawn
  ) -> [Drawn] {
    let resamples = Resamples(count)
    pool.forEachBlock(count) { index, _ in
      var generator = SeededGenerator(seed: seed, stream: UInt64(index))
      let result = draw(&generator)
      resamples.drawn.withLock { $0[index] = result }
    }
    return resamples.drawn.withLock { $0 }.compactMap(\.self)
  }
}

extension Resamples where Drawn == Int {
  /// How often each of `count` things is drawn in as many draws with replacement.
  static func counts(_ count: Int, _ generator: inout SeededGenerator) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for _ in 0..<count { counts[generator.next(below: count)] += 1 }
    return counts
  }
}
