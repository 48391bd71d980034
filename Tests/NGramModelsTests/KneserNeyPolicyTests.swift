import Execution
import Foundation
import LanguageModeling
import NGramModels
import Testing
import Tokenization

@Suite("Reserved words, unknown words and lossless texts")
struct KneserNeyPolicyTests {
  private let text = Array("the <unk> tide </s> went\n<s> out <unk>\nthe tide\n".utf8)

  private func model(_ policy: ReservedWordPolicy, _ text: [UInt8]) throws -> KneserNeyModel {
    var options = KneserNeyOptions()
    options.reservedWords = policy
    return try train([text], order: 3, options: options)
  }

  @Test("skipped reserved words are like white space")
  func skips() throws {
    let skipped = try model(.skip, text)
    let removed = try model(.skip, Array("the tide went\nout\nthe tide\n".utf8))
    #expect(skipped.skippedReservedWordCount == 4)
    #expect(skipped.ngramCounts == removed.ngramCounts)
    let test = Array("the tide out\n".utf8)
    #expect(try ScoredText(test, skipped).tokens == ScoredText(test, removed).tokens)
  }

  @Test("counted reserved words are words like others")
  func counts() throws {
    let counted = try model(.count, text)
    let renamed = try model(.count, Array("the U tide E went\nB out U\nthe tide\n".utf8))
    let test = Array("the <unk> tide </s> whale <s>\n".utf8)
    let scored = try ScoredText(test, counted)
    let other = try ScoredText(Array("the U tide E whale B\n".utf8), renamed)
    #expect(scored.tokens.map(\.nats) == other.tokens.map(\.nats))
    #expect(scored.scorer.unknownCount == 1)
  }

  @Test("reserved words can be errors that name file and line")
  func refuses() throws {
    let error = #expect(throws: NGramError.self) { try model(.error, Array("a\nb <s>\n".utf8)) }
    #expect(
      error?.description
        == "text:2: expected no reserved word, found `<s>`; `--reserved skip` or `count` would do"
    )
  }

  @Test("reserved spellings in a scored text are unknown words")
  func scoresReservedAsUnknown() throws {
    let model = try model(.skip, text)
    let scored = try ScoredText(Array("<unk> the\n<s> the\n</s> the\nwhale the\n".utf8), model)
    let losses = scored.tokens.map(\.nats)
    #expect(scored.tokens.map(\.isUnknown) == (0..<4).flatMap { _ in [true, false, false] })
    #expect((0..<4).allSatisfy { Array(losses[3 * $0..<3 * $0 + 3]) == Array(losses[0..<3]) })
    #expect(scored.scorer.lossyReason?.description == "4 unknown words")
    #expect(scored.scorer.unmodelledByteCount == 5 + 3 + 4 + 5)
  }

  @Test("an unknown word empties the context")
  func unknownEmptiesContext() throws {
    let model = try train([golden("harbor20.txt")], order: 3)
    let scored = try ScoredText(Array("the whale tide\n".utf8), model)
    let tide = try #require(model.entry([model.number(ofSpelling: Array("tide".utf8))]))
    #expect(scored.tokens[2].nats.isApproximately(tide.probability))
  }

  @Test(
    "regular and irregular white space",
    arguments: [
      ("the tide\nthe moon\n", nil, 0),
      (" the tide \n \n the moon \n \n", nil, 0),
      ("the tide\n\nthe moon", nil, 0),
      ("the  tide\n", "irregular white space, first at byte 3", 1),
      ("the\ttide\n", "irregular white space, first at byte 3", 1),
      ("the tide\r\nthe moon\r\n", "irregular white space, first at byte 8", 2),
      ("the tide\n the moon \n", "irregular white space, first at byte 9", 2),
      (
        " whale\nthe tide\n", "1 unknown word and irregular white space, first at byte 7", 6
      ),
    ] as [(String, String?, Int)]
  )
  func tellsLossless(_ text: String, _ reason: String?, _ unmodelled: Int) throws {
    let model = try train([golden("harbor20.txt")], order: 2)
    let scorer = try ScoredText(Array(text.utf8), model).scorer
    #expect(scorer.lossyReason?.description == reason)
    #expect(scorer.isLossless == (reason == nil))
    #expect(scorer.unmodelledByteCount == unmodelled)
  }

  @Test("byte and character units are lossless unless a token is unknown")
  func otherUnits() throws {
    for unit in [TextUnit.byte, .character] {
      let model = try train([golden("harbor20.txt")], order: 4, unit: unit)
      #expect(try ScoredText(Array("the\t\ttide  \n\n\n".utf8), model).scorer.isLossless)
      let scorer = try ScoredText(Array("the tide\r\nX".utf8), model).scorer
      #expect(scorer.lossyReason?.description == "2 unknown \(unit)s")
      #expect(scorer.unmodelledByteCount == 2)
    }
  }
}

@Suite("Errors of n-gram training")
struct NGramErrorTests {
  @Test("orders out of range", arguments: [0, -1, 33])
  func refusesOrder(_ order: Int) {
    let error = #expect(throws: NGramError.self) { try train([], order: order) }
    #expect(error?.description == "expected an order from 1 to 32, found `\(order)`")
  }

  @Test("nothing to train on")
  func refusesNothing() {
    let error = #expect(throws: NGramError.self) { try train([[], []], order: 2) }
    #expect(error?.description == "nothing to train on: the training text is empty")
  }

  @Test("discounts that cannot be had, by policy")
  func discounts() throws {
    var options = KneserNeyOptions()
    let text = Array("a b c a b\n".utf8)
    let model = try train([text], order: 2, options: options)
    #expect(model.discountFallbacks.map(\.order) == [1, 2])
    #expect(model.discounts[0].one == 0.5)
    #expect(model.discounts[0].two == 1)
    #expect(model.discounts[0].threeOrMore == 1.5)
    options.discounts = .error
    let error = #expect(throws: NGramError.self) {
      try train([text], order: 2, options: options)
    }
    #expect(
      error?.description == "no discounts for order 1: no n-gram has adjusted count 3; "
        + "the text is small or artificial, `--discounts fallback` would do"
    )
  }

  @Test("training stops when asked to")
  func stops() throws {
    let flag = InterruptionFlag()
    flag.raise(signal: 2)
    var trainer = try KneserNeyTrainer(order: 2, unit: .word)
    try trainer.add(Array("a b\n".utf8), of: "text")
    #expect(throws: Interruption(signal: 2)) { try trainer.train(interruption: flag) }
  }

  @Test("a discount outside its range is named")
  func namesDiscount() throws {
    // Counts a 1, </s> 1, b 2, c, d and e 3: n₁ = 2, n₂ = 1, n₃ = 3, so D₂ = 2 − 3 · 1/2 · 3.
    let model = try train([Array("a b b c c c d d d e e e\n".utf8)], order: 1)
    #expect(model.discounts[0].failure?.description == "the discount for count 2 would be -2.5")
  }

  @Test("an order without n-grams says so")
  func emptyOrder() throws {
    let model = try train([Array("a b\n".utf8)], order: 5)
    #expect(model.discounts[4].failure?.description == "no n-gram has adjusted count 1")
  }

  @Test("a word longer than any text has")
  func refusesLongWord() {
    let text = Array("a\nb ".utf8) + [UInt8](repeating: 0x78, count: 1_048_577)
    let error = #expect(throws: NGramError.self) { try train([text], order: 2) }
    #expect(
      error?.description == "text:2: expected tokens of at most 1048576 bytes, found one of "
        + "1048577; is this a text?"
    )
  }
}

extension Double {
  /// Whether these nats are the loss of a probability, up to two roundings.
  fileprivate func isApproximately(_ probability: Double) -> Bool {
    abs(self + Foundation.log(probability)) <= 2 * ulp
  }
}
