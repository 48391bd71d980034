import LanguageModeling
import NGramModels
import Testing
import Tokenization

@Suite("Kneser-Ney laws")
struct KneserNeyIdentityTests {
  static let contexts = [
    "", "the", "the tide", "the tide came in", "boats count on her", "sleeps nothing harbor the",
    "whale", "the whale in the",
  ]

  @Test("probabilities sum to one", arguments: contexts, [1, 2, 3, 5, 9])
  func sumsToOne(_ context: String, _ order: Int) throws {
    for unit in TextUnit.allCases {
      for interpolates in [true, false] {
        var options = KneserNeyOptions()
        options.interpolatesUnigrams = interpolates
        let model = try train([golden("harbor20.txt")], order: order, unit: unit, options: options)
        let tokens: [[UInt8]] =
          unit == .word
          ? context.split(separator: " ").map { Array($0.utf8) } : context.utf8.map { [$0] }
        let sum = model.distribution(after: tokens.map(model.number(ofSpelling:))).reduce(0, +)
        // A few hundred additions, each of which rounds by at most half a unit of the sum.
        #expect(abs(sum - 1) < 1e-13, "\(unit)")
      }
    }
  }

  @Test("sums of logarithms agree with logarithms of products", arguments: contexts)
  func logarithmsAgree(_ context: String) throws {
    let model = try train([golden("harbor20.txt")], order: 5)
    let tokens = context.split(separator: " ").map { model.number(ofSpelling: Array($0.utf8)) }
    let products = model.distribution(after: tokens)
    for (sum, product) in zip(model.logDistribution(after: tokens), products) where product > 0 {
      // Up to five factors and logarithms, each rounded.
      #expect(abs(sum - naturalLogarithm(product)) <= 10 * max(1, abs(sum)).ulp)
    }
  }

  @Test("ranks are those of the whole distribution", arguments: TextUnit.allCases)
  func ranksMatch(_ unit: TextUnit) throws {
    let model = try train([golden("harbor20.txt")], order: 3, unit: unit)
    let text = try golden("harbor8.txt")
    let scored = try ScoredText(text, model, ranks: true)
    #expect(scored.tokens.contains { $0.rank == 1 })
    var past: [UInt32] = []
    for token in scored.tokens {
      let isEnd = token.byteLength == 1 && text[token.byteOffset] == 0x0A
      let bytes = Array(text[token.byteOffset..<token.byteOffset + token.byteLength])
      let number = model.number(ofSpelling: isEnd ? Array("</s>".utf8) : bytes)
      let probabilities = model.distribution(after: past)
      let above = probabilities.count { $0 > probabilities[Int(number)] }
      #expect(token.rank == above + 1)
      past = isEnd ? [] : past + [number]
    }
  }

  @Test("chunks change nothing", arguments: TextUnit.allCases)
  func ignoresChunks(_ unit: TextUnit) throws {
    let text = try golden("harbor20.txt")
    let whole = try train([text], order: 4, unit: unit)
    let scored = try ScoredText(golden("harbor8.txt"), whole)
    for chunk in [1, 2, 3, 7] {
      let model = try train([text], order: 4, unit: unit, chunk: chunk)
      #expect(try ScoredText(golden("harbor8.txt"), model, chunk: chunk).tokens == scored.tokens)
    }
  }

  @Test("several files are one text, whether their last lines end or not")
  func joinsFiles() throws {
    let text = try golden("harbor20.txt")
    let middle = try #require(text.firstIndex(of: 0x0A))
    let parts = [Array(text[...middle]), Array(text[(middle + 1)...].dropLast())]
    let unterminated = [Array(text[..<middle]), parts[1]]
    let scored = try ScoredText(text, train([text], order: 3))
    #expect(try ScoredText(text, train(parts, order: 3)).tokens == scored.tokens)
    #expect(try ScoredText(text, train(unterminated, order: 3)).tokens == scored.tokens)
  }

  @Test("a text without its final newline has the same loss", arguments: TextUnit.allCases)
  func scoresUnterminatedLine(_ unit: TextUnit) throws {
    let model = try train([golden("harbor20.txt")], order: 3, unit: unit)
    let text = Array("the tide came in\nthe boats".utf8)
    let terminated = try ScoredText(text + [0x0A], model)
    let unterminated = try ScoredText(text, model)
    #expect(unterminated.tokens.map(\.nats) == terminated.tokens.map(\.nats))
    #expect(unterminated.tokens.last?.byteOffset == text.count)
    #expect(unterminated.tokens.last?.byteLength == 0)
    #expect(terminated.tokens.last?.byteLength == 1)
  }

  @Test("an order above all sentences backs off to shorter n-grams")
  func survivesLongOrder() throws {
    let model = try train([Array("a b\nb a\n".utf8)], order: 32)
    #expect(model.ngramCounts.prefix(4) == [5, 6, 4, 2])
    #expect(model.ngramCounts.dropFirst(4).allSatisfy { $0 == 0 })
    #expect(abs(model.distribution(after: []).reduce(0, +) - 1) < 1e-15)
  }

  @Test("unigrams of order one are plain counts")
  func orderOne() throws {
    let model = try train([Array("a a a a b b b c c d\n".utf8)], order: 1)
    // Counts a 4, b 3, c 2, d 1, </s> 1: n₁ = 2, n₂ = 1, n₃ = 1, n₄ = 1, so Y = 1/2, D₁ = 1/2,
    // D₂ = 1/2, D₃ = 1; γ = (2 · 1/2 + 1/2 + 2) / 11 = 7/22, shared by V = 6.
    let uniform = 7.0 / 22 / 6
    let expected = [uniform, 0, 0.5 / 11 + uniform, 3.0 / 11 + uniform, 2.0 / 11 + uniform]
    let found = model.distribution(after: [])
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-16) }
    #expect(model.vocabularySize == 6)
  }
}
