import Execution

/// A slice's turn to add to the gradients that slices side by side share.
///
/// Every slice comes to the layers in one order, the head first and the embedding last. It adds to a layer's
/// gradient when the slice before it has, so that each gradient is added up in the order of the slices
/// whichever thread works them, and a thread waits only where it would overtake another.
struct GradientTurn: Sendable {
  /// The gradients that the slice before has added to; `nil` for the first slice.
  private let before: EventCount?

  /// The gradients that this slice has added to.
  private let own: EventCount

  /// Waits until the next gradients, so many, are this slice's to add to.
  func wait(for count: Int = 1) { before?.wait(for: own.value + count) }

  /// Leaves the next gradient to the slice after.
  func pass() { own.advance() }
}

extension GradientTurn {
  /// The turns of so many slices, on so many threads.
  static func queue(of count: Int, threadCount: Int) -> [GradientTurn] {
    let counts = (0..<count).map { _ in EventCount(threadCount: threadCount) }
    return zip([nil] + counts, counts).map(GradientTurn.init)
  }
}
