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

  /// How many pieces are found before their ids are: enough to make the calls cheap, few enough to
  /// find the text in the cache again.
  private static let batchSize = 512

  init(
    tables: BytePairTables,
    cutter: PieceCutter,
    looksUpWholePieces: Bool,
    cacheBits: Int = 16
  ) {
    self.tables = tables
    self.cutter = cutter
    unsafe state = tables.makeEncoder(
      looksUpWholePieces: looksUpWholePieces,
      cacheBits: cacheBits
    )
    ends = Array(repeating: 0, count: Self.batchSize)
  }

  deinit {
    unsafe closs_pair_encoder_destroy(state)
  }

  /// Steps of merging so far: a measure of work.
  var work: Int { unsafe Int(closs_pair_encoder_work(state)) }

  /// Appends the ids of a text.
  func encode(_ text: Span<UInt8>, into ids: inout IDBuffer) {
    var start = 0
    while start < text.count {
      let pieceCount = cutter.findPieceEnds(in: text, from: start, into: &ends)
      let end = ends[pieceCount - 1]
      unsafe ids.append(most: end - start) { target in
        unsafe encode(text, from: start, pieceCount: pieceCount, to: target)
      }
      start = end
    }
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

/// A growing array of ids that C writes to.
@safe
struct IDBuffer: ~Copyable {
  // SAFETY: owned; `count` of `capacity` ids are initialized.
  private var memory: UnsafeMutablePointer<UInt32>
  private var capacity: Int

  /// How many ids there are.
  private(set) var count = 0

  /// How many ids C may write too much.
  private static let slack = 4

  init(capacity: Int) {
    self.capacity = max(capacity, 64) + Self.slack
    unsafe memory = .allocate(capacity: self.capacity)
  }

  deinit { unsafe memory.deallocate() }

  /// Appends what `write` writes, at most `most` ids, and returns their number for.
  mutating func append(most: Int, _ write: (UnsafeMutablePointer<UInt32>) -> Int) {
    if capacity - count < most + Self.slack {
      let larger = max(capacity + capacity / 2, count + most) + Self.slack
      let moved = UnsafeMutablePointer<UInt32>.allocate(capacity: larger)
      // SAFETY: the new memory is larger than what is moved.
      unsafe moved.moveInitialize(from: memory, count: count)
      unsafe memory.deallocate()
      unsafe memory = moved
      capacity = larger
    }
    // SAFETY: there is room for `most` ids and the slack.
    count += unsafe write(memory + count)
  }

  mutating func append(_ id: TokenID) {
    unsafe append(most: 1) { target in
      unsafe target.pointee = id
      return 1
    }
  }

  /// The ids from a position on, as an array.
  func array(from start: Int = 0) -> [TokenID] {
    // SAFETY: `count` ids are initialized.
    unsafe Array(UnsafeBufferPointer(start: memory + start, count: count - start))
  }
}
