/// Cuts a text that arrives in chunks into blocks that hold whole pieces.
///
/// A block ends where ``SplitPattern/isSafeCut(_:at:)`` says that a piece begins whatever else the
/// text holds. Where there is no such place, pieces are taken once they are settled: a piece's end
/// can depend on the run of characters around it, but on no more than the three pieces that follow.
struct PieceStream {
  /// Bytes that hold whole pieces.
  struct Block {
    /// The place of the bytes in ``PieceStream/pending``; both ends are ends of pieces.
    var range: Range<Int>

    /// How much of the pending text must be seen to find the pieces.
    var visibleEnd: Int
  }

  /// How the text is cut into pieces.
  let pattern: SplitPattern

  /// The longest piece that a text may have; it bounds what is pending.
  let longestPiece: Int

  /// The bytes that are in no block yet; the first begins a piece.
  private(set) var pending: [UInt8] = []

  /// Where the pending bytes begin in the text.
  private(set) var offset = 0

  /// How many of the pending bytes hold no safe cut.
  private var uncutCount = 0

  /// From how many bytes without a safe cut on settled pieces are looked for.
  private var patience: Int

  /// The least that is given to one thread.
  private static let blockLength = 1 << 16

  /// Creates a stream at the beginning of a text.
  init(pattern: SplitPattern, longestPiece: Int) {
    self.pattern = pattern
    self.longestPiece = longestPiece
    patience = Self.leastPatience(longestPiece)
  }

  private static func leastPatience(_ longestPiece: Int) -> Int { min(1 << 16, longestPiece) }

  /// Adds the bytes that follow.
  mutating func append(_ bytes: [UInt8]) { pending += bytes }

  /// The blocks that the pending bytes hold by now.
  ///
  /// - Parameter isLast: Whether the text ends with the pending bytes.
  /// - Returns: Blocks that follow one another from the first byte on; what they leave stays pending.
  mutating func blocks(isLast: Bool) -> [Block] {
    if isLast { return safeBlocks(upTo: pending.count) }
    if let end = lastSafeCut() { return safeBlocks(upTo: end) }
    guard pending.count >= patience || isOverfull else { return [] }
    let end = settledEnd()
    // Each further look is at a text twice as long, so that all looks together take linear time.
    patience = end > 0 ? Self.leastPatience(longestPiece) : 2 * pending.count
    return end > 0 ? [Block(range: 0..<end, visibleEnd: pending.count)] : []
  }

  /// Drops the bytes of the blocks that were dealt with.
  mutating func removeFirst(_ count: Int) {
    guard count > 0 else { return }
    pending.removeSubrange(0..<count)
    offset += count
    uncutCount = 0
  }

  /// Whether so much is pending that one of its pieces is longer than any may be.
  var isOverfull: Bool { pending.count > 4 * longestPiece + 64 }

  /// Begins another text.
  mutating func restart() {
    pending.removeAll(keepingCapacity: true)
    offset = 0
    uncutCount = 0
    patience = Self.leastPatience(longestPiece)
  }
}

// MARK: - Where to cut

extension PieceStream {
  /// The last place where a piece surely begins, with at least one byte on either side.
  private mutating func lastSafeCut() -> Int? {
    let text = pending
    // Where the text ended before, one more character may be whole by now.
    let start = max(1, uncutCount - 4)
    for offset in (start..<max(start, text.count)).reversed()
    where pattern.isSafeCut(text.span, at: offset) {
      return offset
    }
    uncutCount = pending.count
    return nil
  }

  /// Cuts the bytes up to a piece's end into blocks of about equal length.
  private func safeBlocks(upTo end: Int) -> [Block] {
    let text = pending.span
    var blocks: [Block] = []
    var start = 0
    while start < end {
      var cut = min(end, start + Self.blockLength)
      while cut < end, !pattern.isSafeCut(text, at: cut) { cut += 1 }
      blocks.append(Block(range: start..<cut, visibleEnd: cut))
      start = cut
    }
    return blocks
  }

  /// The start of the last piece but three; 0 where there are no more.
  private func settledEnd() -> Int {
    var last: [4 of Int] = [0, 0, 0, 0]
    var ends = [Int](repeating: 0, count: 256)
    var start = 0
    while start < pending.count {
      var buffer = ends.mutableSpan
      let count = pattern.findPieceEnds(in: pending.span, from: start, into: &buffer)
      for end in ends[..<count] {
        last = [last[1], last[2], last[3], start]
        start = end
      }
    }
    return last[0]
  }
}
