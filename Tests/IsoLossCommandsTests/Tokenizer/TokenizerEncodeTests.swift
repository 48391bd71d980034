import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("isoloss tokenizer encode and decode")
struct TokenizerEncodeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TrainedVocabulary.folder()
  }

  private func run(_ line: String, input: [UInt8] = []) -> CommandRun {
    let words = line.split(separator: " ").map(String.init)
    return CommandRun(["tokenizer"] + words, input: input, in: folder.path)
  }

  @Test(
    "ids are those of tokenizers",
    arguments: ["tok", "tok/tokenizer.json", "tok/vocabulary.json"]
  )
  func golden(_ vocabulary: String) {
    let lines = TokenizedText.all.map(\.line).joined()
    let run = run("encode --vocabulary \(vocabulary) --jsonl", input: Array(lines.utf8))
    #expect(run.code == .done && run.diagnostics == "")
    #expect(run.output == TokenizedText.all.map(\.answer).joined())
  }

  @Test("offsets are those of tokenizers, in bytes too", arguments: TokenizedText.all)
  func offsets(_ golden: TokenizedText) throws {
    let run = run("encode --vocabulary tok --jsonl --offsets", input: Array(golden.line.utf8))
    let json = try run.json()
    #expect(try json.value("ids") == .array(golden.ids.map { .integer($0) }))
    let scalars = golden.offsets.map { JSONValue.array($0.map { .integer($0) }) }
    #expect(try json.value("scalarOffsets") == .array(scalars))
    let bytes = try #require(try json.value("byteOffsets").array)
    #expect((bytes.first?[0]?.int ?? 0) == 0)
    #expect((bytes.last?[1]?.int ?? 0) == golden.text.utf8.count)
    for (left, right) in zip(bytes, bytes.dropFirst()) { #expect(left[1] == right[0]) }
  }

  @Test("every format holds the same ids and gives the text back, whatever the threads")
  func formats() throws {
    let text = try TrainedVocabulary.text
    // More than a portion of the reader.
    let long = (0..<150).flatMap { _ in text }
    try folder.write("long.txt", long)
    var first: [UInt32]?
    for format in ["text", "jsonl", "u16", "u32"] {
      for threads in [1, 3] {
        let encoded = run(
          "encode --vocabulary tok --format \(format) --threads \(threads) -o ids long.txt"
        )
        #expect(encoded.code == .done && encoded.output == "")
        let ids = try Self.ids(try folder.readBytes("ids"), format)
        #expect(first == nil || ids == first)
        first = ids
        let decoded = run("decode --vocabulary tok --format \(format) ids")
        #expect(decoded.bytes == long, "\(format)")
      }
    }
    let single = run("encode --vocabulary tok lighthouse.txt")
    #expect(single.output.split(separator: " ").count == TokenizedText.trainingTokenCount)
  }

  private static func ids(_ bytes: [UInt8], _ format: String) throws -> [UInt32] {
    switch format {
    case "u16":
      stride(from: 0, to: bytes.count, by: 2).map { UInt32(bytes[$0]) | UInt32(bytes[$0 + 1]) << 8 }
    case "u32":
      stride(from: 0, to: bytes.count, by: 4).map { start in
        (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
      }
    case "text":
      String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap {
        UInt32($0)
      }
    default:
      try JSONValue(parsing: bytes, name: "ids").value("ids").array?.compactMap {
        $0.int.map { UInt32($0) }
      } ?? []
    }
  }

  @Test("bytes that are no text come back, in lines of their own too")
  func anyBytes() {
    let bytes = (UInt8.min...UInt8.max).map(\.self) + [0xE2, 0x96, 0x0A, 0xF0, 0x9F]
    let encoded = run("encode --vocabulary tok", input: bytes)
    #expect(run("decode --vocabulary tok", input: encoded.bytes).bytes == bytes)
    let line = Array("{\"base64\":\"\(Base64.encode(bytes[...]))\"}\n{\"text\":\"é\\n\"}\n".utf8)
    let ids = run("encode --vocabulary tok --jsonl", input: line)
    let back = run("decode --vocabulary tok --jsonl", input: ids.bytes)
    #expect(back.bytes == line)
    #expect(run("encode --vocabulary byte", input: [104, 105, 255]).output == "104 105 255\n")
  }

  @Test("half a vocabulary finds the other half beside it")
  func halves() throws {
    let bytes = try folder.readBytes("tok/tokenizer.json")
    let json = try JSONValue(parsing: bytes, name: "tokenizer.json")
    try folder.write("own-vocab.json", try json.value("model.vocab").serialized(.compact))
    let merges = try #require(try json.value("model.merges").array).map { merge in
      merge.string ?? "\(merge[0]?.string ?? "") \(merge[1]?.string ?? "")"
    }
    try folder.write("own-merges.txt", "#version: 0.2\n" + merges.map { $0 + "\n" }.joined())
    let whole = run("encode --vocabulary tok lighthouse.txt")
    for words in ["own-vocab.json", "own-merges.txt", "own-vocab.json --merges own-merges.txt"] {
      let run = run("encode --vocabulary \(words) lighthouse.txt")
      #expect(run.output == whole.output && run.diagnostics == "", "\(words)")
    }
    let compared = run("compare --vocabulary tok --vocabulary own-merges.txt lighthouse.txt")
    #expect(compared.output.hasSuffix("cut the text into the same tokens\n"))
    try folder.write("alone.json", try json.value("model.vocab").serialized(.compact))
    #expect(
      run("encode --vocabulary alone.json").diagnostics
        == "error: alone.json: is half a vocabulary: give the merges as well, usually vocab.bpe or"
        + " merges.txt\n"
    )
  }

  @Test("surrogates pair up, and half a pair is U+FFFD")
  func surrogates() {
    let escaped = [#"\ud83d\ude42"#, #"\ud83d"#, #"\ude42\ud83d"#, #"\ud83d\u0041"#, #"\ud83dA"#]
    let meant = ["🙂", "\u{FFFD}", "\u{FFFD}\u{FFFD}", "\u{FFFD}A", "\u{FFFD}A"]
    func ids(_ texts: [String]) -> String {
      let lines = texts.map { "{\"text\":\"\($0)\"}\n" }.joined()
      return run("encode --vocabulary tok --jsonl", input: Array(lines.utf8)).output
    }
    #expect(ids(escaped) == ids(meant))
    #expect(ids(escaped).split(separator: "\n").count == escaped.count)
  }

  @Test("special tokens are text, unless asked for")
  func special() throws {
    let text = Array("a<|endoftext|>b".utf8)
    let plain = run("encode --vocabulary tok", input: text)
    #expect(run("encode --vocabulary tok --special text", input: text).output == plain.output)
    #expect(!plain.output.split(separator: " ").contains("0"))
    let allowed = run("encode --vocabulary tok --special allow", input: text)
    #expect(allowed.output == "65 0 66\n")
    #expect(run("decode --vocabulary tok", input: allowed.bytes).bytes == text)
    let forbidden = run("encode --vocabulary tok --special forbid -o out", input: text)
    #expect(forbidden.code == .unusable)
    #expect(
      forbidden.diagnostics
        == "error: standard input: byte 1 begins the special token `<|endoftext|>`, and special tokens"
        + " are forbidden\n"
    )
    #expect(throws: (any Error).self) { try folder.readBytes("out") }
  }

  @Test("a document is a file, and may be ended")
  func documents() throws {
    try folder.write("a.txt", "ab")
    try folder.write("b.txt", "")
    #expect(run("encode --vocabulary tok a.txt b.txt a.txt").output == "65 66\n\n65 66\n")
    #expect(run("encode --vocabulary tok --end-of-text a.txt b.txt").output == "65 66 0\n0\n")
    try folder.write("two.jsonl", "{\"text\":\"ab\"}\r\n{\"id\":7,\"text\":\"a\"}")
    let packed = run("encode --vocabulary tok --jsonl --format u16 --end-of-text two.jsonl")
    #expect(packed.bytes == [65, 0, 66, 0, 0, 0, 65, 0, 0, 0])
    let offsets = run("encode --vocabulary tok --format jsonl --offsets a.txt")
    #expect(
      offsets.output
        == "{\"ids\":[65,66],\"byteOffsets\":[[0,1],[1,2]],\"scalarOffsets\":[[0,1],[1,2]]}\n"
    )
  }

  @Test("a reader that has seen enough ends the command quietly")
  func brokenPipe() {
    for line in ["encode --vocabulary tok lighthouse.txt", "count --vocabulary tok lighthouse.txt"]
    {
      let words = ["tokenizer"] + line.split(separator: " ").map(String.init)
      let run = CommandRun(words, in: folder.path) { $0.output = ClosedPipe() }
      #expect(run.code == .done && run.diagnostics == "")
    }
  }
}

/// The texts of the shared golden ids, as lines of JSON, and the answers under each vocabulary.
struct SharedGolden: Sendable {
  var lines: [String] = []

  /// By vocabulary, an answer a line; of long texts only the number of ids.
  var answers: [String: [Answer]] = [:]

  /// What is known of the ids of a text.
  enum Answer: Hashable {
    case ids(JSONValue)
    case count(Int)

    /// Whether a line holds these ids.
    func matches(_ line: some StringProtocol) throws -> Bool {
      let found = try JSONValue(parsing: Array(line.utf8), name: "answer").value("ids")
      return switch self {
      case .ids(let ids): found == ids
      case .count(let count): found.array?.count == count
      }
    }
  }

  init() throws {
    var source = try FileSource(path: TestFiles.shared("data/tokenizers/golden.jsonl"))
    let bytes = try source.readAll(limit: 1 << 26)
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      let json = try JSONValue(parsing: Array(line), name: "golden.jsonl:\(number + 1)")
      lines.append(try Self.line(json))
      // Bytes that are no text have the ids that tiktoken gives for bytes.
      let ids = try #require((json["ids"] ?? json["ids_bytes_tiktoken"])?.object)
      for member in ids.members {
        let count = member.value["n"]?.int
        answers[member.key, default: []].append(count.map { .count($0) } ?? .ids(member.value))
      }
    }
  }

  /// The line that a program would send.
  private static func line(_ json: JSONValue) throws -> String {
    if let encoded = json["b64"]?.string { return "{\"base64\":\"\(encoded)\"}\n" }
    if let units = json["utf16"]?.array {
      let escapes = units.compactMap(\.int).map { "\\u" + String($0, radix: 16) }
      return "{\"text\":\"\(escapes.joined())\"}\n"
    }
    var text = json["text"]?.string
    if let unit = json["repeat"]?[0]?.string, let count = json["repeat"]?[1]?.int {
      text = String(repeating: unit, count: count)
    }
    let object: JSONObject = ["text": .string(try #require(text))]
    return JSONValue.object(object).serialized(.compact) + "\n"
  }
}

@Suite(
  "Golden ids through isoloss tokenizer encode",
  .enabled(
    if: TestFiles.hasShared("data/tokenizers/golden.jsonl"),
    "needs data/tokenizers of the shared folder"
  )
)
struct SharedGoldenTests {
  @Test(
    "every line under every vocabulary",
    arguments: [
      ("gpt2", "gpt2.tiktoken"), ("cl100k", "cl100k_base.tiktoken"),
      ("o200k", "o200k_base.tiktoken"), ("qwen2", "qwen.tiktoken"),
      ("gpt2", "gpt2_tokenizer.json"), ("gpt2", "ggml-vocab-gpt-2.gguf"),
      ("gpt2", "gpt2_encoder.json --merges gpt2_vocab.bpe"),
    ]
  )
  func everyLine(_ name: String, _ vocabulary: String) throws {
    let golden = try SharedGolden()
    let run = CommandRun(
      ["tokenizer", "encode", "--jsonl", "--vocabulary"]
        + vocabulary.split(separator: " ").map(String.init),
      input: Array(golden.lines.joined().utf8),
      in: TestFiles.shared("data/tokenizers")
    )
    #expect(run.code == .done && run.diagnostics == "")
    let lines = run.output.split(separator: "\n")
    let answers = try #require(golden.answers[name])
    #expect(lines.count == 382 && answers.count == 382)
    for (number, (line, answer)) in zip(lines, answers).enumerated() {
      #expect(try answer.matches(line), "line \(number + 1)")
    }
  }
}
