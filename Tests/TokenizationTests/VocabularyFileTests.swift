import FileFormats
import Testing
import Tokenization

@Suite("Vocabulary files")
struct VocabularyFileTests {
  static let text = Array("the and then <|endoftext|> there in another place  \n12345".utf8)

  @Test("of ranks imply the merges", arguments: SplitPattern.allCases)
  func ranks(_ pattern: SplitPattern) throws {
    let file = SmallVocabulary.rankFile(["th", "the", " the", "an", "nd", "and", "zzz"])
    let vocabulary = try BytePairVocabulary(
      rankFile: Array(file.utf8),
      name: "file",
      pattern: pattern
    )
    // `and` is `an` and `d`, since `an` ranks before `nd`; nothing merges to `zzz`.
    let merges = try vocabulary.listedMerges()
    let parts = merges.map { merge in
      [merge.left, merge.right].map { String(decoding: vocabulary.bytes(of: $0), as: UTF8.self) }
    }
    #expect(
      parts == [["t", "h"], ["th", "e"], [" ", "the"], ["a", "n"], ["n", "d"], ["an", "d"]]
    )
    let tokenizer = try BytePairTokenizer(vocabulary)
    let ids = tokenizer.encode("zzz and")
    #expect(ids.first == 262)
    #expect(tokenizer.decode(ids) == Array("zzz and".utf8))
  }

  @Test("in any order of ranks are the same")
  func ranksInAnyOrder() throws {
    let file = SmallVocabulary.rankFile(["th", "the"])
    let shuffled = file.split(separator: "\n").reversed().joined(separator: "\r\n")
    let first = try BytePairVocabulary(rankFile: Array(file.utf8), name: "", pattern: .gpt2)
    let second = try BytePairVocabulary(rankFile: Array(shuffled.utf8), name: "", pattern: .gpt2)
    #expect(first == second)
  }

  @Test("written as tokenizer.json are read back to the same ids", arguments: SplitPattern.allCases)
  func tokenizerJSON(_ pattern: SplitPattern) throws {
    var vocabulary = BytePairVocabulary(SmallVocabulary.english, pattern: pattern)
    vocabulary.normalization = pattern == .qwen2 ? .formC : .none
    let written = try vocabulary.tokenizerJSON()
    let read = try BytePairVocabulary(recognizing: Array(written.utf8), name: "file")
    #expect(read == vocabulary)
    let ids = try BytePairTokenizer(vocabulary).encode(Self.text)
    #expect(try BytePairTokenizer(read).encode(Self.text) == ids)
  }

  @Test("of our own are read back")
  func native() throws {
    var vocabulary = BytePairVocabulary(SmallVocabulary.english, pattern: .o200k)
    vocabulary.addsPrefixSpace = true
    vocabulary.spacing = BytePairVocabulary.Spacing(prefix: .first, cutsAtEachSpace: true)
    vocabulary.unknownToken = 0
    vocabulary.unspelledTokens = [1, 2]
    let hash = ContentHash(of: [1, 2, 3])
    let file = VocabularyFile(vocabulary, tieRule: "smallest ids", corpusHash: hash)
    #expect(try VocabularyFile(Array(file.text.utf8), name: "file") == file)
    let ranks = try BytePairVocabulary(
      rankFile: Array(SmallVocabulary.rankFile(["th"]).utf8),
      name: "",
      pattern: .llama3,
      specialTokens: [BytePairVocabulary.AddedToken(id: 300, text: Array("<x>".utf8))]
    )
    let text = VocabularyFile(ranks).text
    #expect(try BytePairVocabulary(recognizing: Array(text.utf8), name: "file") == ranks)
  }

  @Test("with SentencePiece's signs are encoded by characters")
  func sentencePiece() throws {
    let json = #"""
      {"added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
       "normalizer": {"type": "Sequence", "normalizers": [
         {"type": "Prepend", "prepend": "▁"},
         {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
       "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
         "vocab": {"<unk>": 0, "<0xC3>": 1, "<0xA9>": 2, "▁": 3, "a": 4, "b": 5, "▁a": 6, "▁ab": 7,
           "▁▁": 8},
         "merges": [["▁", "a"], ["▁a", "b"], ["▁", "▁"]]}}
      """#
    let vocabulary = try BytePairVocabulary(tokenizerJSON: Array(json.utf8), name: "file")
    let tokenizer = try BytePairTokenizer(vocabulary)
    let text = Array("ab é  ab".utf8)
    let ids = tokenizer.encode(text)
    // The two bytes of the accented letter have tokens; of the spaces the last goes to the word.
    #expect(ids == [7, 3, 1, 2, 3, 7])
    #expect(tokenizer.decode(ids) == text)
    #expect(
      try tokenizer.spans(text).map(\.byteRange) == [0..<2, 2..<3, 3..<4, 4..<5, 5..<6, 6..<9]
    )
    // A letter without tokens for its bytes is unknown, and so are several as one.
    #expect(tokenizer.encode("xyab") == [3, 0, 4, 5])
    #expect(
      try tokenizer.spans(Array("xyab".utf8)).map(\.byteRange) == [0..<0, 0..<2, 2..<3, 3..<4]
    )
    #expect(tokenizer.byteLength(of: 7) == 3)
    #expect(tokenizer.byteLength(of: 1) == 1)
  }

  @Test("are known by what they hold")
  func formats() throws {
    let cases: [(String, VocabularyFormat?)] = [
      ("IQ== 0\n", .ranks), ("#version: 0.2\nt h\n", .merges), ("t h\nth e\n", .merges),
      (#"{"a": 0}"#, .tokenIDs), (#"{"version": "1.0"}"#, .tokenizerJSON),
      (#" {"schema": "x"}"#, .native), ("GGUF", .gguf), ("\n\u{0C}\n\u{05}<unk>", .sentencePiece),
      ("", nil), ("one two three\n", nil), ("# Title\n\nA text.\n", nil), ("# A\n\ntext\n", nil),
      ("#versions\n", nil), ("two words\nare here\n", nil), ("a b\nc\n", nil), ("a b", .merges),
      ("\u{120} t\r\nh e\r\n", .merges), ("i n\nin g\nt h\nh e\ntext that follows\n", .merges),
    ]
    for (text, format) in cases {
      #expect(VocabularyFormat(recognizing: Array(text.utf8)) == format, "\(text)")
    }
  }
}

@Suite("Token usage")
struct TokenUsageTests {
  @Test("counts tokens and bytes")
  func counts() {
    var usage = TokenUsage(tokenCount: 4)
    #expect(usage.bytesPerToken == nil)
    usage.add([1, 1, 3], byteCount: 6)
    #expect(usage.bytesPerToken == 2)
    #expect(usage.usedTokenCount == 2)
    #expect(usage.unusedTokens == [0, 2])
  }
}
