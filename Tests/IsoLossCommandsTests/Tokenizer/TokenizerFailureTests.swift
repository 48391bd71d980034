import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("Errors of isoloss tokenizer")
struct TokenizerFailureTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TrainedVocabulary.folder()
    try folder.write(
      "tiny.ranks",
      (0..<256).map { "\(Base64.encode([UInt8($0)])) \($0)\n" }.joined()
    )
    try folder.write("broken.ranks", "IQ== 0\nI* 1\n")
    try folder.write("text.gz", [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0])
    try folder.write("merges.txt", "#version: 0.2\nt h\n")
  }

  private func run(_ line: String, input: [UInt8] = []) -> CommandRun {
    let words = ["tokenizer"] + line.split(separator: " ").map(String.init)
    return CommandRun(words, input: input, in: folder.path)
  }

  @Test(
    "words that make no command",
    arguments: [
      ("encode", "encode", "no vocabulary is named: `--vocabulary FILE` is needed"),
      ("encode", "encode --vocabulary - -", "standard input is given twice"),
      ("encode", "encode --vocabulary -", "standard input is given twice"),
      (
        "encode", "encode --vocabulary tok --offsets",
        "`--offsets` needs `--format jsonl` or `--jsonl`"
      ),
      (
        "encode", "encode --vocabulary tok --special yes",
        "`--special` takes `text`, `allow`, `forbid`, found `yes`"
      ),
      (
        "decode", "decode --vocabulary tok --jsonl --format u16",
        "`--jsonl` answers documents, which `--format u16` does not divide"
      ),
      (
        "compare", "compare --vocabulary tok text.txt",
        "nothing to compare: `--vocabulary FILE` is needed at least twice"
      ),
      ("inspect", "inspect", "missing argument `VOCABULARY`"),
      ("inspect", "inspect tok --text a --file b", "`--text` and `--file` exclude one another"),
      ("inspect", "inspect tok --special allow", "`--special` needs `--text` or `--file`"),
      (
        "count", "count --vocabulary tok --limit many",
        "`--limit`: expected a count such as `70B`, `1.4T` or `3e8`, found `many`"
      ),
    ]
  )
  func usage(_ command: String, _ line: String, _ message: String) {
    let run = run(line)
    #expect(run.code == .unusable && run.output == "")
    #expect(
      run.diagnostics
        == "error: \(message)\n`isoloss help tokenizer \(command)` shows what it takes\n"
    )
  }

  @Test(
    "vocabularies that cannot be used",
    arguments: [
      ("missing", "`missing`: no such file"),
      (
        "tiny.ranks",
        "tiny.ranks: the file does not say how text is cut into pieces; name a pattern: gpt2, cl100k,"
          + " o200k, llama3, qwen2"
      ),
      ("broken.ranks --pattern gpt2", "broken.ranks:2: expected a token in base64, found `I*`"),
      ("text.gz", "text.gz: looks like a gzip file: pipe it through zcat"),
      (
        "merges.txt",
        "merges.txt: is half a vocabulary: give the tokens' ids as well, usually encoder.json or"
          + " vocab.json"
      ),
      (
        "tok --merges merges.txt",
        "`--merges`: `tok/tokenizer.json` is no vocabulary of ids and has its own merges"
      ),
      (
        "tok --pattern o200k",
        "`--pattern`: text of `tok/tokenizer.json` is cut by `gpt2`, as the file itself says"
      ),
      (
        "lighthouse.txt",
        "lighthouse.txt: expected a vocabulary (ranks, tokenizer.json, vocab.bpe, GGUF, SentencePiece),"
          + " found none"
      ),
    ]
  )
  func vocabularies(_ words: String, _ message: String) {
    for command in ["encode --vocabulary \(words) lighthouse.txt", "inspect \(words)"] {
      let run = run(command)
      #expect(run.code == .unusable && run.output == "")
      #expect(run.diagnostics == "error: \(message)\n")
    }
  }

  @Test("a pattern makes ranks a vocabulary, and an unknown one in a file is named")
  func patterns() throws {
    let ranks = run("encode --vocabulary tiny.ranks --pattern cl100k", input: [97, 255])
    #expect(ranks.output == "97 255\n")
    let file = try folder.read("tok/vocabulary.json")
    try folder.write(
      "other.json",
      file.replacing("\"pattern\":\"gpt2\"", with: "\"pattern\":\"gpt9\"")
    )
    #expect(
      run("inspect other.json").diagnostics
        == "error: other.json: `pattern`: the pattern `gpt9` is none of those supported: gpt2, cl100k,"
        + " o200k, llama3, qwen2\n"
    )
  }

  @Test(
    "lines that hold no text are named",
    arguments: [
      ("[1]", ":2:1: expected an object, found `[`"),
      ("", ":2: expected an object with `text` or `base64`, found an empty line"),
      ("{}", ":2: expected an object with `text` or `base64`, found an object with neither"),
      (
        "{\"text\":\"a\",\"base64\":\"\"}",
        ":2: expected an object with `text` or `base64`, found an object with both"
      ),
      ("{\"base64\":\"a\"}", ":2: `base64` holds no base64"),
      ("{\"text\":7}", ":2:9: expected a string, found `7`"),
      ("{\"text\":\"a\",\"text\":\"b\"}", ":2:20: the key `text` occurs twice in one object"),
      ("{\"text\":\"a\"} x", ":2:14: expected the end of the file, found `x`"),
    ]
  )
  func lines(_ line: String, _ message: String) {
    let input = Array("{\"text\":\"a\"}\n\(line)\n{\"text\":\"b\"}\n".utf8)
    let run = run("encode --vocabulary tok --jsonl", input: input)
    #expect(run.code == .unusable)
    #expect(run.output == "{\"ids\":[65]}\n")
    #expect(run.diagnostics == "error: standard input\(message)\n")
  }

  @Test(
    "ids that are none are named",
    arguments: [
      ("text", "1 2\n3 x4", "standard input:2: expected an id, found `x4`"),
      ("text", "-1", "standard input:1: expected an id, found `-1`"),
      ("text", "99999999999999999999999", "standard input:1: expected an id, found `9999999"),
      ("text", "1\n2 600", "standard input:2: the id 600 is beyond the vocabulary of 600 tokens"),
      ("jsonl", "{\"ids\":[1,2]}\n{\"ids\":[-1]}", "standard input:2:"),
      ("jsonl", "{\"id\":[1]}", "standard input:1: expected an object with `ids`, found none"),
      ("jsonl", "{\"ids\":[1.5]}", "standard input:1:9: expected a whole number, found `1"),
      (
        "u16", "abc",
        "standard input: byte 0: the id 25185 is beyond the vocabulary of 600 tokens"
      ),
      (
        "u16", "A\u{0}B",
        "standard input: expected ids of 2 bytes, found 3 bytes, which are no multiple of it"
      ),
      ("u32", "A\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}", "standard input: byte 4: the id 16777216 is"),
    ]
  )
  func ids(_ format: String, _ input: String, _ message: String) {
    let run = run("decode --vocabulary tok --format \(format)", input: Array(input.utf8))
    #expect(run.code == .unusable)
    #expect(run.diagnostics.hasPrefix("error: \(message)"), "\(run.diagnostics)")
  }

  @Test("one unreadable text of several does not keep the others from being counted")
  func failedCount() {
    let run = run("count --vocabulary tok missing.txt lighthouse.txt")
    #expect(run.code == .unusable && run.output.contains("12,512"))
    #expect(run.diagnostics == "error: `missing.txt`: no such file\n")
    let none = self.run("count --vocabulary tok missing.txt")
    #expect(none.code == .unusable && none.output == "")
  }

  @Test("a text that looks like something else is said to")
  func mistaken() {
    for line in ["encode --vocabulary tok text.gz", "count --vocabulary tok text.gz"] {
      #expect(
        run(line).diagnostics
          == "warning: `text.gz` looks like a gzip file: pipe it through zcat\n"
      )
    }
  }

  @Test("ids too large for 16 bits are refused before anything is written")
  func width() throws {
    try folder.write(
      "large.ranks",
      (0..<256).map { "\(Base64.encode([UInt8($0)])) \($0)\n" }.joined()
        + (256..<65_600).map { number in
          let bytes = [UInt8(number & 255), UInt8(number >> 8 & 255), UInt8(number >> 16), 7]
          return "\(Base64.encode(bytes[...])) \(number)\n"
        }.joined()
    )
    let run = run("encode --vocabulary large.ranks --pattern gpt2 --format u16 -o x lighthouse.txt")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: `--format u16`: `large.ranks` has 65,600 tokens, and 16 bits number only 65,536;"
        + " `--format u32` holds them\n"
    )
    #expect(throws: (any Error).self) { try folder.readBytes("x") }
  }
}
