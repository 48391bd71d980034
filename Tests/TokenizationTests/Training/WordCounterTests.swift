import Execution
import FileFormats
import LossNumerics
import Testing
import TestSupport
import Tokenization

@Suite("Counting of words")
struct WordCounterTests {
  /// The words of a text by the reference splitter.
  private func referenceWords(_ text: [UInt8], _ pattern: SplitPattern) -> [[UInt8]: UInt64] {
    var words: [[UInt8]: UInt64] = [:]
    var start = 0
    while start < text.count {
      let end = pattern.pieceEnd(in: text.span, from: start)
      words[Array(text[start..<end]), default: 0] += 1
      start = end
    }
    return words
  }

  private func dictionary(_ words: WordCounts) -> [[UInt8]: UInt64] {
    var dictionary: [[UInt8]: UInt64] = [:]
    for index in 0..<words.wordCount { dictionary[words[index].bytes] = words[index].count }
    return dictionary
  }

  private func lighthouse() throws -> [UInt8] {
    var source = try FileSource(path: TestFiles.package("corpora/lighthouse.txt"))
    return try source.readAll(limit: 1 << 20)
  }

  @Test("counts the pieces, sorts them, and hashes the text", arguments: SplitPattern.allCases)
  func lighthouse(_ pattern: SplitPattern) throws {
    let text = try lighthouse()
    let words = try countWords(text, WordCountingOptions(pattern: pattern))
    let reference = referenceWords(text, pattern)
    #expect(dictionary(words) == reference)
    #expect(words.pieceCount == reference.values.reduce(0, +))
    #expect(words.byteCount == text.count)
    #expect(words.textCount == 1)
    #expect(words.corpusHash == ContentHash(of: text))
    let sorted = (0..<words.wordCount).map { words[$0].bytes }
    #expect(sorted == sorted.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test("threads, chunks and memory change nothing")
  func sameForAll() throws {
    let text = try Array(repeatElement(lighthouse(), count: 40).joined())
    let expected = try countWords(text)
    for (threadCount, chunk) in [(1, 1 << 18), (2, 1000), (3, 77_777), (7, 1 << 20)] {
      let words = try countWords(text, threadCount: threadCount, chunkByteCount: chunk)
      #expect(words == expected)
    }
  }

  @Test("words put aside are added up to the same counts", arguments: [1, 3])
  func putAside(_ threadCount: Int) throws {
    // The long words of one run come up again in the others.
    let text = Array(
      (0..<200_000).map { " w\($0 % 6151) \($0 % 7) \(String(repeating: "x", count: $0 % 90))" }
        .joined().utf8
    )
    let expected = try countWords(text)
    let counter = WordCounter(
      WordCountingOptions(pattern: .gpt2),
      pool: WorkerPool(threadCount: threadCount)
    )
    counter.tableBudget = 1
    try counter.add(text, of: "text")
    try counter.add(Array(text[..<10]), of: "text")
    try counter.endText("text")
    #expect(counter.runCount > 0)
    let twice = try countWords(text + Array(text[..<10]))
    #expect(try counter.finish() == twice)
    #expect(twice.wordCount >= expected.wordCount)
  }

  @Test("words that come up very often are kept whatever the memory")
  func keptAlways() throws {
    let text = Array((0..<140_000).map { " w \($0 & 3) \($0 % 77)" }.joined().utf8)
    let words = try countWords(text, WordCountingOptions(pattern: .gpt2, memoryBudget: 1))
    #expect(dictionary(words) == [Array(" w".utf8): 140_000])
  }

  @Test("of too many words the rare ones are left out, all of one count", arguments: [1, 2])
  func omitted(_ threadCount: Int) throws {
    // Word i comes up i times.
    let text = Array((1...300).flatMap { repeatElement(" w\($0)x", count: $0) }.joined().utf8)
    let all = try countWords(text)
    var last = 0
    for budget in [1, 20_000, 50_000, 100_000, 1_000_000] {
      let options = WordCountingOptions(pattern: .gpt2, memoryBudget: budget)
      let words = try countWords(text, options, threadCount: threadCount)
      let kept = dictionary(words)
      let least = kept.values.min() ?? .max
      #expect(kept == dictionary(all).filter { $0.value >= least })
      #expect(words.omittedWordCount == all.wordCount - kept.count)
      #expect(words.omittedPieceCount == all.pieceCount - kept.values.reduce(0, +))
      #expect(words.pieceCount == all.pieceCount)
      #expect(words.wordCount >= last)
      last = words.wordCount
    }
    #expect(last == all.wordCount)
  }

  @Test(
    "a text that gives no safe place to cut is cut all the same",
    arguments: SplitPattern.allCases
  )
  func noSafeCuts(_ pattern: SplitPattern) throws {
    var generator = SeededGenerator(seed: 7)
    // White space, marks and signs of which no two are a safe cut in most patterns.
    let units = ["\n", " ", "  ", "\r\n", "-", "—", "\u{301}", "'s", "漢", "A", "b", "1"]
    for round in 0..<60 {
      let choice = units.indices.filter { _ in generator.next() & 1 == 0 }
      guard !choice.isEmpty else { continue }
      let text = Array(
        (0..<400).map { _ in units[choice[Int(generator.next() % UInt64(choice.count))]] }
          .joined().utf8
      )
      let longest = referenceWords(text, pattern).keys.map(\.count).max() ?? 0
      let options = WordCountingOptions(pattern: pattern, longestPiece: longest)
      let words = try countWords(text, options, chunkByteCount: 1 + round)
      #expect(dictionary(words) == referenceWords(text, pattern), "round \(round)")
    }
  }

  @Test("invalid UTF-8 counts as it stands")
  func invalid() throws {
    let text: [UInt8] = [0x61, 0xFF, 0xFE, 0x20, 0xC3, 0x28, 0x61, 0xE2, 0x82]
    let reference = referenceWords(text, .gpt2)
    for chunk in 1...4 {
      #expect(try dictionary(countWords(text, chunkByteCount: chunk)) == reference)
    }
  }

  @Test("no piece reaches into the next text")
  func texts() throws {
    let counter = WordCounter(WordCountingOptions(pattern: .gpt2), pool: WorkerPool(threadCount: 1))
    for text in ["ab", "cd", ""] {
      try counter.add(Array(text.utf8), of: text)
      try counter.endText(text)
    }
    let words = try counter.finish()
    #expect(dictionary(words) == [Array("ab".utf8): 1, Array("cd".utf8): 1])
    #expect(words.textCount == 3)
    #expect(words.corpusHash == ContentHash(of: Array("abcd".utf8)))
  }

  @Test("a piece that is no text's is an error, however the text arrives")
  func tooLong() throws {
    let options = WordCountingOptions(pattern: .gpt2, longestPiece: 100)
    let text = Array("a short \(String(repeating: "x", count: 100)) end".utf8)
    for chunk in [1, 7, 50, 1000] {
      let error = #expect(throws: BytePairTrainingError.self) {
        try countWords(text, options, chunkByteCount: chunk)
      }
      #expect(
        error.map { "\($0)" } == "`text`: expected pieces of at most 100 bytes, found a longer one "
          + "that begins near byte 7; is this a text?"
      )
    }
    // One byte less fits, with the space before it.
    _ = try countWords(Array("a \(String(repeating: "x", count: 99))".utf8), options)
    // What never ends is refused before it is read to the end.
    var endless = EndlessSource()
    let counter = WordCounter(options, pool: WorkerPool(threadCount: 1))
    #expect(throws: BytePairTrainingError.pieceTooLong(limit: 100, file: "endless", offset: 0)) {
      try counter.add(&endless)
    }
  }

  /// A source of one letter that does not end.
  private struct EndlessSource: ByteSource {
    let name = "endless"
    let byteCountIfKnown: Int? = nil
    mutating func nextChunk() throws(FileError) -> [UInt8] { [UInt8](repeating: 0x78, count: 4096) }
  }

  @Test("ends when interrupted, and tells its progress")
  func interruption() throws {
    let flag = InterruptionFlag()
    let pool = WorkerPool(threadCount: 1)
    var told: [Int] = []
    let counter = WordCounter(
      WordCountingOptions(pattern: .gpt2),
      pool: pool,
      interruption: flag
    ) { told.append($0) }
    try counter.add(Array("ab cd".utf8), of: "text")
    try counter.endText("text")
    #expect(told == [5])
    flag.raise(signal: 15)
    #expect(throws: Interruption(signal: 15)) { try counter.endText("text") }
  }
}
