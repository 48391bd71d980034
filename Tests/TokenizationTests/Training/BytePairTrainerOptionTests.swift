import Execution
import Testing
import Tokenization

@Suite("Options of byte-pair training")
struct BytePairTrainerOptionTests {
  @Test("special tokens come first and are never learned")
  func specialTokens() throws {
    let words = try countWords(Array("sos sos sossos sossos".utf8))
    let special = [Array("sos".utf8), Array("<pad>".utf8)]
    let options = BytePairTrainingOptions(vocabularySize: 300, specialTokens: special)
    let training = try BytePairTrainer(options).train(words)
    let tokens = training.learned.tokens
    #expect(Array(tokens.prefix(2)) == special)
    #expect(tokens[2..<258].map { $0[0] } == LearnedMerges.byteLevelAlphabet)
    #expect(Set(tokens).count == tokens.count)
    // The word "sos" stays in two parts, since what it would become is special.
    #expect(tokens.contains(Array("os".utf8)))
    #expect(tokens.contains(Array(" sos".utf8)))
    #expect(training.vocabularySize == tokens.count)
    #expect(training.termination == .noPairLeft)
  }

  @Test("a special token that a file would spell as learned bytes is kept out too")
  func spelledSpecialToken() throws {
    // U+0120 is how a space is written; the file could not tell the token from " a".
    let options = BytePairTrainingOptions(vocabularySize: 258, specialTokens: [Array("Ġa".utf8)])
    let training = try BytePairTrainer(options).train(countWords(Array("x a a a".utf8)))
    #expect(training.learned.merges.isEmpty)
    #expect(training.lastCount == nil)
    #expect(training.termination == .noPairLeft)
  }

  @Test("says why it stopped, and tells its progress")
  func termination() throws {
    let words = try countWords(Array("ab ab ab cd".utf8))
    var sizes: [Int] = []
    let full = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 258))
      .train(words) { sizes.append($0) }
    #expect(full.termination == .vocabularyIsFull)
    #expect(full.lastCount == 2)
    #expect(sizes == [257, 258])
    let none = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 256)).train(words)
    #expect(none.termination == .vocabularyIsFull)
    #expect(none.learned.merges.isEmpty)
    let all = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 1000)).train(words)
    #expect(all.termination == .noPairLeft)
    // "ab", " ab" twice, " cd": four words, each one token.
    #expect(all.tokenCount == 4)
  }

  @Test("ends when interrupted")
  func interruption() throws {
    let flag = InterruptionFlag()
    flag.raise(signal: 2)
    let words = try countWords(Array("ab ab".utf8))
    let trainer = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 300))
    #expect(throws: Interruption(signal: 2)) { try trainer.train(words, interruption: flag) }
  }

  @Test(
    "refuses options that make no vocabulary",
    arguments: [
      (
        BytePairTrainingOptions(vocabularySize: 256, specialTokens: [[0x3C, 0x3E]]),
        "expected a vocabulary size from 257 (the special tokens and 256 bytes) to 2097151, "
          + "found `256`"
      ),
      (
        BytePairTrainingOptions(vocabularySize: 1 << 40),
        "expected a vocabulary size from 256 (the special tokens and 256 bytes) to 2097151, "
          + "found `1099511627776`"
      ),
      (
        BytePairTrainingOptions(vocabularySize: 300, specialTokens: [[]]),
        "expected special tokens of at least one byte, found an empty one"
      ),
      (
        BytePairTrainingOptions(
          vocabularySize: 300,
          specialTokens: [[0x3C, 0x3E], [0x3C, 0x3E]]
        ),
        "expected different special tokens, found `<>` twice"
      ),
      (
        BytePairTrainingOptions(vocabularySize: 300, specialTokens: [[0x41]]),
        "expected special tokens unlike the 256 bytes, found `A`, which a vocabulary file could not "
          + "tell from a byte"
      ),
      (
        BytePairTrainingOptions(vocabularySize: 300, specialTokens: [Array("Ġ".utf8)]),
        "expected special tokens unlike the 256 bytes, found `Ġ`, which a vocabulary file could not "
          + "tell from a byte"
      ),
    ]
  )
  func refusedOptions(_ options: BytePairTrainingOptions, _ message: String) {
    let error = #expect(throws: BytePairTrainingError.self) { try BytePairTrainer(options) }
    #expect(error.map { "\($0)" } == message)
  }

  @Test("refuses to train on nothing")
  func nothing() throws {
    let trainer = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 300))
    let error = #expect(throws: BytePairTrainingError.self) { try trainer.train(countWords([])) }
    #expect(error.map { "\($0)" } == "nothing to train on: the training text is empty")
  }

  @Test("takes time in proportion to a word's length")
  func longWord() throws {
    // One piece of random letters, of one letter, of two in turn.
    for text in [randomLetters, { _ in UInt8(ascii: "a") }, { UInt8(ascii: "a") + UInt8($0 & 1) }] {
      let times = try [1 << 15, 1 << 20].map { length in
        let words = try countWords((0..<length).map(text))
        #expect(words.wordCount == 1)
        let trainer = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 1256))
        let clock = ContinuousClock()
        return try (0..<3).map { _ in try clock.measure { _ = try trainer.train(words) } }.min()
      }
      // 32 times the length; quadratic growth would be 1,024.
      let (short, long) = (times[0] ?? .zero, times[1] ?? .zero)
      #expect(long < short * 200 + .milliseconds(100))
    }
  }

  private let randomLetters: (Int) -> UInt8 = { index in
    let mixed = UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    return UInt8(ascii: "a") + UInt8((mixed >> 40) % 26)
  }
}
