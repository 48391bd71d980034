import CLossKernels

/// Encodes texts by the tables of a vocabulary, on one thread: it remembers the pieces that it saw.
///
/// What it saw makes it faster and changes no id. A class, because it owns memory.
@safe
final class BytePairEncoder: @unchecked Sendable {
  // SAFETY: whoever uses it has taken it from where all others would look for it.
  private let tables: BytePairTables
  private let cutter: PieceCutter

  // SAFETY: made by `init`, destroyed by `deinit`, and used only here, by one thread at a time.
  private let state: OpaquePointer

  /// The ends of the pieces that are worked at.
  private var ends: [Int]

  // SAFETY: `scratchCapacity` ids that C writes and that are read right after.
  private var scratch: UnsafeMutablePointer<UInt32>
  private var scratchCapacity = BytePairEncoder.keptScratch

  private static let keptScratch = 1 << 14

  /// How many ids C may write too much.
  private static let slack = 4

  /// How many pieces are found before their ids are: enough to make the calls cheap, few enough to
  /// find the text in the cache again.
  private static let batchSize = 512

  init(
    tables: BytePairTables,
    cutter: PieceCutter,
    looksUpWholePieces: Bool,
    cacheBits: Int
  ) {
    self.tables = tables
    self.cutter = cutter
    unsafe state = tables.makeEncoder(
      looksUpWholePieces: looksUpWholePieces,
      cacheBits: cacheBits
    )
    ends = Array(repeating: 0, count: Self.batchSize)
    unsafe scratch = .allocate(capacity: scratchCapacity)
  }

  deinit {
    unsafe closs_pair_encoder_destroy(state)
    unsafe scratch.deallocate()
  }

  /// Steps of merging so far: a measure of work.
  var work: Int { unsafe Int(closs_pair_encoder_work(state)) }

  /// Appends the ids of a text.
  func encode(_ text: Span<UInt8>, into ids: inout [TokenID]) {
    defer { releaseScratch() }
    var start = 0
    while start < text.count {
      let pieceCount = cutter.findPieceEnds(in: text, from: start, into: &ends)
      let end = ends[pieceCount - 1]
      reserveScratch(end - start)
      // The scratch stays in the nearest caches, so that the copy costs less than room that an array
      // would have to have for the worst case.
      unsafe ids.append(
        contentsOf: UnsafeBufferPointer(
          start: scratch,
          count: encode(text, from: start, pieceCount: pieceCount, to: scratch)
        )
      )
      start = end
    }
  }

  /// Makes room for an id a byte, and those that C may write too much.
  private func reserveScratch(_ byteCount: Int) {
    guard byteCount + Self.slack > scratchCapacity else { return }
    unsafe scratch.deallocate()
    scratchCapacity = 2 * byteCount + Self.slack
    unsafe scratch = .allocate(capacity: scratchCapacity)
  }

  /// Gives back the room that a piece without end took.
  private func releaseScratch() {
    guard scratchCapacity > Self.keptScratch else { return }
    unsafe scratch.deallocate()
    scratchCapacity = Self.keptScratch
    unsafe scratch = .allocate(capacity: scratchCapacity)
  }

  /// Counts the ids of a text, until there are more than `limit`.
  func count(_ text: Span<UInt8>, limit: Int = .max) -> Int {
    var start = 0
    var total = 0
    while start < text.count, total <= limit {
      let pieceCount = cutter.findPieceEnds(in: text, from: start, into: &ends)
      total += unsafe encode(text, from: start, pieceCount: pieceCount, to: nil)
      start = ends[pieceCount - 1]
    }
    return total
  }

  /// Encodes the pieces that were found; `target` has room for their bytes and 4 ids more.
  private func encode(
    _ text: Span<UInt8>,
    from start: Int,
    pieceCount: Int,
    to target: UnsafeMutablePointer<UInt32>?
  ) -> Int {
    // SAFETY: C reads the text and the ends within the call and writes at most an id a byte, and up
    // to three more that do not count.
    let count = unsafe text.withUnsafeBufferPointer { text in
      unsafe ends.withUnsafeBufferPointer { ends in
        unsafe closs_pieces_encode(
          state,
          text.baseAddress,
          text.count,
          start,
          ends.baseAddress,
          pieceCount,
          target
        )
      }
    }
    precondition(count != .max, "no memory to merge a piece")
    return count
  }
}
