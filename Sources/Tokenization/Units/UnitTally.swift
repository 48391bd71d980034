import Execution

/// How often each character or word comes up.
///
/// Those of one byte, most of the characters of many texts, are counted without a look at the table.
struct UnitTally: Sendable {
  private let unit: TextUnit
  private(set) var table = WordTable()
  private var countsOfBytes = [UInt64](repeating: 0, count: 256)

  /// How many were counted, and how many of those are too long to be tokens.
  private(set) var (unitCount, longCount): (UInt64, UInt64) = (0, 0)

  init(_ unit: TextUnit) { self.unit = unit }

  /// Counts a token that a splitter hands on.
  @inline(__always)
  mutating func add(_ token: SentenceToken, _ bytes: Span<UInt8>) {
    guard token.byteLength > 0 else { return }
    unitCount += 1
    if token.byteLength == 1 {
      countsOfBytes[token.isSentenceEnd ? 0x0A : Int(bytes[0])] += 1
    } else if token.byteLength <= UnitVocabulary.longestToken {
      table.add(unsafe bytes.bytes, 0..<bytes.count)
    } else {
      longCount += 1
    }
  }

  /// Takes the table out, with the units of one byte in it.
  mutating func takeTable() -> WordTable {
    for byte in UInt8.min...UInt8.max where countsOfBytes[Int(byte)] > 0 {
      let text = [byte]
      table.add(unsafe text.span.bytes, 0..<1, count: countsOfBytes[Int(byte)])
      countsOfBytes[Int(byte)] = 0
    }
    defer { table = WordTable() }
    return table
  }

  /// The vocabulary of a text that is all in memory.
  static func vocabulary(_ unit: TextUnit, of text: [UInt8], limit: Int?) -> UnitVocabulary {
    var tally = UnitTally(unit)
    var splitter = SentenceSplitter(unit: unit)
    splitter.split(text.span) { tally.add($0, $1) }
    splitter.finish { tally.add($0, $1) }
    do {
      let words = try tally.takeTable().sortedWords(nil)
      return try FrequentUnits(limit: limit, of: words.forEachWord).vocabulary(unit)
    } catch {
      preconditionFailure("nothing interrupts")
    }
  }
}
