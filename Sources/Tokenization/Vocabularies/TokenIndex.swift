import CLossKernels

/// Finds tokens by their bytes.
///
/// A class, because it owns memory that C reads.
@safe
final class TokenIndex: @unchecked Sendable {
  // SAFETY: made by `init`, which alone changes it but for the tables of merges that its owner adds
  // before anyone else sees it; freed by `deinit`, and `tokens` lives as long.
  let pairs: OpaquePointer
  let tokens: FlatTokens

  /// Indexes tokens, of which only the ordinary ones are found.
  init(_ tokens: TokenBytes, isOrdinary: [UInt8]) {
    let flat = FlatTokens(tokens)
    precondition(isOrdinary.count == tokens.count, "a flag for each token")
    // SAFETY: C copies the flags and reads the tokens as long as `self` lives.
    let pairs = unsafe isOrdinary.withUnsafeBufferPointer { isOrdinary in
      var table = unsafe closs_token_bytes(
        bytes: flat.bytes,
        starts: flat.starts,
        count: flat.count,
        is_ordinary: isOrdinary.baseAddress,
        seed: .random(in: .min ... .max)
      )
      return unsafe closs_byte_pairs_create(&table)
    }
    guard let pairs = unsafe pairs else {
      preconditionFailure("no memory for the tables of a vocabulary")
    }
    unsafe self.pairs = pairs
    self.tokens = flat
  }

  /// Indexes all tokens.
  convenience init(_ tokens: TokenBytes) {
    self.init(tokens, isOrdinary: [UInt8](repeating: 1, count: tokens.count))
  }

  deinit {
    unsafe closs_byte_pairs_destroy(pairs)
  }

  /// The token with these bytes.
  func find(_ text: Span<UInt8>) -> TokenID? {
    // SAFETY: C reads the bytes within the call.
    let id = unsafe text.withUnsafeBufferPointer { text in
      unsafe closs_token_find(pairs, text.baseAddress, text.count)
    }
    return id == CLOSS_NO_ID ? nil : id
  }

  /// Two tokens with the same bytes.
  var duplicate: (first: Int, second: Int)? {
    var first: UInt32 = 0
    var second: UInt32 = 0
    guard unsafe closs_tokens_find_duplicate(pairs, &first, &second) else { return nil }
    return (Int(first), Int(second))
  }
}
