import Execution

extension KernelContext {
  /// How many elements one worker takes at a time: long enough (64 KB of floats in, 64 KB out) that
  /// sharing costs little, short enough that the second level of cache holds it.
  private static var elementsInBlock: Int { 1 << 14 }

  /// Calls the body with ranges that cover `0..<count`, in the pool where there is work for two.
  ///
  /// For functions of single elements, whose results do not depend on how the array is cut; ranges
  /// begin at multiples of 64, as the masks of dropout ask. Up to two
  /// blocks take about ten microseconds, no more than waking a thread does, so the caller's own
  /// thread does them.
  package func forEachElementBlock(
    of count: Int,
    _ body: @Sendable (Range<Int>) -> Void
  ) {
    let size = Self.elementsInBlock
    guard count > 2 * size else {
      if count > 0 { body(0..<count) }
      return
    }
    pool.forEachBlock((count + size - 1) / size) { block, _ in
      body(block * size..<min(count, (block + 1) * size))
    }
  }
}
