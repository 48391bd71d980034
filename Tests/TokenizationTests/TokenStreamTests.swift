import Testing
import Tokenization

@Suite("Token streams")
struct TokenStreamTests {
  /// Words, white space, digits, a special token and the beginning of one, other scripts, and bytes
  /// that are no text.
  static let text =
    Array("the and\n\n  then 12345 <|endoftext|> x's  the<|endoftext|>\tZoë 中文 🙂🙂 <|endof".utf8)
    + [0xFF, 0xE4, 0xB8, 0x20, 0x41, 0xF0, 0x9F]

  @Test("encode as the whole does, however a text is cut", arguments: SplitPattern.allCases)
  func encodes(_ pattern: SplitPattern) throws {
    let tokenizer = try SmallVocabulary.tokenizer(pattern: pattern)
    for policy in [SpecialTokenPolicy.text, .allow] {
      let expected = try tokenizer.encode(Self.text.span, specialTokens: policy)
      for size in 1...Self.text.count {
        var stream = tokenizer.makeStream(specialTokens: policy)
        var ids: [TokenID] = []
        for start in stride(from: 0, to: Self.text.count, by: size) {
          ids += try stream.encode(Array(Self.text[start..<min(start + size, Self.text.count)]))
        }
        ids += try stream.finish()
        #expect(ids == expected, "chunks of \(size)")
        #expect(stream.pendingByteCount == 0)
      }
    }
  }

  @Test("hold back a few bytes of a text of words")
  func holdsBackLittle() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    var stream = tokenizer.makeStream()
    for _ in 0..<100 {
      _ = try stream.encode(Array("the and then of ".utf8))
      #expect(stream.pendingByteCount < 16)
    }
  }

  @Test("refuse special tokens, with their place in the text")
  func refuses() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    var stream = tokenizer.makeStream(specialTokens: .forbid)
    _ = try stream.encode(Array("the and the and <|end".utf8))
    let error = #expect(throws: SpecialTokenError.self) {
      _ = try stream.encode(Array("oftext|> x".utf8))
    }
    #expect(error == SpecialTokenError(token: ByteText("<|endoftext|>".utf8), offset: 16))
  }

  @Test("grow with a prefix that stays")
  func grows() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    var growing = GrowingEncoding(tokenizer)
    for end in Self.text.indices {
      let stable = growing.ids.prefix(growing.stableCount)
      growing.append([Self.text[end]])
      #expect(growing.ids.starts(with: stable))
      #expect(growing.ids == tokenizer.encode(Array(Self.text[...end])))
    }
    #expect(growing.stableCount > 10)
  }

  @Test("decode whole characters")
  func decodes() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    let text = Array("é中🙂".utf8)
    var stream = tokenizer.makeDecodingStream()
    let parts = tokenizer.encode(text).map { stream.decode([$0]) }
    #expect(
      parts == [
        [], Array("é".utf8), [], [], Array("中".utf8), [], [], [], Array("🙂".utf8),
      ]
    )
    #expect(stream.finish() == [])
  }

  @Test("decode what is no text, and give back the rest at the end")
  func decodesInvalid() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    var stream = tokenizer.makeDecodingStream()
    var text: [UInt8] = []
    for id in tokenizer.encode(Self.text) { text += stream.decode([id]) }
    #expect(text == Self.text.dropLast(2))
    #expect(stream.finish() == [0xF0, 0x9F])
  }
}
