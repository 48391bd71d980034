/// The bytes of a vocabulary's tokens, all in one array.
///
/// A token without bytes is a number that no text has: a gap between ids.
package struct TokenBytes: Sendable, Hashable {
  /// The bytes of all tokens, one after the other.
  package private(set) var bytes: [UInt8] = []

  /// Where each token begins, and where the last one ends.
  package private(set) var starts: [UInt32] = [0]

  /// Creates an empty vocabulary.
  package init() {}

  /// Creates a vocabulary of tokens.
  package init(_ tokens: some Sequence<[UInt8]>) {
    for token in tokens { append(token.span) }
  }

  /// How many tokens there are.
  package var count: Int { starts.count - 1 }

  /// Makes room.
  package mutating func reserveCapacity(tokens: Int, bytes: Int) {
    starts.reserveCapacity(tokens + 1)
    self.bytes.reserveCapacity(bytes)
  }

  /// Adds a token.
  ///
  /// - Precondition: All tokens together stay below 4 GiB.
  package mutating func append(_ token: Span<UInt8>) {
    // SAFETY: the bytes are copied within the call.
    unsafe token.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    endToken()
  }

  /// Adds a byte to the token that ``endToken()`` will end.
  @inline(__always)
  package mutating func append(byte: UInt8) { bytes.append(byte) }

  /// Adds bytes to the token that ``endToken()`` will end.
  package mutating func append(bytes: ArraySlice<UInt8>) { self.bytes += bytes }

  /// Ends the token whose bytes were added one by one.
  package mutating func endToken() {
    precondition(bytes.count <= Int(UInt32.max), "a vocabulary has less than 4 GiB of tokens")
    starts.append(UInt32(bytes.count))
  }

  /// The places of a token's bytes.
  package func range(_ id: Int) -> Range<Int> { Int(starts[id])..<Int(starts[id + 1]) }

  /// The bytes of a token.
  package subscript(_ id: Int) -> ArraySlice<UInt8> { bytes[range(id)] }

  /// How many bytes a token has.
  package func length(_ id: Int) -> Int { Int(starts[id + 1] - starts[id]) }

  /// The same tokens in another order: `self[ids[0]]`, `self[ids[1]]`, …; -1 for none.
  package func reordered(_ ids: [Int]) -> TokenBytes {
    var result = TokenBytes()
    result.reserveCapacity(tokens: ids.count, bytes: bytes.count)
    for id in ids {
      if id >= 0 { result.bytes += self[id] }
      result.endToken()
    }
    return result
  }
}
