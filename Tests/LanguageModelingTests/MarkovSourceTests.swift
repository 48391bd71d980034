import LanguageModeling
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Sources of known entropy")
struct MarkovSourceTests {
  @Test("have the entropy asked for, and probabilities that add up to one")
  func entropy() throws {
    for size in [2, 3, 27, 64] {
      for share in [0.05, 0.3, 0.9, 1] {
        let rate = share * log2(Double(size))
        let source = try MarkovSource(order: 1, alphabetSize: size, entropyRate: rate)
        #expect(abs(source.entropyRate - rate) < 1e-6)
        let sum = (0..<size).reduce(0) { $0 + source.probability(ofRank: $1) }
        #expect(sum == 1)
        #expect((1..<size).allSatisfy { source.probability(ofRank: $0) > 0 })
      }
    }
  }

  @Test("order the letters after each context anew, all of them")
  func orders() throws {
    let source = try MarkovSource(order: 2, entropyRate: 2, seed: 3)
    let orders = (0..<(27 * 27)).map(source.letters)
    for order in orders { #expect(order.sorted() == source.alphabet.sorted()) }
    #expect(Set(orders).count == orders.count)
    let other = try MarkovSource(order: 2, entropyRate: 2, seed: 4)
    #expect(other.letters(after: 0) != orders[0])
  }

  /// −Σ log₂ p of a text, from what the source says of each context.
  private func information(of text: [UInt8], _ source: MarkovSource) -> Double {
    let size = source.alphabet.count
    var contexts = 1
    for _ in 0..<source.order { contexts *= size }
    var (context, bits) = (0, 0.0)
    for byte in text {
      let rank = source.letters(after: context).firstIndex(of: byte) ?? -1
      bits -= log2(source.probability(ofRank: rank))
      context = (context * size + (source.alphabet.firstIndex(of: byte) ?? -1)) % contexts
    }
    return bits
  }

  @Test("know the code length of their text", arguments: [0, 1, 2, 6, 10])
  func codeLength(order: Int) throws {
    let source = try MarkovSource(order: order, entropyRate: 2.5, seed: 11)
    var text = source.makeText()
    let bytes = text.next(2000)
    #expect(abs(text.codeLength - information(of: bytes, source)) < 1e-6)
    #expect(text.byteCount == 2000)
  }

  @Test("give the same text in any portions")
  func portions() throws {
    let source = try MarkovSource(order: 3, entropyRate: 1.5, seed: 5)
    var whole = source.makeText()
    var parts = source.makeText()
    let bytes = whole.next(1000)
    #expect(bytes == [1, 99, 400, 500].flatMap { parts.next($0) })
    #expect(whole.codeLength == parts.codeLength)
  }

  @Test("spread about the entropy rate as independent ranks do")
  func spread() throws {
    // Sum of squares of 60 standard normal numbers: 60 ± 11, and below 106 in 9,999 of 10,000 cases.
    var sum = 0.0
    for seed in 0..<60 {
      let source = try MarkovSource(order: 2, entropyRate: 2, seed: UInt64(seed))
      var text = source.makeText()
      _ = text.next(5000)
      let expected = 5000 * source.entropyRate
      let deviation = (text.codeLength - expected) / (source.deviation * 5000.0.squareRoot())
      sum += deviation * deviation
    }
    #expect((25...106).contains(sum))
  }

  @Test("refuse what there is not")
  func refusals() {
    #expect(throws: MarkovSourceError.order(11)) { try MarkovSource(order: 11, entropyRate: 1) }
    #expect(throws: MarkovSourceError.alphabetSize(1)) {
      try MarkovSource(order: 1, alphabetSize: 1, entropyRate: 1)
    }
    let error = #expect(throws: MarkovSourceError.self) {
      try MarkovSource(order: 1, alphabetSize: 4, entropyRate: 2.5)
    }
    #expect(
      error?.description
        == "expected an entropy rate above 0 and at most log2 4 = 2.0 bits, found 2.5"
    )
  }
}
