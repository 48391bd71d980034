import Testing
import Tokenization

@Suite("Tokens with the bytes they stand for")
struct CoveringTokenTests {
  /// Words, white space, the sign for a space itself, characters that no vocabulary here has, one of
  /// two scalars, a special token, and bytes that are no text.
  private static let text =
    Array("the and\n\n  then ▁a e\u{301}t\u{301}he 中文 🙂 <|endoftext|> é  and\tthe e\u{301}".utf8)
    + [0xFF, 0xE4, 0xB8, 0x20, 0x41, 0xF0, 0x9F]

  private static func tokens(
    of text: [UInt8],
    _ tokenizer: BytePairTokenizer,
    chunk: Int
  ) throws -> (tokens: [CoveringToken], uncovered: Int) {
    var stream = tokenizer.makeStream()
    var tokens: [CoveringToken] = []
    for start in stride(from: 0, to: text.count, by: chunk) {
      tokens += try stream.encodeCovering(Array(text[start..<min(start + chunk, text.count)]))
    }
    let rest = try stream.finishCovering()
    return (tokens + rest.tokens, rest.lostByteCount)
  }

  private static func vocabularies() throws -> [(String, BytePairVocabulary)] {
    var normalizing = BytePairVocabulary(SmallVocabulary.english, pattern: .gpt2)
    normalizing.normalization = .formC
    var prefixing = BytePairVocabulary(SmallVocabulary.english, pattern: .gpt2)
    prefixing.addsPrefixSpace = true
    let samples = try VocabularySample.all().map { ($0.name, try $0.read()) }
    return samples + [("form C", normalizing), ("prefix", prefixing)]
  }

  @Test("cover the text without gap, however it is cut")
  func cover() throws {
    for (name, vocabulary) in try Self.vocabularies() {
      let tokenizer = try BytePairTokenizer(vocabulary)
      let whole = try Self.tokens(of: Self.text, tokenizer, chunk: .max / 2)
      #expect(whole.tokens.map(\.id) == tokenizer.encode(Self.text), "\(name)")
      let covered = whole.tokens.reduce(0) { $0 + $1.byteLength }
      #expect(covered + whole.uncovered == Self.text.count, "\(name)")
      for size in 1..<24 {
        let cut = try Self.tokens(of: Self.text, tokenizer, chunk: size)
        #expect(cut.tokens == whole.tokens, "\(name), chunks of \(size)")
        #expect(cut.uncovered == whole.uncovered, "\(name), chunks of \(size)")
      }
    }
  }

  @Test("stand where the whole text's spans have them")
  func spans() throws {
    for (name, vocabulary) in try Self.vocabularies() where vocabulary.normalization == .none {
      let tokenizer = try BytePairTokenizer(vocabulary)
      let spans = try tokenizer.spans(Self.text)
      let tokens = try Self.tokens(of: Self.text, tokenizer, chunk: 5).tokens
      #expect(tokens.map(\.byteLength) == spans.map(\.byteRange.count), "\(name)")
    }
  }

  @Test("tokens of bytes lose nothing")
  func lossless() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    let tokens = try Self.tokens(of: Self.text, tokenizer, chunk: 7).tokens
    #expect(tokens.allSatisfy { $0.lostByteCount == 0 })
  }

  @Test("what is normalized away is lost, and nothing else")
  func normalized() throws {
    var vocabulary = BytePairVocabulary(SmallVocabulary.english, pattern: .gpt2)
    vocabulary.normalization = .formC
    let tokenizer = try BytePairTokenizer(vocabulary)
    let text = Array("the e\u{301} and é".utf8)
    let tokens = try Self.tokens(of: text, tokenizer, chunk: 3).tokens
    // Of the three bytes that two were made of, the space before them is as it was.
    #expect(tokens.reduce(0) { $0 + $1.lostByteCount } == 3)
    #expect(tokens.reduce(0) { $0 + $1.byteLength } == text.count)
  }

  @Test("ids say their bytes, special ones none")
  func texts() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    let text = Array("the and 中".utf8)
    let special = try #require(tokenizer.vocabulary.specialTokens.first)
    var stream = tokenizer.makeTextStream()
    let (bytes, lengths) = stream.text(of: [special] + tokenizer.encode(text) + [99_999])
    #expect(bytes == text)
    #expect(lengths.first == 0)
    #expect(lengths.last == 0)
    #expect(lengths.reduce(0, +) == text.count)
  }
}
