import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// The commands under vocabularies of characters and of words.
@Suite("isoloss tokenizer with characters and words")
struct UnitVocabularyTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("lighthouse.txt", TrainedVocabulary.text)
    try folder.write("lines.txt", "the lamp turns\n\nthe keeper counts\n")
    try folder.write("bytes.txt", Array("lamp\n".utf8) + [0xFF, 0xFE, 0x20, 0xE2, 0x82])
    for (text, unit) in [("lighthouse", "character"), ("lines", "word"), ("bytes", "character")] {
      let run = CommandRun(
        ["tokenizer", "train", "\(text).txt", "--unit", unit, "-o", "\(text)-\(unit)"],
        in: folder.path
      )
      try #require(run.code == .done, "\(run.diagnostics)")
    }
  }

  private func run(_ line: String, input: [UInt8] = []) -> CommandRun {
    let words = ["tokenizer"] + line.split(separator: " ").map(String.init)
    return CommandRun(words, input: input, in: folder.path)
  }

  // MARK: Encode and decode

  @Test(
    "every format gives a text back, and another vocabulary does not matter",
    arguments: [
      ("lighthouse.txt", "lighthouse-character"), ("bytes.txt", "bytes-character"),
      ("lines.txt", "lines-word"), ("lines.txt", "lines-word/vocabulary.json"),
    ]
  )
  func formats(_ text: String, _ vocabulary: String) throws {
    let bytes = try folder.readBytes(text)
    for format in ["text", "jsonl", "u16", "u32"] {
      for threads in [1, 3] {
        let encoded = run(
          "encode --vocabulary \(vocabulary) --format \(format) --threads \(threads) \(text)"
        )
        #expect(encoded.code == .done && encoded.diagnostics == "")
        let decoded = run(
          "decode --vocabulary \(vocabulary) --format \(format)",
          input: encoded.bytes
        )
        #expect(decoded.bytes == bytes && decoded.diagnostics == "", "\(format)")
      }
    }
  }

  @Test("words drop white space, and an unknown one is U+FFFD with a warning")
  func unknown() {
    let encoded = run("encode --vocabulary lines-word", input: Array("the  lamp\tburns\r\n".utf8))
    #expect(encoded.output == "1 4 6 0\n")
    let warning =
      "standard input`: 1 (25 %) of 4 tokens unknown to the vocabulary: id 6, which decodes"
    #expect(
      encoded.diagnostics == "warning: `\(warning) to `\u{FFFD}` [unknown-tokens]\n",
      "\(encoded.diagnostics)"
    )
    let decoded = run("decode --vocabulary lines-word", input: encoded.bytes)
    #expect(decoded.output == "the lamp \u{FFFD}\n" && decoded.diagnostics == encoded.diagnostics)
    let known = run("encode --vocabulary lines-word lines.txt")
    #expect(known.output == "1 4 5 0 0 1 3 2 0\n")
  }

  @Test("lines of JSON hold any text, with places")
  func lines() throws {
    let line = Array("{\"base64\":\"\(Base64.encode([0xFF, 0xFE, 0x20, 0x6C]))\"}\n".utf8)
    let ids = run("encode --vocabulary bytes-character --jsonl", input: line)
    #expect(ids.output == "{\"ids\":[7,1,3]}\n")
    #expect(run("decode --vocabulary bytes-character --jsonl", input: ids.bytes).bytes == line)
    let offsets = run(
      "encode --vocabulary lines-word --jsonl --offsets",
      input: Array("{\"text\":\"é  lamp\"}\n".utf8)
    )
    #expect(
      offsets.output
        == "{\"ids\":[6,4],\"byteOffsets\":[[0,2],[4,8]],\"scalarOffsets\":[[0,1],[3,7]]}\n"
    )
    #expect(offsets.diagnostics.contains("1 (50 %) of 2 tokens unknown"))
  }

  @Test(
    "what characters and words cannot do is an error",
    arguments: [
      (
        "encode --vocabulary lines-word --special allow",
        "`--special allow`: `lines-word` holds words and no special tokens"
      ),
      (
        "inspect lines-word --text a --special forbid",
        "`--special forbid`: `lines-word` holds words and no special tokens"
      ),
      (
        "encode --vocabulary lines-word --end-of-text",
        "`--end-of-text`: `lines-word` has no token that ends a text"
      ),
      (
        "count --vocabulary lines-word --pattern gpt2",
        "`--pattern`: text of `lines-word` is not cut by any pattern, as the file itself says"
      ),
      (
        "encode --vocabulary lines-word --merges lines.txt",
        "`--merges`: `lines-word` is no vocabulary of ids and holds words, which do not merge"
      ),
    ]
  )
  func refusals(_ line: String, _ message: String) {
    let run = run(line, input: [0x61])
    #expect(run.code == .unusable && run.output == "")
    let expected = "error: \(message)\n".replacing(
      "`lines-word`",
      with: "`lines-word/vocabulary.json`"
    )
    #expect(run.diagnostics == expected)
  }

  @Test("ids beyond the vocabulary and broken files are errors")
  func broken() throws {
    #expect(
      run("decode --vocabulary lines-word", input: Array("1 7".utf8)).diagnostics
        == "error: standard input:1: the id 7 is beyond the vocabulary of 7 tokens\n"
    )
    let file = try folder.read("lines-word/vocabulary.json")
    try folder.write("wrong.json", file.replacing("\"unit\":\"word\"", with: "\"unit\":\"line\""))
    #expect(
      run("inspect wrong.json").diagnostics
        == "error: wrong.json: `unit`: expected `byte-pair`, `character` or `word`, found `\"line\"`\n"
    )
  }

  // MARK: Reports

  @Test("count shows how many tokens are unknown")
  func count() throws {
    let run = run("count --vocabulary lines-word lines.txt lighthouse.txt")
    #expect(run.code == .done)
    #expect(run.output.contains("tokens used") && run.output.contains("unknown"))
    #expect(run.output.contains(" %)"))
    let json = try self.run("count --vocabulary lines-word lines.txt lighthouse.txt --json").json()
    #expect(try json.number("files.0.unknownCount") == 0)
    let share = try json.number("total.unknownCount") / json.number("total.tokenCount")
    #expect(try json.number("total.unknownShare") == share && share > 0.5)
    #expect(try json.text("vocabulary.unit") == "word")
    let pairs = try self.run("count --vocabulary byte lines.txt --json").json()
    #expect(try pairs.number("total.unknownCount") == 0 && pairs.text("vocabulary.unit") == "byte")
  }

  @Test("inspect says what a vocabulary holds, and compare where tokens part")
  func inspect() throws {
    let run = run("inspect lighthouse-character --text lamp --verify")
    #expect(run.code == .done && run.output.contains("unit         character"))
    #expect(run.output.contains("decoded as U+FFFD") && run.output.contains("l|a|m|p"))
    #expect(run.output.contains("verified: the bytes of"))
    let words = self.run("inspect lines-word --verify --html page.html")
    #expect(words.code == .done && words.output.contains("dropped, but for newlines"))
    #expect(try folder.read("page.html").contains("Longest tokens"))
    let compared = self.run("compare --vocabulary lines-word --vocabulary byte lines.txt")
    #expect(compared.code == .done && compared.output.contains("first part at byte 0, line 1:"))
    #expect(compared.output.contains("  `the`\n  `t|h|e`\n"), "\(compared.output)")
    let same = self.run(
      "compare --vocabulary lighthouse-character --vocabulary bytes-character bytes.txt"
    )
    #expect(same.output.hasSuffix("cut the text into the same tokens\n"))
    #expect(same.output.contains(" %)"))
  }

  @Test(
    "reports for programs follow their schemas",
    arguments: [
      "train lighthouse.txt --unit word --vocabulary 100 -o other",
      "train bytes.txt --unit character -o other.json",
      "inspect lines-word --text a --verify", "inspect bytes-character --file bytes.txt",
      "count --vocabulary lines-word lighthouse.txt missing.txt",
      "count --vocabulary bytes-character bytes.txt --limit 3",
      "compare --vocabulary lines-word --vocabulary lighthouse-character lines.txt",
    ]
  )
  func schemas(_ line: String) throws {
    #expect(try JSONSchemaTests.problems(run(line + " --json")) == [])
  }
}
