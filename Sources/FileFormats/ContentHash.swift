/// The SHA-256 of a content.
public struct ContentHash: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// Sixty-four hexadecimal digits in lower case.
  public var description: String { "" }
}

/// Computes a ``ContentHash`` of bytes as they stream.
public struct ContentHasher: Sendable {
  /// Creates a hasher that has seen nothing.
  public init() {}

  /// Takes the next bytes.
  public mutating func update(_ bytes: [UInt8]) {}

  /// Takes the next bytes.
  public mutating func update(_ bytes: Span<UInt8>) {}

  /// The hash of everything taken so far; more may follow.
  public func finalized() -> ContentHash { ContentHash(bytes: []) }
}
