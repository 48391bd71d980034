/// Bytes that are read front to back, chunk by chunk, without ever holding all of them.
///
///     var source = try FileSource(path: "corpus.txt")
///     while case let chunk = try source.nextChunk(), !chunk.isEmpty {
///       scorer.score(chunk)
///     }
public protocol ByteSource {
  /// What errors and reports call the source: the path as given, or `standard input`.
  var name: String { get }

  /// How many bytes the source held when it was opened; `nil` for pipes and the like.
  ///
  /// It serves progress and refusals, never allocation: the content may have grown since.
  var byteCountIfKnown: Int? { get }

  /// Reads the next bytes, at most 256 KiB; none means the end.
  ///
  /// - Throws: ``FileError`` when the system cannot read on.
  mutating func nextChunk() throws(FileError) -> [UInt8]
}

extension ByteSource {
  /// Reads everything that is left.
  ///
  /// - Parameter limit: How many bytes to accept; memory use stays near the smaller of it and the
  ///   content.
  /// - Returns: The bytes.
  /// - Throws: ``FileError``, with reason ``FileError/Reason/tooLarge(limit:)`` beyond the limit.
  public mutating func readAll(limit: Int) throws(FileError) -> [UInt8] {
    if let byteCountIfKnown, byteCountIfKnown > limit {
      throw FileError(name, .tooLarge(limit: limit))
    }
    var bytes: [UInt8] = []
    while true {
      let chunk = try nextChunk()
      if chunk.isEmpty { return bytes }
      guard chunk.count <= limit - bytes.count else {
        throw FileError(name, .tooLarge(limit: limit))
      }
      bytes += chunk
    }
  }
}

/// Bytes that are in memory already, as a source.
public struct MemorySource: ByteSource, Sendable {
  /// What errors and reports call the source.
  public let name: String

  private let bytes: [UInt8]
  private let chunkByteCount: Int
  private var position = 0

  /// Creates a source of bytes.
  ///
  /// - Parameters:
  ///   - name: What errors and reports call it.
  ///   - bytes: The content.
  ///   - chunkByteCount: How many bytes to hand out at a time; tests vary it.
  /// - Precondition: `chunkByteCount` is positive.
  public init(name: String, bytes: [UInt8], chunkByteCount: Int = 1 << 16) {
    precondition(chunkByteCount > 0, "a chunk holds at least one byte")
    self.name = name
    self.bytes = bytes
    self.chunkByteCount = chunkByteCount
  }

  /// How many bytes the source holds.
  public var byteCountIfKnown: Int? { bytes.count }

  /// Hands out the next bytes; none means the end.
  public mutating func nextChunk() throws(FileError) -> [UInt8] {
    let end = position + min(chunkByteCount, bytes.count - position)
    defer { position = end }
    return Array(bytes[position..<end])
  }
}
