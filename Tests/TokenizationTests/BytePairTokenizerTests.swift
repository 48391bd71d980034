import Execution
import Testing
import Tokenization

@Suite("Byte-pair tokenizer")
struct BytePairTokenizerTests {
  @Test("merges as the textbook does", arguments: [1, 2, 3])
  func mergesByTheBook(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let letters = Array("aaanther d ".utf8)
    let tokenizer = try SmallVocabulary.tokenizer(pattern: nil)
    for length in 0..<200 {
      let text = (0..<length).map { _ in letters.randomElement(using: &generator) ?? 0 }
      #expect(tokenizer.encode(text) == mergeByTheBook(text, SmallVocabulary.english))
    }
  }

  @Test("merges as the textbook does where a later merge makes a token of an earlier one")
  func mergesOutOfOrder() throws {
    // (`x`, `bc`) ranks before what makes `bc`.
    var learned = SmallVocabulary.learned([("b", "c"), ("x", "bc"), ("a", "b"), ("ab", "c")])
    var vocabulary = BytePairVocabulary(learned, pattern: nil)
    learned.merges.swapAt(0, 1)
    vocabulary.merging = .list(learned.merges)
    var generator = TestGenerator(seed: 4)
    let letters = Array("abcx".utf8)
    let tokenizer = try BytePairTokenizer(vocabulary)
    #expect(!tokenizer.isMonotone)
    for length in 0..<300 {
      let text = (0..<length).map { _ in letters.randomElement(using: &generator) ?? 0 }
      #expect(tokenizer.encode(text) == mergeByTheBook(text, learned), "\(length)")
    }
  }

  @Test("gives any bytes back", arguments: SplitPattern.allCases)
  func roundTrips(_ pattern: SplitPattern) throws {
    let tokenizer = try SmallVocabulary.tokenizer(pattern: pattern)
    var generator = TestGenerator(seed: 5)
    for length in 0..<500 {
      let text = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let ids = tokenizer.encode(text)
      #expect(tokenizer.decode(ids) == text)
      #expect(tokenizer.count(text) == ids.count)
      #expect(ids.map { tokenizer.byteLength(of: $0) }.reduce(0, +) == text.count)
    }
  }

  @Test("does not depend on what was encoded before")
  func remembersNothing() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    var generator = TestGenerator(seed: 6)
    // Long pieces and short ones, enough of them to fill the memory of pieces.
    let texts = (0..<3000).map { _ in
      let length = Int.random(in: 1...60, using: &generator)
      return (0..<length).map { _ in UInt8.random(in: 97...122, using: &generator) }
    }
    let first = texts.map { tokenizer.encode($0) }
    #expect(texts.map { tokenizer.encode($0) } == first)
    for (text, ids) in zip(texts, first).prefix(100) {
      #expect(ids == mergeByTheBook(text, SmallVocabulary.english))
    }
  }

  @Test("counts as far as a limit")
  func countsToLimit() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    let text = Array(String(repeating: "the and ", count: 20_000).utf8)
    let count = tokenizer.encode(text).count
    #expect(tokenizer.count(text) == count)
    #expect(tokenizer.count(text.span, limit: count) == count)
    let some = tokenizer.count(text.span, limit: 10)
    #expect(some > 10 && some < 2000)
  }

  @Test("finds special tokens only if asked")
  func specialTokens() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    let text = Array("the<|endoftext|><|endoftext|> and".utf8)
    let end: TokenID = 0
    let plain = tokenizer.encode(text)
    #expect(!plain.contains(end))
    #expect(tokenizer.decode(plain) == text)
    let found = try tokenizer.encode(text.span, specialTokens: .allow)
    #expect(
      found == tokenizer.encode("the") + [end, end] + tokenizer.encode(" and")
    )
    #expect(tokenizer.decode(found) == text)
    #expect(tokenizer.byteLength(of: end) == 0)
    let error = #expect(throws: SpecialTokenError.self) {
      try tokenizer.encode(text.span, specialTokens: .forbid)
    }
    #expect(
      error?.description
        == "byte 3 begins the special token `<|endoftext|>`, and special tokens are forbidden"
    )
    let harmless = Array("the <|endoftex".utf8)
    let ids = try tokenizer.encode(harmless.span, specialTokens: .forbid)
    #expect(ids == tokenizer.encode(harmless))
  }

  @Test("takes the longest of the added tokens that begin at a place")
  func longestAddedToken() throws {
    var vocabulary = BytePairVocabulary(SmallVocabulary.english, pattern: .gpt2)
    let count = TokenID(vocabulary.tokenCount)
    try vocabulary.addTokens([
      BytePairVocabulary.AddedToken(id: count, text: Array("<a".utf8)),
      BytePairVocabulary.AddedToken(id: count + 1, text: Array("<a>".utf8)),
      BytePairVocabulary.AddedToken(id: count + 2, text: Array("  ".utf8), isSpecial: false),
    ])
    let tokenizer = try BytePairTokenizer(vocabulary)
    let text = Array("<a<a>x   y".utf8)
    let x = tokenizer.encode("x")
    let y = tokenizer.encode(" y")
    #expect(
      try tokenizer.encode(text.span, specialTokens: .allow)
        == [count, count + 1] + x + [count + 2] + y
    )
    // An added token that is not special is found anyway.
    #expect(tokenizer.encode(Array("x   y".utf8)) == x + [count + 2] + y)
  }

  @Test("encodes on two threads what it does on one")
  func threads() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    let text = Array(String(repeating: "the and then 12 <|endoftext|>\n", count: 40_000).utf8)
    let pool = WorkerPool(threadCount: 2)
    for policy in [SpecialTokenPolicy.text, .allow] {
      let expected = try tokenizer.encode(text.span, specialTokens: policy)
      let ids = try tokenizer.encode(text, specialTokens: policy, pool: pool)
      #expect(ids == expected)
    }
  }

  @Test("says where each token stands")
  func spans() throws {
    let tokenizer = try SmallVocabulary.tokenizer()
    let spans = try tokenizer.spans(Array("the é<|endoftext|>".utf8), specialTokens: .allow)
    #expect(spans.map(\.byteRange) == [0..<3, 3..<4, 4..<5, 5..<6, 6..<19])
    // Both bytes of the accented letter belong to the one character.
    #expect(spans.map(\.scalarRange) == [0..<3, 3..<4, 4..<5, 4..<5, 5..<18])
  }
}

@Suite("Long pieces")
struct LongPieceTests {
  static let texts: [(name: String, unit: [UInt8])] = [
    ("one letter", [97]), ("two letters", [97, 98]), ("spaces", [32]), ("newlines", [10]),
    ("CJK", Array("中".utf8)), ("the", Array("the".utf8)),
  ]

  @Test("take work in proportion", arguments: texts.map(\.unit))
  func growsLinearly(_ unit: [UInt8]) throws {
    let tokenizer = try SmallVocabulary.tokenizer(pattern: nil)
    func work(_ length: Int) -> Int {
      let text = (0..<length).map { unit[$0 % unit.count] }
      return tokenizer.workOfEncoding(text)
    }
    let (small, large) = (work(20_000), work(200_000))
    #expect(small > 0)
    #expect(large < 12 * small, "\(small) steps become \(large)")
  }

  @Test("of letters at random take n log n")
  func growsOutOfOrder() throws {
    var learned = SmallVocabulary.learned([("b", "c"), ("x", "bc"), ("a", "b"), ("ab", "c")])
    var vocabulary = BytePairVocabulary(learned, pattern: nil)
    learned.merges.swapAt(0, 1)
    vocabulary.merging = .list(learned.merges)
    let tokenizer = try BytePairTokenizer(vocabulary)
    var generator = TestGenerator(seed: 8)
    func work(_ length: Int) -> Int {
      let text = (0..<length).map { _ in UInt8.random(in: 97...99, using: &generator) }
      return tokenizer.workOfEncoding(text)
    }
    let (small, large) = (work(20_000), work(200_000))
    #expect(large < 13 * small, "\(small) steps become \(large)")
  }

  @Test("agree with short ones")
  func agreesWithScanning() throws {
    // Pieces are cut where nothing merges, so that the parts' ids are those of the whole.
    let tokenizer = try SmallVocabulary.tokenizer(pattern: nil)
    var generator = TestGenerator(seed: 9)
    let letters = Array("aather".utf8)
    let words = (0..<500).map { _ in
      (0..<Int.random(in: 1...30, using: &generator)).map { _ in
        letters.randomElement(using: &generator) ?? 0
      } + [UInt8(ascii: ".")]
    }
    #expect(tokenizer.encode(words.flatMap(\.self)) == words.flatMap { tokenizer.encode($0) })
  }
}
