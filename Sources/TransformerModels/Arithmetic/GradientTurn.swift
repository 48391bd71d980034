import Execution

/// A slice's turn to add to gradients that slices side by side share.
///
/// Every slice comes to the layers in one order, the head first and the embedding last. It adds to a layer's
/// gradient when the slice before it in the same sum has, so that each gradient is added up in the order
/// of the slices whichever thread works them, and a thread waits only where it would overtake another.
struct GradientTurn: Sendable {
  /// How many gradients the slice before has added to; `nil` for the first of a sum.
  private let before: EventCount?

  /// How many this slice has added to.
  private let own: EventCount

  /// How many weights a turn is for at most, so that nobody waits long for its end.
  let mostWeights: Int

  /// Waits until the next gradients are this slice's to add to.
  ///
  /// - Parameter count: How many of them.
  func wait(for count: Int = 1) { before?.wait(for: own.value + count) }

  /// Leaves the next gradient to the slice after.
  func end() { own.advance() }
}

extension GradientTurn {
  /// Makes the turns of slices.
  ///
  /// - Parameters:
  ///   - count: How many slices there are.
  ///   - sumCount: How many sums they add to, one after the other.
  ///   - mostWeights: How many weights a turn is for at most.
  ///   - threadCount: The threads that work them.
  /// - Returns: One for each slice.
  static func queue(
    of count: Int,
    sumCount: Int,
    mostWeights: Int,
    threadCount: Int
  ) -> [GradientTurn] {
    let counts = (0..<count).map { _ in EventCount(threadCount: threadCount) }
    return counts.indices.map { slice in
      let before = slice >= sumCount ? counts[slice - sumCount] : nil
      return GradientTurn(before: before, own: counts[slice], mostWeights: mostWeights)
    }
  }
}
