extension SplitPattern {
  /// Finds the ends of the pieces that follow one another from `start` on.
  ///
  /// - Parameters:
  ///   - bytes: The whole text.
  ///   - start: Where a piece begins, or the end of the text.
  ///   - ends: Filled from its beginning, until it is full or the text ends.
  /// - Returns: How many ends were found.
  package func findPieceEnds(
    in bytes: Span<UInt8>,
    from start: Int,
    into ends: inout MutableSpan<Int>
  ) -> Int {
    var position = start
    var count = 0
    while position < bytes.count, count < ends.count {
      position = pieceEnd(in: bytes, from: position)
      ends[count] = position
      count += 1
    }
    return count
  }
}
