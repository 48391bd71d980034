/// Gathers pieces whose scores say which merge first: the highest.
struct ScoredPieces {
  private var tokens = TokenBytes()
  private var scores: [Double] = []
  private var mayMerge: [Bool] = []

  /// Adds a piece.
  mutating func add(_ piece: Span<UInt8>, score: Double, mayMerge: Bool) {
    tokens.append(piece)
    scores.append(score)
    self.mayMerge.append(mayMerge)
  }

  /// Makes a vocabulary of the pieces.
  ///
  /// - Throws: ``VocabularyError/Reason`` if two pieces that merging makes have the same score, or
  ///   one has none.
  func vocabulary(
    addedTokens: [BytePairVocabulary.AddedToken]
  ) throws(VocabularyError.Reason) -> BytePairVocabulary {
    let merging = scores.indices.filter { mayMerge[$0] && isMerged($0) }
    for id in merging where scores[id].isNaN {
      throw .unexpected(expected: "a score for token \(id)", found: "NaN")
    }
    let order = merging.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    var ranks = [UInt32](repeating: 0, count: tokens.count)
    for (rank, id) in order.enumerated() {
      if rank > 0, scores[order[rank - 1]] == scores[id] { throw .equalScores(order[rank - 1], id) }
      ranks[id] = UInt32(rank)
    }
    // The others merge into nothing, but ranks are for all.
    var next = UInt32(order.count)
    for id in ranks.indices where !(mayMerge[id] && isMerged(id)) {
      ranks[id] = next
      next += 1
    }
    return BytePairVocabulary(
      tokens: tokens,
      merging: .rankOfToken(ranks),
      addedTokens: addedTokens
    )
  }

  /// Whether a piece has more than one character.
  private func isMerged(_ id: Int) -> Bool {
    // Continuation bytes begin no character.
    tokens[id].lazy.filter { $0 & 0xC0 != 0x80 }.dropFirst().first != nil
  }
}
