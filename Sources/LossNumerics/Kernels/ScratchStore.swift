import Synchronization

/// Scratch memory that is kept between calls, since taking it anew from the system costs more than a
/// small product.
///
/// Whoever needs some takes a piece for as long as a closure runs; two at once get two pieces.
package final class ScratchStore: Sendable {
  /// A piece of memory in the list of free ones.
  private struct Pieces: ~Copyable {
    var free: [Piece] = []
  }

  /// Owns one block of memory; a class so that an array can hold it.
  private final class Piece: Sendable {
    let memory: AlignedMemory<Float>

    init(count: Int) { memory = AlignedMemory(zeros: count) }
  }

  private let pieces = Mutex(Pieces())

  package init() {}

  /// Calls a closure with at least `count` floats of scratch memory, on the boundary of a cache line,
  /// of any content.
  package func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let taken = pieces.withLock { $0.free.popLast() }
    let piece = if let taken, taken.memory.count >= count { taken } else { Piece(count: count) }
    unsafe body(piece.memory.start)
    pieces.withLock { $0.free.append(piece) }
  }
}
