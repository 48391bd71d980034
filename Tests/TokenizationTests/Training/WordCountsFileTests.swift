import Execution
import FileFormats
import Foundation
import TestSupport
import Testing
import Tokenization

@Suite("Files of counted words")
struct WordCountsFileTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "words-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func written(_ words: WordCounts) throws -> [UInt8] {
    let path = folder.appending(path: "words").path
    try words.write(to: path)
    var source = try FileSource(path: path)
    return try source.readAll(limit: 1 << 24)
  }

  private func read(_ bytes: [UInt8], chunk: Int = 1 << 16) throws -> WordCounts {
    var source = MemorySource(name: "words", bytes: bytes, chunkByteCount: chunk)
    return try WordCounts.read(from: &source)
  }

  @Test("what is written is read, and trains the same")
  func roundTrip() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var source = try FileSource(path: TestFiles.package("corpora/lighthouse.txt"))
    let text = try source.readAll(limit: 1 << 20)
    let options = WordCountingOptions(pattern: .o200k, memoryBudget: 50_000)
    let words = try countWords(text, options)
    #expect(words.omittedWordCount > 0)
    let bytes = try written(words)
    #expect(try written(words) == bytes)
    for chunk in [1, 13, 1 << 16] { #expect(try read(bytes, chunk: chunk) == words) }
    let trainer = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 500))
    #expect(try trainer.train(read(bytes)) == trainer.train(words))
    let empty = try countWords([])
    #expect(try read(written(empty)) == empty)
  }

  @Test("every cut and every changed byte is an error")
  func damage() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let bytes = try written(countWords(Array("one two two three three three".utf8)))
    for count in 0..<bytes.count {
      #expect(throws: WordCountsError.self) { try read(Array(bytes[..<count])) }
    }
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = bytes
        changed[index] ^= change
        #expect(throws: WordCountsError.self) { try read(changed) }
      }
    }
  }

  @Test("says what is wrong with a file")
  func messages() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let bytes = try written(countWords(Array("ab cd".utf8)))
    // Magic, version, the pattern's length and name, one flag, 64 digits, six numbers: 5 bytes, 1 text,
    // 2 pieces, none left out, 2 words; then " cd" and "ab", each once, and the hash.
    #expect(bytes.count == 8 + 4 + 5 + 1 + 64 + 6 + 5 + 4 + 32)
    func message(_ change: (inout [UInt8]) -> Void) -> String? {
      var changed = bytes
      change(&changed)
      let error = #expect(throws: WordCountsError.self) { try read(changed) }
      return error.map { "\($0)" }
    }
    #expect(
      message { $0[0] = 0x69 } == "`words`: expected counted words, which begin with `IsoLossW`"
    )
    #expect(
      message { $0[8] = 2 }
        == "`words`: expected version 1 of the format of counted words, found `2`"
    )
    #expect(
      message { $0[13] = 0x78 } == "`words`: expected one of `gpt2`, `cl100k`, `o200k`, `llama3`, "
        + "`qwen2`, found `xpt2`"
    )
    #expect(message { $0[18] = 0x78 } == "`words`: expected 64 hexadecimal digits at byte 18")
    #expect(message { $0.removeLast(20) } == "`words`: is cut off at byte 109")
    #expect(message { $0[88] = 0 } == "`words`: the word at byte 88 is out of order")
    #expect(message { $0[92] = 0 } == "`words`: the number at byte 92 is out of range")
    #expect(message { $0[89] = 0x7A } == "`words`: the word at byte 93 is out of order")
    #expect(
      message { $0[92] = 2 }
        == "`words`: the counts of the words do not add up to the number of pieces"
    )
    #expect(
      message { $0[90] = 0x7A }
        == "`words`: the content was changed: its SHA-256 is not the one at its end"
    )
    #expect(message { $0.append(0) } == "`words`: expected the end at byte 129, found more")
  }

  @Test("a file that claims much takes no memory for it")
  func claims() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let bytes = try written(countWords(Array("ab cd".utf8)))
    // The number of words, then the length of the first one.
    for (position, replaced) in [(87, 1), (88, 1)] {
      var changed = Array(bytes[..<position])
      changed += [0xF0, 0xFF, 0xFF, 0xFF, 0x03]
      changed += bytes[(position + replaced)...]
      #expect(throws: WordCountsError.self) { try read(changed) }
    }
  }

  @Test("writing and reading end when interrupted")
  func interruption() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let words = try countWords(Array("ab cd".utf8))
    let bytes = try written(words)
    let flag = InterruptionFlag()
    flag.raise(signal: 2)
    var source = MemorySource(name: "words", bytes: bytes)
    #expect(throws: Interruption(signal: 2)) {
      try WordCounts.read(from: &source, interruption: flag)
    }
  }
}
