import CLossKernels

/// The tables of a vocabulary that encoding and decoding read.
///
/// A class, because it owns memory that C reads.
@safe
final class BytePairTables: @unchecked Sendable {
  // SAFETY: all of it is made by `init`, only read then, and freed by `deinit`.
  private let pairs: OpaquePointer
  let tokens: FlatTokens

  /// Makes the tables of a vocabulary.
  ///
  /// - Throws: ``VocabularyError/Reason`` if two tokens have the same bytes, or a byte is missing.
  init(_ vocabulary: BytePairVocabulary) throws(VocabularyError.Reason) {
    let tokens = FlatTokens(vocabulary.tokens)
    self.tokens = tokens
    let isOrdinary = vocabulary.isOrdinary.map { $0 ? 1 : 0 as UInt8 }
    // SAFETY: C reads `isOrdinary` within the call, the other two as long as `self` lives.
    let pairs = unsafe isOrdinary.withUnsafeBufferPointer { isOrdinary in
      var table = unsafe closs_token_bytes(
        bytes: tokens.bytes,
        starts: tokens.starts,
        count: tokens.count,
        is_ordinary: isOrdinary.baseAddress,
        seed: .random(in: .min ... .max)
      )
      return unsafe closs_byte_pairs_create(&table)
    }
    guard let pairs = unsafe pairs else { fatalError("no memory for the tables of a vocabulary") }
    unsafe self.pairs = pairs
    try refuseDuplicates(vocabulary)
    try addMerges(vocabulary)
  }

  deinit {
    unsafe closs_byte_pairs_destroy(pairs)
  }
}

// MARK: - Making

extension BytePairTables {
  private func refuseDuplicates(_ vocabulary: BytePairVocabulary) throws(VocabularyError.Reason) {
    var first: UInt32 = 0
    var second: UInt32 = 0
    guard unsafe closs_tokens_find_duplicate(pairs, &first, &second) else { return }
    throw .duplicateToken(
      ByteText(vocabulary.tokens[Int(first)]),
      first: Int(first),
      second: Int(second)
    )
  }

  private func addMerges(_ vocabulary: BytePairVocabulary) throws(VocabularyError.Reason) {
    if vocabulary.spacing != nil {
      let fallback = vocabulary.fallbackTokens.map { $0 ?? CLOSS_NO_ID }
      let unknown = vocabulary.unknownToken ?? CLOSS_NO_ID
      // SAFETY: C copies the 256 ids.
      unsafe fallback.withUnsafeBufferPointer { fallback in
        unsafe closs_use_characters(pairs, fallback.baseAddress, unknown)
      }
    } else if vocabulary.unknownToken == nil {
      for byte in UInt8.min...UInt8.max where find([byte].span) == nil {
        throw .missingByte(byte)
      }
    }
    let isDone =
      switch vocabulary.merging {
      case .ranks: unsafe closs_merges_from_ranks(pairs, nil, nil, nil)
      case .rankOfToken(let ranks):
        // SAFETY: there is a rank for each token.
        unsafe ranks.withUnsafeBufferPointer { ranks in
          unsafe closs_merges_from_ranks(pairs, ranks.baseAddress, nil, nil)
        }
      case .list(let merges): addMerges(merges)
      }
    precondition(isDone, "no memory for the merges of a vocabulary")
  }

  private func addMerges(_ merges: [LearnedMerges.Merge]) -> Bool {
    // SAFETY: a merge is three ids of 32 bits, in the order that C expects.
    unsafe merges.withUnsafeBytes { merges in
      let ids = unsafe merges.assumingMemoryBound(to: UInt32.self)
      return unsafe closs_merges_add(pairs, ids.baseAddress, ids.count / 3)
    }
  }
}

// MARK: - Reading

extension BytePairTables {
  /// The token with these bytes, if text can become it.
  func find(_ text: Span<UInt8>) -> TokenID? {
    // SAFETY: C reads the bytes within the call.
    let id = unsafe text.withUnsafeBufferPointer { text in
      unsafe closs_token_find(pairs, text.baseAddress, text.count)
    }
    return id == CLOSS_NO_ID ? nil : id
  }

  /// Whether each merge ranks above those that make its parts.
  var isMonotone: Bool { unsafe closs_merges_are_monotone(pairs) }

  /// Makes an encoder over these tables, which it does not keep alive.
  func makeEncoder(looksUpWholePieces: Bool, cacheBits: Int) -> OpaquePointer {
    let encoder = unsafe closs_pair_encoder_create(pairs, looksUpWholePieces, UInt32(cacheBits))
    guard let encoder = unsafe encoder else { fatalError("no memory for an encoder") }
    return unsafe encoder
  }
}
