public import Execution
public import FileFormats

// The file: `IsoLossW`, the version as 32 bits, the pattern's name behind its length, a byte that says
// whether texts were normalized, the 64 hexadecimal digits of the corpus hash, six numbers, the records
// of the words in order (see `WordRecord`, whose numbers are used throughout), and the SHA-256 of all
// that.

private let magic = Array("IsoLossW".utf8)
private let version: UInt32 = 1

extension WordCounts {
  /// Writes the counts to a file, from which training can go on.
  ///
  /// The file appears whole or not at all, and the same counts give the same bytes.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - interruption: Ends the writing early when raised.
  /// - Throws: `FileError`, and `Interruption`.
  public func write(to path: String, interruption: InterruptionFlag? = nil) throws {
    let file = try AtomicFile(path: path, interruption: interruption)
    var hasher = ContentHasher()
    var buffer = header
    for index in 0..<list.count {
      WordRecord.append(list, index, to: &buffer)
      guard buffer.count >= 1 << 16 else { continue }
      try interruption?.check()
      hasher.update(buffer)
      try file.write(bytes: buffer)
      buffer.removeAll(keepingCapacity: true)
    }
    hasher.update(buffer)
    try file.write(bytes: buffer)
    try file.write(bytes: hasher.finalized().bytes)
    try file.commit()
  }

  private var header: [UInt8] {
    var bytes = magic
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(version >> shift & 0xFF)) }
    WordRecord.append(UInt64(pattern.rawValue.utf8.count), to: &bytes)
    bytes += Array(pattern.rawValue.utf8)
    bytes.append(normalizesToNFC ? 1 : 0)
    bytes += Array(corpusHash.description.utf8)
    let numbers = [
      UInt64(byteCount), UInt64(textCount), pieceCount, UInt64(omittedWordCount),
      omittedPieceCount, UInt64(list.count),
    ]
    for number in numbers { WordRecord.append(number, to: &bytes) }
    return bytes
  }

  /// Reads counts from a file.
  ///
  /// - Parameters:
  ///   - source: The file.
  ///   - interruption: Ends the reading early when raised.
  /// - Returns: The counts as they were written.
  /// - Throws: ``WordCountsError`` where the file holds none, or was changed; `FileError` where it
  ///   cannot be read; and `Interruption`.
  public static func read(
    from source: inout some ByteSource,
    interruption: InterruptionFlag? = nil
  ) throws -> WordCounts {
    var reader = WordCountsReader(name: source.name)
    guard try reader.take(magic.count, from: &source) == magic else {
      throw reader.error(.notWordCounts)
    }
    let found = try reader.take(4, from: &source).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    guard found == version else { throw reader.error(.unknownVersion(found)) }
    var (words, wordCount) = try reader.header(from: &source)
    for word in 0..<wordCount {
      if word & 0xFFF == 0 { try interruption?.check() }
      try reader.record(into: &words, from: &source)
    }
    guard words.list.counts.reduce(words.omittedPieceCount, &+) == words.pieceCount else {
      throw reader.error(.countsDoNotAddUp)
    }
    try reader.end(of: &source)
    return words
  }
}

/// Reads the parts of a file one after the other, and hashes them.
private struct WordCountsReader {
  let name: String
  private var buffer: [UInt8] = []
  private var position = 0
  private var offset = 0
  private var hasher = ContentHasher()
  private var weight: UInt64 = 0

  init(name: String) { self.name = name }

  func error(_ reason: WordCountsError.Reason) -> WordCountsError { WordCountsError(name, reason) }

  /// Sees that so many bytes are in the buffer; `false` at the end of the file.
  private mutating func fill(_ count: Int, from source: inout some ByteSource) throws -> Bool {
    while buffer.count - position < count {
      let chunk = try source.nextChunk()
      if chunk.isEmpty { return false }
      buffer.removeSubrange(0..<position)
      position = 0
      buffer += chunk
    }
    return true
  }

  /// Moves on by bytes that are in the buffer.
  private mutating func consume(_ count: Int) {
    let bytes = buffer
    hasher.update(bytes.span.extracting(position..<position + count))
    position += count
    offset += count
  }

  private var end: WordCountsError {
    error(.cutOff(offset: offset + buffer.count - position))
  }

  /// The next bytes.
  mutating func take(_ count: Int, from source: inout some ByteSource) throws -> [UInt8] {
    guard try fill(count, from: &source) else { throw end }
    defer { consume(count) }
    return Array(buffer[position..<position + count])
  }

  /// The next number, at most `limit`.
  mutating func number(atMost limit: UInt64, from source: inout some ByteSource) throws -> UInt64 {
    let isWhole = try fill(WordRecord.longestNumber, from: &source)
    var next = position
    guard let number = WordRecord.number(in: buffer, at: &next) else {
      throw isWhole || next < buffer.count ? error(.numberOutOfRange(offset: offset)) : end
    }
    guard number <= limit else { throw error(.numberOutOfRange(offset: offset)) }
    consume(next - position)
    return number
  }

  /// What stands before the words, and how many follow.
  mutating func header(from source: inout some ByteSource) throws -> (WordCounts, UInt64) {
    let nameLength = try number(atMost: 64, from: &source)
    let patternName = String(decoding: try take(Int(nameLength), from: &source), as: UTF8.self)
    guard let pattern = SplitPattern(rawValue: patternName) else {
      throw error(.unknownPattern(patternName))
    }
    let isNormalized = try number(atMost: 1, from: &source) == 1
    let digitStart = offset
    let digits = String(decoding: try take(64, from: &source), as: UTF8.self)
    guard let hash = ContentHash(hexadecimal: digits) else {
      throw error(.notAHash(offset: digitStart))
    }
    let limit = UInt64(Int.max)
    let byteCount = Int(try number(atMost: limit, from: &source))
    let textCount = Int(try number(atMost: limit, from: &source))
    var words = WordCounts(
      pattern: pattern,
      normalizesToNFC: isNormalized,
      corpusHash: hash,
      byteCount: byteCount,
      textCount: textCount
    )
    words.pieceCount = try number(atMost: limit, from: &source)
    words.omittedWordCount = Int(try number(atMost: limit, from: &source))
    words.omittedPieceCount = try number(atMost: limit, from: &source)
    let wordCount = try number(atMost: UInt64(WordSelection.largestPlaceCount), from: &source)
    return (words, wordCount)
  }

  /// Adds the next word.
  mutating func record(into words: inout WordCounts, from source: inout some ByteSource) throws {
    let start = offset
    let room = WordSelection.largestPlaceCount - words.list.bytes.count - words.list.count - 2
    let length = try number(atMost: UInt64(max(0, room)), from: &source)
    guard try fill(Int(length), from: &source) else { throw end }
    let bytes = buffer
    let word = unsafe bytes.span.bytes.extracting(position..<position + Int(length))
    guard words.list.endsBefore(word) else { throw error(.wordsOutOfOrder(offset: start)) }
    words.list.appendBytes(word)
    consume(Int(length))
    let countStart = offset
    let count = try number(atMost: UInt64(Int.max), from: &source)
    // The counts of all pairs together stay below the sum of the words' bytes.
    let (product, isLarge) = count.multipliedReportingOverflow(by: length)
    let (sum, overflow) = weight.addingReportingOverflow(product)
    guard count > 0, !isLarge, !overflow, sum <= UInt64(Int.max) else {
      throw error(.numberOutOfRange(offset: countStart))
    }
    weight = sum
    words.list.appendCount(count)
  }

  /// Compares the hash that ends the file.
  mutating func end(of source: inout some ByteSource) throws {
    let hash = hasher.finalized()
    guard try take(32, from: &source) == hash.bytes else { throw error(.wrongHash) }
    guard try !fill(1, from: &source) else { throw error(.trailingBytes(offset: offset)) }
  }
}
