public import FileFormats

/// Tokens to train on or to be validated with.
///
/// Held as 16-bit numbers where they fit, or left in a ``TokenFile``.
public struct TokenData: Sendable {
  private enum Storage: Sendable {
    case narrow([UInt16])
    case wide([UInt32])
    case file(TokenFile, first: Int)
  }

  /// What reports and errors call it.
  public let name: String

  /// How many tokens there are.
  public let count: Int

  /// The SHA-256 of the tokens as 32 bits each, lowest byte first, however they are held.
  public let hash: ContentHash

  private let storage: Storage

  /// The largest token; -1 where there are none.
  private let largest: Int

  /// Takes tokens that are in memory.
  public init(_ ids: [UInt32], name: String) {
    var summary = TokenSummary()
    for start in stride(from: 0, to: ids.count, by: 1 << 14) {
      summary.add(ids[start..<min(ids.count, start + 1 << 14)])
    }
    self.name = name
    count = ids.count
    largest = summary.largest
    hash = summary.hash
    storage = largest <= UInt16.max ? .narrow(ids.map { UInt16($0) }) : .wide(ids)
  }

  /// Maps a whole file of tokens.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - width: The bytes of a token, 2 or 4.
  ///   - name: What reports call it.
  /// - Throws: ``/FileFormats/FileError`` where it cannot be read, ``TrainingError`` where it ends within
  ///   a token.
  /// - Precondition: The width is 2 or 4.
  public init(path: String, width: Int, name: String) throws {
    let file = try TokenFile(path: path, width: width, name: name)
    self = try file.tokens(0..<file.count, name: name)
  }

  init(_ file: TokenFile, _ range: Range<Int>, name: String, _ summary: consuming TokenSummary) {
    self.name = name
    count = range.count
    largest = summary.largest
    hash = summary.hash
    storage = .file(file, first: range.lowerBound)
  }

  /// Some tokens.
  ///
  /// - Precondition: The data have them.
  public subscript(range: Range<Int>) -> [Int32] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    switch storage {
    case .narrow(let ids): return ids[range].map { Int32($0) }
    case .wide(let ids): return ids[range].map { Int32(bitPattern: $0) }
    case .file(let file, let first):
      return file[range.lowerBound + first..<range.upperBound + first]
    }
  }

  /// The first token that is none of a vocabulary, with where it stands; `nil` where all are.
  func firstStranger(vocabulary: Int) -> StrangeToken? {
    guard largest >= vocabulary else { return nil }
    for start in stride(from: 0, to: count, by: 1 << 16) {
      let ids = self[start..<min(count, start + 1 << 16)]
      guard let index = ids.firstIndex(where: { $0 < 0 || Int($0) >= vocabulary }) else { continue }
      let id = Int(UInt32(bitPattern: ids[index]))
      guard case .file(let file, let first) = storage else {
        return StrangeToken(name: name, position: start + index, id: id)
      }
      let position = first + start + index
      return StrangeToken(
        name: file.name,
        position: position,
        byteOffset: position * file.width,
        id: id
      )
    }
    return nil
  }
}

/// A token that is none of the vocabulary, and where it stands.
public struct StrangeToken: Sendable, Hashable {
  /// What holds it.
  public var name: String

  /// How many tokens stand before it.
  public var position: Int

  /// How many bytes of the file stand before it; `nil` where there is no file.
  public var byteOffset: Int?

  /// The token.
  public var id: Int
}

/// What is known of tokens that were all seen once.
struct TokenSummary {
  private var hasher = ContentHasher()

  /// The largest token; -1 where there are none.
  private(set) var largest = -1

  /// Adds the tokens that follow.
  mutating func add(_ ids: some Collection<UInt32>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * ids.count)
    for id in ids {
      largest = max(largest, Int(id))
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: id >> UInt32(shift)))
      }
    }
    hasher.update(bytes)
  }

  /// The hash of the tokens as 32 bits each, lowest byte first.
  var hash: ContentHash { hasher.finalized() }
}
