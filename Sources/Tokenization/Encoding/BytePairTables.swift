import CLossKernels

/// The tables of a vocabulary that encoding reads: tokens by their bytes, ranks by pairs of tokens.
final class BytePairTables: @unchecked Sendable {
  // SAFETY: changed by `init` only.
  private let index: TokenIndex

  /// Makes the tables of a vocabulary.
  ///
  /// - Throws: ``VocabularyError/Reason`` if two tokens have the same bytes, or a byte is missing.
  init(_ vocabulary: BytePairVocabulary) throws(VocabularyError.Reason) {
    index = TokenIndex(vocabulary.tokens, isOrdinary: vocabulary.isOrdinary.map { $0 ? 1 : 0 })
    if let (first, second) = index.duplicate {
      let token = ByteText(vocabulary.tokens[first])
      throw .duplicateToken(token, first: first, second: second)
    }
    try addMerges(vocabulary)
  }

  private func addMerges(_ vocabulary: BytePairVocabulary) throws(VocabularyError.Reason) {
    try Self.check(vocabulary)
    if vocabulary.spacing != nil {
      let fallback = vocabulary.fallbackTokens.map { $0 ?? CLOSS_NO_ID }
      let unknown = vocabulary.unknownToken ?? CLOSS_NO_ID
      // SAFETY: C copies the 256 ids.
      unsafe fallback.withUnsafeBufferPointer { fallback in
        unsafe closs_use_characters(index.pairs, fallback.baseAddress, unknown)
      }
    } else {
      for byte in UInt8.min...UInt8.max where index.find([byte].span) == nil {
        throw .missingByte(byte)
      }
    }
    let isDone =
      switch vocabulary.merging {
      case .ranks: unsafe closs_merges_from_ranks(index.pairs, nil, nil, nil)
      case .rankOfToken(let ranks):
        // SAFETY: there is a rank for each token.
        unsafe Self.padded(ranks, to: vocabulary.tokenCount).withUnsafeBufferPointer { ranks in
          unsafe closs_merges_from_ranks(index.pairs, ranks.baseAddress, nil, nil)
        }
      case .list(let merges): add(merges)
      }
    precondition(isDone, "no memory for the merges of a vocabulary")
  }

  /// Throws at a merge that is listed and makes other bytes than those of its two tokens, after which
  /// text would not come back.
  private static func check(_ vocabulary: BytePairVocabulary) throws(VocabularyError.Reason) {
    guard case .list(let merges) = vocabulary.merging else { return }
    let tokens = vocabulary.tokens
    let bytes = tokens.bytes.span
    for (number, merge) in merges.enumerated() {
      let (left, right) = (tokens.range(Int(merge.left)), tokens.range(Int(merge.right)))
      let result = tokens.range(Int(merge.result))
      let middle = result.lowerBound + left.count
      guard result.count == left.count + right.count,
        left.indices.allSatisfy({ bytes[$0] == bytes[result.lowerBound + $0 - left.lowerBound] }),
        right.indices.allSatisfy({ bytes[$0] == bytes[middle + $0 - right.lowerBound] })
      else {
        let texts = [merge.left, merge.right, merge.result].map { ByteText(tokens[Int($0)]) }
        throw .wrongMerge(number, left: texts[0], right: texts[1], result: texts[2])
      }
    }
  }

  /// The ranks with one for each token that was added, which nothing merges to.
  private static func padded(_ ranks: [UInt32], to count: Int) -> [UInt32] {
    ranks + Array(repeating: 0, count: max(0, count - ranks.count))
  }

  private func add(_ merges: [LearnedMerges.Merge]) -> Bool {
    // SAFETY: a merge is three ids of 32 bits, in the order that C expects.
    unsafe merges.withUnsafeBytes { merges in
      let ids = unsafe merges.assumingMemoryBound(to: UInt32.self)
      return unsafe closs_merges_add(index.pairs, ids.baseAddress, ids.count / 3)
    }
  }
}

extension BytePairTables {
  /// The token with these bytes, if text can become it.
  func find(_ text: Span<UInt8>) -> TokenID? { index.find(text) }

  /// The tokens' bytes.
  var tokens: FlatTokens { index.tokens }

  /// Whether each merge ranks above those that make its parts.
  var isMonotone: Bool { unsafe closs_merges_are_monotone(index.pairs) }

  /// The one pair of tokens that can become each token, where ids or scores are ranks.
  func impliedMerges(of vocabulary: BytePairVocabulary) -> [LearnedMerges.Merge] {
    var ranks: [UInt32]?
    if case .rankOfToken(let given) = vocabulary.merging {
      ranks = Self.padded(given, to: vocabulary.tokenCount)
    }
    var left = [UInt32](repeating: CLOSS_NO_ID, count: vocabulary.tokenCount)
    var right = left
    // SAFETY: all arrays have an element for each token.
    let isDone = unsafe left.withUnsafeMutableBufferPointer { left in
      unsafe right.withUnsafeMutableBufferPointer { right in
        if let ranks {
          return unsafe ranks.withUnsafeBufferPointer { ranks in
            unsafe closs_merges_from_ranks(
              index.pairs,
              ranks.baseAddress,
              left.baseAddress,
              right.baseAddress
            )
          }
        }
        return unsafe closs_merges_from_ranks(
          index.pairs,
          nil,
          left.baseAddress,
          right.baseAddress
        )
      }
    }
    precondition(isDone, "no memory for the merges of a vocabulary")
    return left.indices.filter { left[$0] != CLOSS_NO_ID }.map { id in
      LearnedMerges.Merge(left: left[id], right: right[id], result: TokenID(id))
    }
  }

  /// Makes an encoder over these tables, which it does not keep alive.
  func makeEncoder(looksUpWholePieces: Bool, cacheBits: Int) -> OpaquePointer {
    let encoder = unsafe closs_pair_encoder_create(
      index.pairs,
      looksUpWholePieces,
      UInt32(cacheBits)
    )
    guard let encoder = unsafe encoder else { preconditionFailure("no memory for an encoder") }
    return unsafe encoder
  }
}
