import FileFormats
import TestSupport
import Testing
import Tokenization

/// A published vocabulary beside the package.
enum PublishedVocabulary: String, CaseIterable, Sendable {
  case gpt2, cl100k, o200k, qwen2

  var path: String {
    switch self {
    case .gpt2: "data/tokenizers/gpt2.tiktoken"
    case .cl100k: "data/tokenizers/cl100k_base.tiktoken"
    case .o200k: "data/tokenizers/o200k_base.tiktoken"
    case .qwen2: "data/tokenizers/qwen.tiktoken"
    }
  }

  static var arePresent: Bool {
    allCases.allSatisfy { TestFiles.hasShared($0.path) }
      && TestFiles.hasShared("data/tokenizers/golden.jsonl")
  }

  func tokenizer() throws -> BytePairTokenizer {
    try BytePairTokenizer(
      BytePairVocabulary(recognizing: sharedBytes(path), name: rawValue)
    )
  }
}

/// A file of the shared folder.
func sharedBytes(_ path: String) throws -> [UInt8] {
  var source: any ByteSource = try FileSource(path: TestFiles.shared(path))
  return try source.readAll(limit: 1 << 28)
}

/// A line of `golden.jsonl`: a text, and the ids that tiktoken and tokenizers agree on or, for bytes
/// that are no text, those of tiktoken.
private struct GoldenLine {
  let json: JSONValue

  var number: Int { json["id"]?.int ?? -1 }

  var text: [UInt8]? {
    if let text = json["text"]?.string { return Array(text.utf8) }
    if let unit = json["repeat"]?[0]?.string, let count = json["repeat"]?[1]?.int {
      return Array(String(repeating: unit, count: count).utf8)
    }
    return json["b64"]?.string.flatMap { Base64.decode(Array($0.utf8)) }
  }

  func ids(_ name: String) -> JSONValue? { (json["ids"] ?? json["ids_bytes_tiktoken"])?[name] }

  /// Whether ids are those of the line: as a list or, for long ones, as count and CRC-32.
  func matches(_ ids: [TokenID], _ name: String) -> Bool {
    guard let golden = self.ids(name) else { return false }
    if let list = golden.array { return list.map(\.int) == ids.map { Int($0) } }
    let text = Array(ids.map(String.init).joined(separator: ",").utf8)
    return golden["n"]?.int == ids.count && golden["crc32"]?.int == Int(crc32(text))
  }
}

/// The checksum of zlib.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var state = UInt32.max
  for byte in bytes {
    state ^= UInt32(byte)
    for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
  }
  return ~state
}

@Suite("Golden tokens")
struct GoldenTokenTests {
  @Test(
    "are those of tiktoken and tokenizers",
    .enabled(if: PublishedVocabulary.arePresent, "needs data/tokenizers of the shared folder"),
    arguments: PublishedVocabulary.allCases
  )
  func matchesPeers(_ vocabulary: PublishedVocabulary) throws {
    let tokenizer = try vocabulary.tokenizer()
    #expect(tokenizer.isMonotone)
    var count = 0
    for line in try sharedBytes("data/tokenizers/golden.jsonl").split(separator: 0x0A) {
      let golden = GoldenLine(json: try JSONValue(parsing: Array(line), name: "golden.jsonl"))
      guard let text = golden.text else { continue }
      let ids = tokenizer.encode(text)
      #expect(golden.matches(ids, vocabulary.rawValue), "line \(golden.number)")
      #expect(tokenizer.decode(ids) == tokenizer.normalized(text), "line \(golden.number)")
      #expect(tokenizer.count(text) == ids.count)
      count += 1
    }
    #expect(count == 380)
  }

  @Test(
    "are those of the vectors beside GGUF vocabularies",
    .enabled(
      if: TestFiles.hasShared("data/tokenizers/ggml-vocab-gpt-2.gguf.inp"),
      "needs data/tokenizers of the shared folder"
    ),
    arguments: [("gpt-2", PublishedVocabulary.gpt2), ("qwen2", .qwen2)]
  )
  func matchesVectors(_ name: String, _ vocabulary: PublishedVocabulary) throws {
    let path = "data/tokenizers/ggml-vocab-\(name).gguf"
    let separator = "\n__ggml_vocab_test__\n"
    let texts = String(decoding: try sharedBytes("\(path).inp"), as: UTF8.self)
      .split(separator: separator, omittingEmptySubsequences: false)
    let lines = String(decoding: try sharedBytes("\(path).out"), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let tokenizer = try vocabulary.tokenizer()
    #expect(texts.count >= 46)
    for (text, line) in zip(texts, lines) {
      let ids = line.split(separator: " ").compactMap { TokenID($0) }
      #expect(tokenizer.encode(String(text)) == ids, "\(text.debugDescription)")
    }
  }

  @Test(
    "are the same from every kind of file",
    .enabled(
      if: TestFiles.hasShared("data/tokenizers/gpt2_tokenizer.json"),
      "needs data/tokenizers of the shared folder"
    )
  )
  func loadersAgree() throws {
    let folder = "data/tokenizers"
    let ranks = try PublishedVocabulary.gpt2.tokenizer()
    let json = try sharedBytes("\(folder)/gpt2_tokenizer.json")
    let gguf = try sharedBytes("\(folder)/ggml-vocab-gpt-2.gguf")
    let others = try [
      BytePairVocabulary(recognizing: json, name: "gpt2_tokenizer.json"),
      BytePairVocabulary(recognizing: gguf, name: "ggml-vocab-gpt-2.gguf"),
      BytePairVocabulary(
        merges: sharedBytes("\(folder)/gpt2_vocab.bpe"),
        tokens: sharedBytes("\(folder)/gpt2_encoder.json"),
        mergesName: "gpt2_vocab.bpe",
        tokensName: "gpt2_encoder.json"
      ),
      BytePairVocabulary(
        tokenizerJSON: Array(ranks.vocabulary.tokenizerJSON().utf8),
        name: "written"
      ),
      BytePairVocabulary(native: Array(VocabularyFile(ranks.vocabulary).text.utf8), name: "native"),
    ]
    let text =
      try sharedBytes("data/corpora/tinyshakespeare.txt").prefix(200_000)
      + sharedBytes("data/corpora/bible.coptic-nt.txt").prefix(50_000)
    let expected = ranks.encode(Array(text))
    for vocabulary in others {
      #expect(vocabulary.tokenCount == 50257)
      #expect(vocabulary.specialTokens == [50256])
      #expect(vocabulary.endOfText == 50256)
      #expect(vocabulary.pattern == .gpt2)
      #expect(try BytePairTokenizer(vocabulary).encode(Array(text)) == expected)
    }
  }
}
