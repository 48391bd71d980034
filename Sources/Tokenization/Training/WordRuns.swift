import Execution
import FileFormats

/// Sorted lists of counted words, put aside in a file and read back as one.
///
/// A list is a run of records: the word's length, its bytes and its count, numbers in groups of seven
/// bits, the lowest first, with the high bit set in all but the last.
struct WordRuns {
  private let file: TemporaryFile
  private var runs: [Range<Int>] = []

  /// How many lists there are.
  var count: Int { runs.count }

  /// Creates a store without words.
  ///
  /// - Throws: `FileError` when no file can be opened.
  init() throws(FileError) { file = try TemporaryFile() }

  /// Puts a table's words aside.
  ///
  /// - Throws: `FileError` when the device is full or fails, and `Interruption`.
  mutating func append(_ table: WordTable, _ interruption: InterruptionFlag?) throws {
    guard table.wordCount > 0 else { return }
    let words = try table.sortedWords(interruption)
    let start = file.byteCount
    var buffer: [UInt8] = []
    for index in 0..<words.count {
      WordRecord.append(words, index, to: &buffer)
      guard buffer.count >= 1 << 18 else { continue }
      try file.append(buffer)
      buffer.removeAll(keepingCapacity: true)
    }
    try file.append(buffer)
    runs.append(start..<file.byteCount)
  }

  /// Calls `body` with each word of all lists and the sum of its counts, in the order of the bytes.
  ///
  /// - Throws: `FileError` when the device fails, and what `body` throws.
  func forEachWord(_ body: (_ word: RawSpan, _ count: UInt64) throws -> Void) throws {
    var readers = Heap<RunReader>()
    for run in runs { readers.insert(try RunReader(file, run)) }
    var (word, count): ([UInt8], UInt64) = ([], 0)
    while var reader = readers.popFirst() {
      if !reader.isAt(word) {
        if count > 0 { try body(unsafe word.span.bytes, count) }
        reader.copyWord(to: &word)
        count = 0
      }
      count += reader.count
      if try reader.advance() { readers.insert(reader) }
    }
    if count > 0 { try body(unsafe word.span.bytes, count) }
  }
}

/// How a counted word is written.
enum WordRecord {
  /// The most bytes that a number takes.
  static let longestNumber = 10

  /// Adds the record of a list's word to an array of bytes.
  static func append(_ words: WordList, _ index: Int, to bytes: inout [UInt8]) {
    let range = words.range(index)
    append(UInt64(range.count), to: &bytes)
    bytes += words.bytes[range]
    append(words.counts[index], to: &bytes)
  }

  /// Adds a number in groups of seven bits.
  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Reads a number and moves `position` behind it; `nil` where it is cut off or above 64 bits.
  static func number(in bytes: [UInt8], at position: inout Int) -> UInt64? {
    var number: UInt64 = 0
    for group in 0..<longestNumber where position < bytes.count {
      let byte = bytes[position]
      position += 1
      if group == longestNumber - 1, byte > 1 { return nil }
      number |= UInt64(byte & 0x7F) << (7 * group)
      if byte < 0x80 { return number }
    }
    return nil
  }
}

/// Reads one sorted list, word by word.
private struct RunReader: HeapElement {
  private let file: TemporaryFile
  private let run: Range<Int>

  /// What was read, and where in the file it begins.
  private var buffer: [UInt8] = []
  private var bufferStart: Int

  /// Where the next record begins in the buffer.
  private var position = 0

  /// Where the current word stands in the buffer.
  private var range = 0..<0

  /// The current word's count.
  private(set) var count: UInt64 = 0

  /// Stands at the first word of a list that has one.
  init(_ file: TemporaryFile, _ run: Range<Int>) throws(FileError) {
    self.file = file
    self.run = run
    bufferStart = run.lowerBound
    _ = try advance()
  }

  /// Whether the current word comes before another list's.
  func precedes(_ other: RunReader) -> Bool {
    let word = unsafe buffer.span.bytes.extracting(range)
    return word.precedes(unsafe other.buffer.span.bytes.extracting(other.range))
  }

  /// Whether these are the bytes of the current word.
  func isAt(_ word: [UInt8]) -> Bool { buffer[range].elementsEqual(word) }

  /// Replaces an array by the bytes of the current word.
  func copyWord(to word: inout [UInt8]) {
    word.removeAll(keepingCapacity: true)
    word += buffer[range]
  }

  /// Moves to the next word; `false` at the end of the list.
  mutating func advance() throws(FileError) -> Bool {
    guard bufferStart + position < run.upperBound else { return false }
    try need(WordRecord.longestNumber)
    let length = try number()
    try need(length + WordRecord.longestNumber)
    range = position..<position + length
    position += length
    count = UInt64(try number())
    return true
  }

  /// The next number, which this process wrote itself.
  private mutating func number() throws(FileError) -> Int {
    guard let number = WordRecord.number(in: buffer, at: &position) else {
      preconditionFailure("a temporary file changed while it was open")
    }
    return Int(number)
  }

  /// Sees that so many bytes from ``position`` on are in the buffer, or all up to the list's end.
  private mutating func need(_ count: Int) throws(FileError) {
    guard buffer.count - position < count else { return }
    bufferStart += position
    position = 0
    let left = run.upperBound - bufferStart
    buffer = try file.read(at: bufferStart, upTo: min(max(count, 1 << 16), left))
  }
}
