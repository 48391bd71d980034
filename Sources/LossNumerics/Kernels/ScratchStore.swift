import Synchronization

/// Scratch memory that is kept between calls, since taking it anew from the system costs more than a
/// small product.
///
/// Whoever needs some takes a piece for as long as a closure runs; two at once get two pieces.
package final class ScratchStore: Sendable {
  /// Owns one block of memory; a class so that an array can hold it.
  private final class Piece: Sendable {
    let memory: AlignedMemory<Float>

    init(count: Int) { memory = AlignedMemory(zeros: count) }
  }

  /// The pieces that no one uses, smallest first.
  private let free = Mutex<[Piece]>([])

  package init() {}

  /// Calls a closure with at least `count` floats of scratch memory, on the boundary of a cache line,
  /// of any content.
  package func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let piece = take(count) ?? Piece(count: count)
    unsafe body(piece.memory.start)
    free.withLock { pieces in
      let size = piece.memory.count
      let place = pieces.firstIndex { $0.memory.count >= size } ?? pieces.endIndex
      pieces.insert(piece, at: place)
    }
  }

  /// The smallest free piece that is large enough.
  ///
  /// Where none is, the smallest gives way to the one that will be made: pieces never add up to more
  /// than were in use at once.
  private func take(_ count: Int) -> Piece? {
    free.withLock { pieces in
      if let place = pieces.firstIndex(where: { $0.memory.count >= count }) {
        return pieces.remove(at: place)
      }
      if !pieces.isEmpty { pieces.removeFirst() }
      return nil
    }
  }
}
