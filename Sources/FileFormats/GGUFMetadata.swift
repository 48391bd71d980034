/// What a GGUF file says of its model before the weights: keys and their values.
///
///     let metadata = try GGUFMetadata(bytes, name: "model.gguf")
///     print(metadata["general.architecture"]?.string ?? "none")
///
/// Memory is linear in the bytes that are there, whatever counts and lengths the file claims.
public struct GGUFMetadata: Sendable {
  /// A value.
  public enum Value: Sendable, Hashable {
    /// A whole number.
    case integer(Int)
    /// A number of more than 63 bits.
    case unsigned(UInt64)
    /// Any other number.
    case number(Double)
    /// A truth value.
    case bool(Bool)
    /// A string, which need not be UTF-8.
    case string([UInt8])
    /// Whole numbers.
    case integers([Int])
    /// Other numbers.
    case numbers([Double])
    /// Truth values.
    case bools([Bool])
    /// Strings.
    case strings(GGUFStrings)
  }

  /// The version of the format: 2 or 3.
  public private(set) var version = 0

  /// How many tensors the file claims to have.
  public private(set) var tensorCount: UInt64 = 0

  /// The keys in order, with their values.
  public private(set) var entries: [(key: String, value: Value)] = []

  /// Where the description of the tensors begins.
  public private(set) var byteCount = 0

  private var positions: [String: Int] = [:]

  /// Reads the metadata of a file.
  ///
  /// - Parameters:
  ///   - bytes: The file, or as much of its beginning as holds the metadata.
  ///   - name: What errors call it.
  /// - Throws: ``GGUFError`` at the first thing that is wrong.
  public init(_ bytes: [UInt8], name: String) throws(GGUFError) {
    var scanner = GGUFScanner(bytes)
    do throws(GGUFError.Reason) {
      try read(&scanner)
    } catch {
      throw GGUFError(name, offset: scanner.position, error)
    }
  }

  /// Reads the metadata of a file, and no more of the file than it takes.
  ///
  /// - Parameters:
  ///   - source: The file.
  ///   - limit: How many bytes of metadata to accept.
  /// - Throws: ``GGUFError`` when the content is wrong, ``FileError`` when it cannot be read.
  public init(reading source: inout some ByteSource, limit: Int = 1 << 30) throws {
    var bytes: [UInt8] = []
    var wanted = 1 << 20
    while true {
      let chunk = try source.nextChunk()
      bytes += chunk
      guard chunk.isEmpty || bytes.count >= wanted else { continue }
      do throws(GGUFError) {
        self = try GGUFMetadata(bytes, name: source.name)
        return
      } catch {
        guard case .truncated = error.reason, !chunk.isEmpty else { throw error }
      }
      guard bytes.count < limit else { throw FileError(source.name, .tooLarge(limit: limit)) }
      // Doubling keeps the reading from the start again linear.
      wanted = 2 * bytes.count
    }
  }

  /// The value of a key.
  public subscript(key: String) -> Value? { positions[key].map { entries[$0].value } }
}

// MARK: - Reading

extension GGUFMetadata {
  /// The bytes of a key, a type and the smallest value.
  private static let leastEntryLength = 8 + 4 + 1

  private mutating func read(_ scanner: inout GGUFScanner) throws(GGUFError.Reason) {
    guard scanner.bytes.starts(with: "GGUF".utf8) else { throw .notGGUF }
    scanner.position = 4
    let version: UInt32 = try scanner.integer()
    if version & 0xFFFF == 0, version != 0 { throw .bigEndian }
    guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
    self.version = Int(version)
    tensorCount = try scanner.integer()
    let count: UInt64 = try scanner.integer()
    let keyCount = try scanner.count(count, atLeast: Self.leastEntryLength)
    for _ in 0..<keyCount {
      let start = scanner.position
      let bytes = try scanner.string()
      guard let key = String(validating: scanner.bytes[bytes], as: UTF8.self) else {
        scanner.position = start
        throw .invalidKey
      }
      guard positions.updateValue(entries.count, forKey: key) == nil else {
        scanner.position = start
        throw .duplicateKey(key)
      }
      entries.append((key, try scanner.value()))
    }
    byteCount = scanner.position
  }
}

// MARK: - Values

extension GGUFMetadata.Value {
  /// The whole number, `nil` for anything else.
  public var int: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The truth value, `nil` for anything else.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The string as text, `nil` for anything else.
  public var string: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// The whole numbers, `nil` for anything else.
  public var integers: [Int]? { if case .integers(let values) = self { values } else { nil } }

  /// The other numbers, `nil` for anything else.
  public var numbers: [Double]? { if case .numbers(let values) = self { values } else { nil } }

  /// The strings, `nil` for anything else.
  public var strings: GGUFStrings? { if case .strings(let values) = self { values } else { nil } }
}

/// The strings of an array in a GGUF file, which stay where the file has them.
public struct GGUFStrings: Sendable, Hashable {
  private let bytes: [UInt8]
  private var ranges: [Range<Int>]

  init(_ bytes: [UInt8], _ ranges: [Range<Int>]) {
    self.bytes = bytes
    self.ranges = ranges
  }

  /// How many strings there are.
  public var count: Int { ranges.count }

  /// The bytes of a string.
  public subscript(position: Int) -> ArraySlice<UInt8> { bytes[ranges[position]] }

  /// Whether the strings are the same, wherever they stand.
  public static func == (first: Self, second: Self) -> Bool {
    first.count == second.count
      && (0..<first.count).allSatisfy { first[$0].elementsEqual(second[$0]) }
  }

  /// Feeds the strings to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for position in 0..<count { hasher.combine(self[position]) }
  }
}
