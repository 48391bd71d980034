import CLossKernels

/// The bytes of tokens where C can read them.
///
/// A class, because it owns memory.
@safe
final class FlatTokens: @unchecked Sendable {
  // SAFETY: all of it is made by `init`, only read then, and freed by `deinit`.
  let bytes: UnsafeMutablePointer<UInt8>
  let starts: UnsafeMutablePointer<UInt32>

  /// How many tokens there are.
  let count: Int

  /// Tokens are copied 16 bytes at a time, so as many are readable after the last.
  private static let padding = 16

  init(_ tokens: TokenBytes) {
    count = tokens.count
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: tokens.bytes.count + Self.padding)
    let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: tokens.starts.count)
    // SAFETY: the arrays fit the memory that was just allocated for them.
    unsafe tokens.bytes.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe bytes.initialize(from: first, count: source.count)
    }
    unsafe (bytes + tokens.bytes.count).initialize(repeating: 0, count: Self.padding)
    unsafe tokens.starts.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe starts.initialize(from: first, count: source.count)
    }
    unsafe self.bytes = bytes
    unsafe self.starts = starts
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe starts.deallocate()
  }

  /// The bytes of a token.
  ///
  /// - Precondition: The id is below ``count``.
  func bytes(of id: TokenID) -> [UInt8] { decode([id].span) }

  /// The bytes of tokens, one after the other.
  ///
  /// - Precondition: All ids are below ``count``.
  func decode(_ ids: Span<TokenID>) -> [UInt8] {
    // SAFETY: C reads the ids; it writes as many bytes as it said that they have, and 16 more.
    unsafe ids.withUnsafeBufferPointer { ids in
      let byteCount = unsafe closs_tokens_length(starts, count, ids.baseAddress, ids.count)
      precondition(byteCount != .max, "an id is beyond \(count) tokens")
      return unsafe [UInt8](
        unsafeUninitializedCapacity: byteCount + Self.padding
      ) { target, written in
        if let out = target.baseAddress {
          unsafe closs_tokens_decode(bytes, starts, ids.baseAddress, ids.count, out)
        }
        written = byteCount
      }
    }
  }
}
