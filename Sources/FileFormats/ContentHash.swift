import CLossKernels

/// The SHA-256 of a content, by which reports name what they read.
public struct ContentHash: Sendable, Hashable {
  /// The 32 bytes.
  public let bytes: [UInt8]

  fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

  /// Hashes a content that is in memory.
  public init(of content: [UInt8]) {
    var hasher = ContentHasher()
    hasher.update(content)
    self = hasher.finalized()
  }

  /// Reads a hash from its 64 hexadecimal digits, upper or lower case; `nil` for any other text.
  public init?(hexadecimal text: String) {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 64, text.utf8.count == 64 else { return nil }
    bytes = (0..<32).map { UInt8(16 * digits[2 * $0] + digits[2 * $0 + 1]) }
  }
}

extension ContentHash: CustomStringConvertible {
  /// Sixty-four hexadecimal digits in lower case.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self
    )
  }
}

/// Computes the ``ContentHash`` of bytes as they stream.
///
/// How the bytes are cut into chunks does not change the hash. A copy carries on by itself.
///
///     var hasher = ContentHasher()
///     while case let chunk = try source.nextChunk(), !chunk.isEmpty { hasher.update(chunk) }
///     print(hasher.finalized())
public struct ContentHasher: Sendable {
  private var state = closs_sha256()

  /// Creates a hasher that has seen nothing.
  public init() {
    self.init(usingInstructions: true)
  }

  /// Creates a hasher that uses the processor's SHA instructions, where it has them, or does not.
  ///
  /// Both give the same hash; tests compare them.
  package init(usingInstructions: Bool) {
    unsafe closs_sha256_init(&state, usingInstructions)
  }

  /// Whether blocks go to the processor's SHA instructions.
  package var usesInstructions: Bool { state.uses_instructions }

  /// Takes the next bytes.
  public mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  /// Takes the next bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    // SAFETY: the kernel reads `count` bytes from the start of one buffer that outlives the call.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe closs_sha256_update(&state, buffer.baseAddress, buffer.count)
    }
  }

  /// The hash of everything taken so far; more may follow.
  public func finalized() -> ContentHash {
    var copy = state
    // SAFETY: the kernel writes the 32 bytes a digest has.
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      unsafe closs_sha256_finish(&copy, buffer.baseAddress)
      count = 32
    }
    return ContentHash(bytes: digest)
  }
}
