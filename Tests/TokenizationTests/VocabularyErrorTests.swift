import FileFormats
import Testing
import Tokenization

/// A file that is no vocabulary, and what is said of it.
struct BadVocabulary: Sendable, CustomTestStringConvertible {
  var name: String
  var content: String
  var message: String

  var testDescription: String { name }

  private static let ranks = SmallVocabulary.rankFile([])

  static let rankFiles = [
    Self(name: "nothing", content: "", message: "file: expected a vocabulary, found nothing"),
    Self(
      name: "blank lines",
      content: "\n\n",
      message: "file: expected a vocabulary, found nothing"
    ),
    Self(
      name: "no base64",
      content: "IQ== 0\nI*== 1\n",
      message: "file:2: expected a token in base64, found `I*==`"
    ),
    Self(
      name: "base64 cut short",
      content: "IQ== 0\nIg= 1\n",
      message: "file:2: expected a token in base64, found `Ig=`"
    ),
    Self(
      name: "base64 with bits too many",
      content: "IR== 0\n",
      message: "file:1: expected a token in base64, found `IR==`"
    ),
    Self(
      name: "no rank",
      content: "IQ== 0\nIg==\n",
      message: "file:2: expected a space and a rank, found the end of a word"
    ),
    Self(
      name: "truncated",
      content: "IQ== 0\nIg== ",
      message: "file:2: expected a rank, found the end of the file"
    ),
    Self(
      name: "a rank that is no number",
      content: "IQ== 0\nIg== 1x\n",
      message: "file:2: expected the line's end after the rank, found `x`"
    ),
    Self(
      name: "a rank twice",
      content: "IQ== 0\nIg== 1\nIw== 1\n",
      message: "file:3: rank 1 occurs twice, first on line 2"
    ),
    Self(
      name: "a gap",
      content: "IQ== 0\nIg== 2\n",
      message: "file: no token has the id 1, although later ones are taken"
    ),
    Self(
      name: "a rank beyond all bounds",
      content: "IQ== 0\nIg== 99999999999999999999\n",
      message: "file:2: more than 2097151 tokens or merges"
    ),
  ]

  static let tokenizers = [
    Self(
      name: "no JSON",
      content: #"{"model": {"type": "BPE", }}"#,
      message: "file:1:27: expected a key in double quotes, found `}`"
    ),
    Self(
      name: "another model",
      content: #"{"model": {"type": "Unigram", "vocab": []}}"#,
      message: "file: `model.type`: the model `Unigram` is not supported"
    ),
    Self(
      name: "no tokens",
      content: #"{"model": {"type": "BPE", "merges": []}}"#,
      message: "file: `model.vocab`: expected the tokens of a BPE model, found none"
    ),
    Self(
      name: "an id that is no number",
      content: #"{"model": {"vocab": {"a": "1"}}}"#,
      message: "file:1:27: expected a whole number, found `\"`"
    ),
    Self(
      name: "an id below 0",
      content: #"{"model": {"vocab": {"a": -1}, "merges": []}}"#,
      message: "file: `model.vocab`: expected an id from 0 on, found -1"
    ),
    Self(
      name: "an id twice",
      content: #"{"model": {"vocab": {"a": 0, "b": 0}, "merges": []}}"#,
      message: "file: `model.vocab`: the id 0 belongs to two tokens, `a` and `b`"
    ),
    Self(
      name: "an id far beyond the others",
      content: #"{"model": {"vocab": {"a": 0, "b": 2000000}, "merges": []}}"#,
      message: "file: `model.vocab`: no token has the id 1, although later ones are taken"
    ),
    Self(
      name: "an added token far beyond the others",
      content: #"{"model": {"vocab": {"a": 0}, "merges": []}, "added_tokens": "#
        + #"[{"id": 2000000, "content": "x"}]}"#,
      message: "file: `added_tokens`: no token has the id 1, although later ones are taken"
    ),
    Self(
      name: "a merge of an unknown token",
      content: #"{"model": {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b", "ab c"]}}"#,
      message:
        "file: `model.merges[1]`: merge 1 names `c`, which is no token of the vocabulary"
    ),
    Self(
      name: "a merge to an unknown token",
      content: #"{"model": {"vocab": {"a": 0, "b": 1}, "merges": [["a", "b"]]}}"#,
      message:
        "file: `model.merges[0]`: merge 0 names `ab`, which is no token of the vocabulary"
    ),
    Self(
      name: "a merge of three",
      content: #"{"model": {"vocab": {"a": 0}, "merges": ["a a a"]}}"#,
      message:
        "file:1:49: expected a merge of two tokens, found one that ends here with more or fewer"
    ),
    Self(
      name: "an unknown pattern",
      content: ##"{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": "##
        + ##"{"type": "Split", "pattern": {"Regex": "\\d+"}, "behavior": "Isolated"}}"##,
      message:
        ##"file: `pre_tokenizer.pattern`: the pattern `\d+` is none of those supported: "##
        + "gpt2, cl100k, o200k, llama3, qwen2"
    ),
    Self(
      name: "an unknown pre-tokenizer",
      content: #"{"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": "#
        + #"{"type": "Sequence", "pretokenizers": [{"type": "Digits"}]}}"#,
      message:
        "file: `pre_tokenizer.pretokenizers[0]`: the pre-tokenizer `Digits` is not supported"
    ),
    Self(
      name: "an unknown normalizer",
      content: #"{"model": {"vocab": {"a": 0}, "merges": []}, "normalizer": {"type": "NFKC"}}"#,
      message: "file: `normalizer`: the normalizer `NFKC` is not supported"
    ),
    Self(
      name: "deep brackets",
      content: #"{"model": {"vocab": {"a": 0}}, "x": "# + String(repeating: "[", count: 10_000),
      message: "file:1:549: more than 512 arrays and objects inside each other"
    ),
  ]

  static let others = [
    Self(
      name: "half a vocabulary",
      content: "#version: 0.2\na b\n",
      message: "file: is half a vocabulary: give the tokens' ids as well, usually encoder.json or "
        + "vocab.json"
    ),
    Self(
      name: "ids alone",
      content: #"{"a": 0}"#,
      message:
        "file: is half a vocabulary: give the merges as well, usually vocab.bpe or merges.txt"
    ),
    Self(
      name: "prose",
      content: "It was a dark night.\n",
      message: "file: expected a vocabulary (ranks, tokenizer.json, vocab.bpe, GGUF, "
        + "SentencePiece), found none"
    ),
    Self(
      name: "gzip",
      content: "\u{1F}\u{8B}",
      message: "file: expected a vocabulary (ranks, tokenizer.json, vocab.bpe, GGUF, "
        + "SentencePiece), found none"
    ),
    Self(
      name: "ranks without a pattern",
      content: "IQ== 0\n",
      message: "file: the file does not say how text is cut into pieces; name a pattern: "
        + "gpt2, cl100k, o200k, llama3, qwen2"
    ),
    Self(
      name: "our own of a later version",
      content: #"{"schema": "isoloss.vocabulary", "schemaVersion": 2}"#,
      message: "file: `schemaVersion`: expected 1, found `2`"
    ),
    Self(
      name: "our own with an id beyond",
      content: ##"{"schema":"isoloss.vocabulary","schemaVersion":1,"unicodeVersion":"16.0","##
        + ##""pattern":null,"normalizer":null,"tieRule":null,"corpusHash":null,"##
        + ##""merging":"list","tokens":["YQ=="],"merges":[[0,1,0]],"addedTokens":[]}"##,
      message: "file: `merges[0]`: the id 1 is beyond the vocabulary of 1 tokens"
    ),
  ]
}

@Suite("Vocabularies that are none")
struct VocabularyErrorTests {
  @Test("rank files", arguments: BadVocabulary.rankFiles)
  func rankFiles(_ bad: BadVocabulary) {
    let error = #expect(throws: VocabularyError.self) {
      try BytePairVocabulary(rankFile: Array(bad.content.utf8), name: "file", pattern: .gpt2)
    }
    #expect(error?.description == bad.message)
  }

  @Test("tokenizer.json", arguments: BadVocabulary.tokenizers)
  func tokenizers(_ bad: BadVocabulary) {
    let error = #expect(throws: VocabularyError.self) {
      try BytePairVocabulary(tokenizerJSON: Array(bad.content.utf8), name: "file")
    }
    #expect(error?.description == bad.message)
  }

  @Test("files of any kind", arguments: BadVocabulary.others)
  func others(_ bad: BadVocabulary) {
    let error = #expect(throws: VocabularyError.self) {
      try BytePairVocabulary(recognizing: Array(bad.content.utf8), name: "file")
    }
    #expect(error?.description == bad.message)
  }

  @Test("merges with a wrong line")
  func merges() {
    let tokens = Array(#"{"a": 0, "b": 1, "ab": 2}"#.utf8)
    let error = #expect(throws: VocabularyError.self) {
      try BytePairVocabulary(
        merges: Array("#version: 0.2\na b\nab\n".utf8),
        tokens: tokens,
        mergesName: "vocab.bpe",
        tokensName: "encoder.json"
      )
    }
    #expect(
      error?.description
        == "vocab.bpe:3: expected two tokens with a space between them, found `ab`"
    )
  }

  @Test("a byte that no token is")
  func missingByte() throws {
    let vocabulary = try BytePairVocabulary(
      rankFile: Array("IQ== 0\n".utf8),
      name: "file",
      pattern: .gpt2
    )
    let error = #expect(throws: VocabularyError.Reason.self) { try BytePairTokenizer(vocabulary) }
    #expect(error == .missingByte(0))
  }

  @Test("a token twice")
  func duplicateToken() throws {
    let vocabulary = try BytePairVocabulary(
      rankFile: Array(SmallVocabulary.rankFile(["th", "th"]).utf8),
      name: "file",
      pattern: .gpt2
    )
    let error = #expect(throws: VocabularyError.Reason.self) { try BytePairTokenizer(vocabulary) }
    #expect(error?.description == "the token `th` occurs twice, as 256 and as 257")
  }

  @Test("a merge to other bytes than those of its tokens")
  func wrongMerge() throws {
    let vocabulary = BytePairVocabulary(SmallVocabulary.english, pattern: .gpt2)
    let text = VocabularyFile(vocabulary).text
    // The second merge makes `the` of `th` and `e`; the first one `th`.
    let wrong = text.replacing(",258],[", with: ",257],[")
    #expect(wrong != text)
    let read = try BytePairVocabulary(native: Array(wrong.utf8), name: "file")
    let error = #expect(throws: VocabularyError.Reason.self) { try BytePairTokenizer(read) }
    #expect(error?.description == "merge 1 makes `th` of `th` and `e`")
    // A token that is added in the place of another takes what the merge made.
    var added = vocabulary
    added.unspelledTokens = []
    let json = try added.tokenizerJSON().replacing("\"id\": 0,", with: "\"id\": 257,")
    let replaced = try BytePairVocabulary(tokenizerJSON: Array(json.utf8), name: "file")
    let second = #expect(throws: VocabularyError.Reason.self) { try BytePairTokenizer(replaced) }
    #expect(second?.description == "merge 0 makes `<|endoftext|>` of `t` and `h`")
  }

  @Test("an unsupported SentencePiece model")
  func sentencePiece() {
    // A piece, and a trainer's specification without a type, which then is unigram.
    let piece: [UInt8] = [0x0A, 0x03, 0x0A, 0x01, 0x61]
    for (bytes, message) in [
      (piece, "file: the model type `unigram` is not supported"),
      (
        [0x0A, 0x05, 0x0A, 0x01, 0x61],
        "file: byte 2: the file ends early: 5 bytes are announced, 3 are left"
      ),
      (
        piece + [0x12, 0x02, 0x18, 0x02],
        "file: the normalizer option `remove_extra_whitespaces` is not supported"
      ),
    ] {
      let error = #expect(throws: VocabularyError.self) {
        try BytePairVocabulary(sentencePiece: bytes, name: "file")
      }
      #expect(error?.description == message)
    }
  }

  @Test("any piece of a file fails or loads, and takes no more memory than it is long")
  func truncated() throws {
    let text = try BytePairVocabulary(SmallVocabulary.english, pattern: .qwen2).tokenizerJSON()
    let bytes = Array(text.utf8)
    for end in stride(from: 0, to: bytes.count - 2, by: 97) {
      #expect(throws: VocabularyError.self) {
        try BytePairVocabulary(tokenizerJSON: Array(bytes[..<end]), name: "file")
      }
    }
  }
}
