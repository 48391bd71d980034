import Execution
import FileFormats
import Testing
import Tokenization

@Suite("Counting characters and words")
struct UnitCounterTests {
  /// Many different words, and characters of all lengths, cut anywhere by chunks.
  private static let text: [UInt8] = (0..<4000).flatMap { number in
    Array("w\(number % 997) é\(number % 31)🗼\n".utf8) + (number % 7 == 0 ? [0xFF, 0xE2, 0x82] : [])
  }

  private static func train(
    _ unit: TextUnit,
    _ texts: [[UInt8]],
    chunk: Int = 64 << 10,
    memory: Int = 2 << 30,
    limit: Int? = nil
  ) throws -> (training: UnitTraining, runCount: Int) {
    var counter = UnitCounter(unit, memoryBudget: memory)
    for text in texts {
      for start in stride(from: 0, to: text.count, by: chunk) {
        try counter.add(Array(text[start..<min(start + chunk, text.count)]))
      }
      try counter.endText()
    }
    let runCount = counter.runCount
    return (try counter.finish(limit: limit), runCount)
  }

  @Test("neither chunks nor memory change a vocabulary", arguments: [TextUnit.character, .word])
  func chunks(_ unit: TextUnit) throws {
    for limit in [nil, 20] {
      let expected = try Self.train(unit, [Self.text], limit: limit).training
      let learned = UnitTokenizer(unit, learningFrom: Self.text, limit: limit).vocabulary
      #expect(expected.vocabulary.tokenCount == learned.tokenCount)
      for id in 0..<TokenID(learned.tokenCount) {
        #expect(expected.vocabulary.bytes(of: id) == learned.bytes(of: id))
      }
      for (chunk, memory) in [(1, 2 << 30), (7, 2 << 30), (4096, 2 << 30), (999, 1), (4096, 1)] {
        let other = try Self.train(unit, [Self.text], chunk: chunk, memory: memory, limit: limit)
        #expect(other.training == expected, "chunks of \(chunk), \(memory) bytes")
        // Words really were put aside.
        #expect((other.runCount > 1) == (memory == 1))
      }
    }
  }

  @Test("counts add up, and the texts' hash is that of their bytes")
  func counts() throws {
    let texts = [Array("a b a".utf8), Array("b c\n".utf8)]
    let training = try Self.train(.word, texts, limit: 2).training
    #expect(training.byteCount == 9 && training.textCount == 2 && training.tokenCount == 6)
    #expect(training.differentCount == 4 && training.unknownCount == 2 && training.leastCount == 2)
    #expect(training.vocabulary.corpusHash == ContentHash(of: texts[0] + texts[1]))
    // No word reaches from one text into the next.
    let joined = try Self.train(.word, [Array("ab".utf8), Array("cd".utf8)]).training
    #expect(joined.differentCount == 2)
  }

  @Test("texts without a token are refused")
  func nothing() throws {
    for text in ["", "  \t "] {
      let error = #expect(throws: UnitTrainingError.self) {
        try Self.train(.word, [Array(text.utf8)])
      }
      #expect(error == .nothingToCount(.word))
      #expect(error?.description == "nothing to count: the texts have no words")
    }
    let long = [UInt8](repeating: 0x61, count: UnitVocabulary.longestToken + 1)
    let error = #expect(throws: UnitTrainingError.self) { try Self.train(.word, [long]) }
    #expect(error == .allTooLong(.word, 1, limit: UnitVocabulary.longestToken))
  }

  @Test("more words than ids can count are refused, unless the most frequent will do")
  func tooMany() throws {
    let count = BytePairVocabulary.mostTokens
    var text: [UInt8] = []
    for number in 0..<count { text += Array("\(number) ".utf8) }
    let error = #expect(throws: UnitTrainingError.self) { try Self.train(.word, [text]) }
    #expect(error == .tooManyTokens(.word, count, limit: count - 1))
    let training = try Self.train(.word, [text], limit: 5).training
    #expect(training.vocabulary.tokenCount == 6 && training.unknownCount == UInt64(count - 5))
    #expect(training.vocabulary.bytes(of: 2) == Array("10".utf8))
  }

  @Test("more bytes than a file may have are refused")
  func tooManyBytes() throws {
    var counter = UnitCounter(.word, memoryBudget: 1 << 20)
    let word = [UInt8](repeating: 0x61, count: UnitVocabulary.longestToken - 8)
    for number in 0..<2100 { try counter.add(word + Array("\(number) ".utf8)) }
    try counter.endText()
    #expect(throws: UnitTrainingError.self) { _ = try counter.finish(limit: nil) }
  }

  @Test("a signal ends counting")
  func interruption() throws {
    let flag = InterruptionFlag()
    var counter = UnitCounter(.word, interruption: flag)
    try counter.add([0x61])
    flag.raise(signal: 2)
    #expect(throws: Interruption.self) { try counter.add([0x61]) }
  }
}
