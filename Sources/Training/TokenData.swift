public import FileFormats

/// Tokens to train on or to be validated with.
///
/// Held as 16-bit numbers where they fit, or mapped from a file of 16 or 32-bit numbers, lowest byte
/// first, as `isoloss tokenizer encode` writes them.
public struct TokenData: Sendable {
  private enum Storage: Sendable {
    case narrow([UInt16])
    case wide([UInt32])
    case mapped(MappedFile, width: Int)
  }

  /// What reports and errors call it.
  public let name: String

  /// How many tokens there are.
  public let count: Int

  /// The hash of the tokens.
  public let hash: ContentHash

  private let storage: Storage

  /// Takes tokens that are in memory.
  public init(_ ids: [UInt32], name: String) {
    self.name = name
    count = ids.count
    let isNarrow = ids.allSatisfy { $0 <= UInt16.max }
    storage = isNarrow ? .narrow(ids.map { UInt16($0) }) : .wide(ids)
    // The hash is that of the file that holds the same tokens.
    var hasher = ContentHasher()
    for start in stride(from: 0, to: ids.count, by: 1 << 14) {
      let part = ids[start..<min(ids.count, start + 1 << 14)]
      hasher.update(part.flatMap { Self.bytes(of: $0, width: isNarrow ? 2 : 4) })
    }
    hash = hasher.finalized()
  }

  private static func bytes(of id: UInt32, width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: id >> UInt32(8 * $0)) }
  }

  /// Maps a file of tokens.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - width: The bytes of a token, 2 or 4.
  ///   - name: What reports call it.
  /// - Throws: ``/FileFormats/FileError`` where it cannot be read, ``TrainingError`` where it ends within
  ///   a token.
  public init(path: String, width: Int, name: String) throws {
    precondition(width == 2 || width == 4, "tokens of \(width) bytes")
    let file = try MappedFile(path: path, name: name)
    guard file.byteCount.isMultiple(of: width) else {
      throw TrainingError.brokenTokens(name: name, byteCount: file.byteCount, width: width)
    }
    self.name = name
    count = file.byteCount / width
    storage = .mapped(file, width: width)
    var hasher = ContentHasher()
    let bytes = file.bytes
    for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
      let part = bytes.extracting(start..<min(bytes.count, start + 1 << 16))
      hasher.update(part.indices.map { part[$0] })
    }
    hash = hasher.finalized()
  }

  /// Some tokens.
  ///
  /// - Precondition: The data have them.
  public subscript(range: Range<Int>) -> [Int32] {
    switch storage {
    case .narrow(let ids): return ids[range].map { Int32($0) }
    case .wide(let ids): return ids[range].map { Int32(bitPattern: $0) }
    case .mapped(let file, let width):
      precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range)")
      let bytes = file.bytes
      return range.map { position in
        var id: UInt32 = 0
        for byte in 0..<width {
          id |= UInt32(bytes[position * width + byte]) << UInt32(8 * byte)
        }
        return Int32(bitPattern: id)
      }
    }
  }

  /// The first token that is none of a vocabulary, with its position; `nil` where all are.
  public func firstOutside(vocabulary: Int) -> (position: Int, id: Int)? {
    for start in stride(from: 0, to: count, by: 1 << 16) {
      let ids = self[start..<min(count, start + 1 << 16)]
      if let index = ids.firstIndex(where: { $0 < 0 || Int($0) >= vocabulary }) {
        return (start + index, Int(UInt32(bitPattern: ids[index])))
      }
    }
    return nil
  }
}
