import Testing
import Tokenization

@Suite("Units as tokens")
struct UnitTokenizerTests {
  @Test("bytes are their own ids")
  func bytes() {
    let tokenizer = UnitTokenizer()
    #expect(tokenizer.tokenCount == 256)
    #expect(tokenizer.encode([1, 255]) == [1, 255])
    #expect(tokenizer.decode([1, 255]) == [1, 255])
    #expect(tokenizer.byteLength(of: 7) == 1)
  }

  @Test("characters are numbered in order, and invalid bytes are one")
  func characters() {
    let text = Array("bé\na".utf8) + [0xFF, 0xFE]
    let tokenizer = UnitTokenizer(.character, learningFrom: text)
    #expect(tokenizer.encode(text) == [2, 3, 0, 1, 4])
    #expect(tokenizer.unknownToken == 5)
    #expect(tokenizer.encode("c") == [5])
    #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    #expect(tokenizer.byteLength(of: 3) == 2)
    #expect(tokenizer.byteLength(of: 5) == 0)
  }

  @Test("words are numbered by how often they occur")
  func words() {
    let text = Array("to be or\n not  to be to".utf8)
    let tokenizer = UnitTokenizer(.word, learningFrom: text, limit: 3)
    #expect(tokenizer.tokenCount == 4)
    #expect(tokenizer.encode(text) == [0, 1, 3, 2, 3, 0, 1, 0])
    #expect(tokenizer.count(text) == 8)
    #expect(tokenizer.decode([0, 1, 2, 0]) == Array("to be\nto".utf8))
  }

  @Test("are those of a program of another kind", arguments: GoldenUnits.all)
  func golden(_ golden: GoldenUnits) throws {
    let unit = try #require(TextUnit(rawValue: golden.unit))
    let tokenizer = UnitTokenizer(
      unit,
      learningFrom: GoldenUnits.learned.flatMap(UnitTexts.bytes),
      limit: golden.limit
    )
    let tokens = (0..<TokenID(tokenizer.tokenCount)).map(tokenizer.vocabulary.bytes)
    #expect(tokens == golden.tokens.map(UnitTexts.bytes) + [[]])
    for (index, text) in GoldenUnits.texts.map(UnitTexts.bytes).enumerated() {
      #expect(tokenizer.encode(text) == golden.ids[index])
      #expect(tokenizer.count(text) == golden.ids[index].count)
      let spans = tokenizer.spans(text)
      #expect(spans.map(\.id) == golden.ids[index])
      #expect(spans.map(\.byteRange) == golden.ranges[index])
    }
  }

  @Test("of a text without unknown ones give it back, whatever its bytes")
  func roundTrip() {
    for text in UnitTexts.random(count: 300) {
      let characters = UnitTokenizer(.character, learningFrom: text)
      #expect(characters.decode(characters.encode(text)) == text)
      let words = UnitTokenizer(.word, learningFrom: text)
      #expect(words.decode(words.encode(text)) == UnitTexts.joined(text))
    }
  }

  @Test("that are unknown are U+FFFD, a word of its own among words")
  func unknown() throws {
    let characters = UnitTokenizer(.character, learningFrom: Array("ab\n".utf8))
    #expect(characters.decode(characters.encode("axb")) == Array("a\u{FFFD}b".utf8))
    let words = UnitTokenizer(.word, learningFrom: Array("a b\n".utf8))
    let ids = words.encode("x a  y\nb z")
    #expect(words.decode(ids) == Array("\u{FFFD} a \u{FFFD}\nb \u{FFFD}".utf8))
    #expect(words.unknownToken == 3)
    #expect(ids.map { words.byteLength(of: $0) } == [0, 1, 0, 1, 1, 0])
    // Nothing was kept, not even a newline.
    let none = UnitTokenizer(.word, learningFrom: Array("a b\n".utf8), limit: 0)
    #expect(none.tokenCount == 1 && none.encode("a\n") == [0, 0])
  }

  @Test("that are equally frequent go by their bytes, up to a limit")
  func ties() {
    let text = Array("d b a c b a\n".utf8)
    let words = UnitTokenizer(.word, learningFrom: text, limit: 4)
    #expect(words.decode([0, 1]) == Array("a b".utf8))
    #expect(words.vocabulary.bytes(of: 2) == [0x0A] && words.vocabulary.bytes(of: 3) == [0x63])
    let characters = UnitTokenizer(.character, learningFrom: text, limit: 3)
    // The most frequent is the space, which comes first in order too.
    #expect(characters.decode([0, 1, 2]) == Array(" ab".utf8))
  }

  @Test("stand at places of the text, with white space between words")
  func spans() {
    let text = Array("é  b\n".utf8)
    let spans = UnitTokenizer(.word, learningFrom: text).spans(text)
    #expect(spans.map(\.byteRange) == [0..<2, 4..<5, 5..<6])
    #expect(spans.map(\.scalarRange) == [0..<1, 3..<4, 4..<5])
  }

  @Test("beyond the longest are unknown, in texts and in vocabularies")
  func long() {
    let longest = UnitVocabulary.longestToken
    let text = [UInt8](repeating: 0x61, count: longest + 1) + [0x20] + Array("ab".utf8)
    let tokenizer = UnitTokenizer(.word, learningFrom: text)
    #expect(tokenizer.tokenCount == 2 && tokenizer.encode(text) == [1, 0])
    let run = [UInt8](repeating: 0xFF, count: longest)
    let characters = UnitTokenizer(.character, learningFrom: run + [0x61] + run + [0xFF])
    #expect(characters.encode(run + [0x61]) == [1, 0])
    #expect(characters.encode(run + [0xFF, 0x61]) == [2, 0])
  }
}
