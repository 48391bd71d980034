import Testing
import Tokenization

@Suite("Streams of characters and words")
struct UnitStreamTests {
  static let units = [TextUnit.byte, .character, .word]

  /// Words, blank lines, characters of several bytes, and bytes that are no text.
  static let text =
    Array("the lamp\n\n  then é中🙂 x\r\nend".utf8) + [0xFF, 0xE4, 0xB8, 0x20, 0x41, 0xF0, 0x9F]

  private func tokenizer(_ unit: TextUnit) -> UnitTokenizer {
    // Some of the text's units are unknown.
    UnitTokenizer(unit, learningFrom: Array(Self.text.prefix(30)))
  }

  private func chunks(_ size: Int) -> [[UInt8]] {
    stride(from: 0, to: Self.text.count, by: size).map { start in
      Array(Self.text[start..<min(start + size, Self.text.count)])
    }
  }

  @Test("encode as the whole does, however a text is cut", arguments: units)
  func encodes(_ unit: TextUnit) {
    let tokenizer = tokenizer(unit)
    let expected = tokenizer.encode(Self.text)
    for size in 1...Self.text.count {
      var stream = tokenizer.makeStream()
      var ids: [TokenID] = []
      for (index, chunk) in chunks(size).enumerated() {
        // Bytes may be added without being asked for.
        if index % 3 == 1 { stream.append(chunk) } else { ids += stream.encode(chunk) }
      }
      #expect(ids + stream.finish() == expected, "chunks of \(size)")
      // The next text begins anew.
      #expect(stream.encode(Self.text) + stream.finish() == expected)
    }
  }

  @Test("cover a text without gaps, and tell what is lost", arguments: units)
  func covers(_ unit: TextUnit) {
    let tokenizer = tokenizer(unit)
    var whole: [CoveringToken]?
    for size in [1, 2, 5, Self.text.count] {
      var stream = tokenizer.makeStream()
      var tokens: [CoveringToken] = []
      for chunk in chunks(size) { tokens += stream.encodeCovering(chunk) }
      let rest = stream.finishCovering()
      tokens += rest.tokens
      #expect(tokens.map(\.id) == tokenizer.encode(Self.text))
      #expect(tokens.reduce(0) { $0 + $1.byteLength } == Self.text.count)
      #expect(whole == nil || tokens == whole)
      whole = tokens
      let lost = tokens.filter { $0.lostByteCount > 0 }
      #expect(lost.allSatisfy { $0.id == tokenizer.unknownToken })
      #expect((rest.lostByteCount > 0) == (unit == .word))
    }
  }

  @Test(
    "of words lose nothing where white space has one form",
    arguments: [
      ("a b\n\nb a\n", 0), (" a b \n b a \n", 0), ("a  b\n", 1), ("a b\r\nb a\n", 1),
      ("a b\t\n", 1),
    ]
  )
  func spacing(_ text: String, _ lost: Int) {
    var stream = UnitTokenizer(.word, learningFrom: Array(text.utf8)).makeStream()
    let tokens = stream.encodeCovering(Array(text.utf8))
    #expect(tokens.allSatisfy { $0.lostByteCount == 0 })
    #expect(stream.finishCovering().lostByteCount == lost)
  }

  @Test("decode as the whole does, and say what belongs to each id", arguments: units)
  func decodes(_ unit: TextUnit) {
    let tokenizer = tokenizer(unit)
    let ids = tokenizer.encode(Self.text)
    var decoding = tokenizer.makeDecodingStream()
    var text: [UInt8] = []
    for id in ids { text += decoding.decode([id]) }
    #expect(text + decoding.finish() == tokenizer.decode(ids))
    var coverage = tokenizer.makeTextStream()
    let (bytes, lengths) = coverage.text(of: ids + [TokenID(tokenizer.tokenCount)])
    #expect(lengths.reduce(0, +) == bytes.count && lengths.last == 0)
    var start = 0
    for (id, length) in zip(ids, lengths) {
      let own = id == tokenizer.unknownToken ? [] : tokenizer.decode([id])
      #expect(bytes[start..<start + length].suffix(own.count) == own[...])
      #expect(length >= own.count && (length == 0 || id != tokenizer.unknownToken))
      start += length
    }
  }

  @Test("are made of a tokenizer of any kind")
  func anyTokenizer() throws {
    for tokenizer in [tokenizer(.word), try SmallVocabulary.tokenizer()] as [any Tokenizer] {
      var stream = tokenizer.makeStream(specialTokens: .text)
      var ids = try stream.encode(Self.text, pool: nil)
      ids += try stream.finish()
      #expect(ids == tokenizer.encode(Self.text))
      #expect(try tokenizer.spans(Self.text, specialTokens: .text).map(\.id) == ids)
      #expect(tokenizer.normalized(Self.text) == Self.text)
    }
  }
}
