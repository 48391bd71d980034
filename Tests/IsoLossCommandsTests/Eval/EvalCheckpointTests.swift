import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("eval: checkpoints")
struct EvalCheckpointTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try ScoringFolder.make()
  }

  private func run(_ line: String, input: [UInt8] = []) -> CommandRun {
    CommandRun(line.split(separator: " ").map(String.init), input: input, in: folder.path)
  }

  private func total(_ line: String) throws -> JSONValue {
    let run = run("eval --json \(line)")
    try #require(run.code == .done, "\(run.diagnostics)")
    return try run.json().value("total")
  }

  @Test("a model that knows nothing loses the logarithm of its vocabulary")
  func uniform() throws {
    let total = try total("--model flat text.txt")
    let nats = log(Double(ScoringFolder.tokenCount))
    // Each loss is a Float.
    #expect(isNear(try total.number("natsPerToken.value"), nats, 2e-7))
    let tokens = try total.number("tokenCount")
    #expect(isNear(try total.number("bitsPerByte.value"), tokens * nats / log(2) / 4000, 2e-7))
    #expect(try total.number("byteCount") == 4000)
    #expect(try total.value("isLossless").bool == true)
    #expect(try total.number("unscoredByteCount") == 0)
  }

  @Test("the report names windows, prefix, architecture, sizes and hashes")
  func report() throws {
    let run = run("eval --model tiny/ text.txt")
    #expect(run.diagnostics.isEmpty)
    let heading = run.output.split(separator: "\n").dropFirst(2).prefix(6).map(String.init)
    let hash = try ContentHash(of: folder.readBytes("tiny/model.safetensors"))
    let count = ScoringFolder.gpt2.shape.parameterCount
    try #require((10_000..<100_000).contains(count))
    #expect(
      heading == [
        "model  tiny: gpt2, \(count / 1000),\("\(count)".suffix(3)) parameters, 300 in vocabulary",
        "       tokens are subwords",
        "       sliding windows of 64 tokens, stride 32",
        "       `<|endoftext|>` (id 0), which ends texts, stands before each text",
        "       tokenizer tiny/tokenizer.json",
        "       weights model.safetensors, sha256 \("\(hash)".prefix(16))…",
      ]
    )
    let options = "--json --window disjoint --bos every"
    let json = try self.run("eval --model tiny text.txt \(options)").json()
    let model = try json.value("model")
    #expect(try model.text("architecture") == "gpt2")
    #expect(try model.text("weightFiles.0.sha256") == "\(hash)")
    #expect(try model.text("window") == "disjoint")
    #expect(try model.number("stride") == 64)
    #expect(try model.text("prefix.text") == "<|endoftext|>")
    #expect(try model.text("prefix.kind") == "end-of-text")
    #expect(try model.text("prefix.bos") == "every")
  }

  @Test("ids as a tokenizer writes them have the losses of their text")
  func ids() throws {
    let expected = try total("--model tiny text.txt")
    for (format, option) in [("text", ""), ("jsonl", ""), ("u16", "--ids-format u16")] {
      let name = "ids.\(format)"
      let encode = run("tokenizer encode --vocabulary tiny --format \(format) text.txt -o \(name)")
      try #require(encode.code == .done, "\(encode.diagnostics)")
      let found = try total("--model tiny --ids \(name) \(option)")
      for key in ["totalNats", "bitsPerByte.value", "tokenCount", "wordCount"] {
        #expect(try found.number(key) == expected.number(key), "\(format), \(key)")
      }
    }
    // Without a tokenizer only the bytes are unknown.
    let text = run("eval --model bare --ids ids.text").output
    #expect(text.contains("bits per byte           n/a  n/a\n"))
    let bare = try total("--model bare --ids ids.text")
    #expect(try bare.number("tokenCount") == expected.number("tokenCount"))
    #expect(try bare.value("bitsPerByte.value").isNull)
    #expect(
      try bare.text("lossyReason") == "ids alone do not say which bytes they stand for"
    )
    let named = try total("--model bare --ids ids.text --vocabulary tiny/tokenizer.json")
    #expect(try named.number("byteCount") == 4000)
    #expect(try named.number("totalNats") == bare.number("totalNats"))
  }

  @Test("documents of ids begin anew, and add up")
  func documents() throws {
    try folder.write("one.json", "[7, 8, 9, 10]")
    try folder.write("two.json", "{\"note\": [1], \"ids\":\n [11, 12, 13]}")
    try folder.write("both.json", "[[7, 8, 9, 10],\n [11, 12, 13]]")
    try folder.write("lines.jsonl", "{\"ids\":[7,8,9,10]}\n{\"ids\":[11,12,13]}\n")
    try folder.write("lines.txt", "7 8 9 10\n11 12 13\n")
    for bos in ["first", "every", "none"] {
      let parts = try ["one.json", "two.json"].map {
        try total("--model bare --bos \(bos) --ids \($0)").number("totalNats")
      }
      for name in ["both.json", "lines.jsonl", "lines.txt"] {
        let whole = try total("--model bare --bos \(bos) --ids \(name)")
        #expect(abs(try whole.number("totalNats") - (parts[0] + parts[1])) <= 1e-13, "\(name)")
        #expect(try whole.number("documentCount") == 2)
        #expect(try whole.number("tokenCount") == (bos == "none" ? 5 : 7))
        #expect(try whole.number("unscoredTokenCount") == (bos == "none" ? 2 : 0))
      }
    }
  }

  @Test("--bos none leaves the first token and its bytes out")
  func unscored() throws {
    let run = run("eval --model tiny --bos none text.txt")
    let total = try total("--model tiny --bos none text.txt")
    let bytes = try total.number("unscoredByteCount")
    #expect(bytes > 0)
    #expect(try total.number("byteCount") == 4000 - bytes)
    #expect(run.output.contains("nothing stands before a text: its first token is not scored\n"))
    let unit = bytes == 1 ? "byte" : "bytes"
    #expect(run.output.contains("\nnot scored: 1 token (\(Int(bytes)) \(unit)), at the beginning"))
  }

  @Test("as lm-evaluation-harness counts words, each text has the empty ones at its edges")
  func splitWords() throws {
    try folder.write("edges.txt", " two words\n")
    try folder.write("none.txt", "two words")
    for (files, count, plain) in [
      ("none.txt", 2.0, 2.0), ("edges.txt", 4, 2), ("edges.txt none.txt", 6, 4),
    ] {
      #expect(try total("--model tiny --compat lm-eval \(files)").number("wordCount") == count)
      #expect(try total("--model tiny \(files)").number("wordCount") == plain)
    }
    let report = run("eval --model tiny --compat lm-eval edges.txt").output
    #expect(
      report.contains("       windows of 64 tokens as lm-eval takes them: the last one is filled,")
    )
    #expect(report.contains("  4 words\n"))
  }

  /// The guide's rule on the losses of the per-token file, window by window.
  @Test("as strided windows weigh, each but the first counts one token less")
  func stridedMeans() throws {
    let run = run(
      "eval --model tiny --compat hf-strided --context 30 --stride 12 text.txt --json"
        + " --per-token out.tsv"
    )
    try #require(run.code == .done, "\(run.diagnostics)")
    let losses = try folder.read("out.tsv").split(separator: "\n").dropFirst().compactMap { line in
      Double(line.split(separator: "\t", omittingEmptySubsequences: false)[3])
    }
    // Without the first token, which nothing stands before.
    var windows = [losses.prefix(29)]
    for start in stride(from: 29, to: losses.count, by: 12) {
      windows.append(losses[start..<min(start + 12, losses.count)])
    }
    var (nats, count) = (0.0, 0)
    for (index, window) in windows.enumerated() {
      let weight = window.count - (index > 0 ? 1 : 0)
      nats += window.reduce(0, +) / Double(window.count) * Double(weight)
      count += weight
    }
    let total = try run.json().value("total")
    #expect(try total.number("tokenCount") == Double(count))
    #expect(isNear(try total.number("natsPerToken.value"), nats / Double(count), 1e-12))
    #expect(try total.number("unscoredTokenCount") == 1)
    for key in ["bitsPerByte", "wordPerplexity", "bytePerplexity"] {
      #expect(try total.text("\(key).reason") == "tokens weigh less than one")
    }
    let report = self.run("eval --model tiny --compat hf-strided text.txt").output
    #expect(
      report.contains(
        " windows of 64 tokens as hf-strided takes them: stride 32, all but the first weigh one token"
          + " less\n"
      )
    )
    #expect(report.contains("\nmeans are given per token alone: tokens weigh less than one\n"))
  }

  @Test("the per-token file lists the whole text")
  func perToken() throws {
    let run = run("eval --model tiny text.txt --per-token out.tsv --rank --json")
    try #require(run.code == .done, "\(run.diagnostics)")
    let lines = try folder.read("out.tsv").split(separator: "\n").dropFirst()
    let fields = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    let loss = try run.json().value("total")
    #expect(Double(lines.count) == (try loss.number("tokenCount")))
    #expect(fields.reduce(0) { $0 + (Int($1[1]) ?? 0) } == 4000)
    let sum = fields.reduce(0.0) { $0 + (Double($1[3]) ?? .nan) }
    #expect(isNear(sum, try loss.number("totalNats"), 1e-12))
    #expect(fields.allSatisfy { (1...300).contains(Int($0[4]) ?? 0) })
  }

  @Test("reports follow their schema")
  func schema() throws {
    try folder.write("ids.json", "[7, 8, 9, 10]")
    for line in [
      "--model tiny text.txt", "--model tiny --bos none --score-eos text.txt",
      "--model tiny --compat lm-eval text.txt", "--model tiny --compat hf-strided text.txt",
      "--model bare --ids ids.json",
      "--model bare --context 100 --ids ids.json --ids ids.json",
    ] {
      #expect(try JSONSchemaTests.problems(run("eval --json \(line)")) == [], "\(line)")
    }
  }
}

// MARK: - Failures

extension EvalCheckpointTests {
  @Test(
    "what goes wrong",
    arguments: [
      (
        "--model gpt text.txt",
        "`gpt`: no such folder; `--model` takes `adaptive` or the folder of a checkpoint"
      ),
      (
        "--model model.gguf text.txt",
        "`model.gguf`: a GGUF model, whose weights are not read yet; `--model` takes the folder of a"
          + " checkpoint with `config.json` and `model.safetensors`"
      ),
      (
        "--model tiny/model.safetensors text.txt",
        "`tiny/model.safetensors`: is a file, and a checkpoint is a folder; `--model tiny` may be meant"
      ),
      ("--model text.txt text.txt", "`text.txt`: is a file, and a checkpoint is a folder"),
      (
        "--model tok text.txt",
        "`tok`: the folder holds no `config.json` and no weights (`model.safetensors` or"
          + " `model.safetensors.index.json`)"
      ),
      (
        "--model bare text.txt",
        "`bare`: the folder holds no tokenizer; `--vocabulary FILE` names one elsewhere, `--ids FILE`"
          + " scores token ids"
      ),
      (
        "--model bare --vocabulary tok text.txt",
        "`tok/tokenizer.json` has 400 tokens, more than the vocabulary of `bare`, 300: it is the"
          + " tokenizer of another model"
      ),
      (
        "--model tiny --context 65 text.txt",
        "`--context`: expected at most 64, the positions that `tiny` has learned, found `65`"
      ),
      (
        "--model tiny --compat llama.cpp --context 2 text.txt",
        "`--context`: expected at least 3, of which one token is scored, found `2`"
      ),
      (
        "--model tiny --compat hf-strided --context 1 text.txt",
        "`--context`: expected at least 2, of which one token is scored, found `1`"
      ),
      (
        "--model tiny --compat hf-strided --stride 64 text.txt",
        "`--stride`: expected less than the context of 64 tokens, found `64`"
      ),
      (
        "--model bare --compat hf-strided --ids one.txt",
        "`one.txt`: nothing to score: nothing stands before the only token"
      ),
      (
        "--model bare --compat llama.cpp --ids one.txt",
        "`one.txt`: nothing to score: 1 token, less than a window"
      ),
      (
        "--model tiny --stride 65 text.txt",
        "`--stride`: expected at most the context of 64 tokens, found `65`"
      ),
      (
        "--model bare --vocabulary byte --score-eos text.txt",
        "`--score-eos`: neither `bare` nor its tokenizer names a token that ends a text"
      ),
      (
        "--model nameless --vocabulary byte --compat lm-eval text.txt",
        "`--compat lm-eval`: neither `nameless` nor its tokenizer names a token that begins or ends a"
          + " text, which stands before it"
      ),
      ("--model tiny empty.txt", "`empty.txt`: nothing to score: the input is empty"),
      (
        "--model bare --bos none --ids one.txt",
        "`one.txt`: nothing to score: nothing stands before the only token"
      ),
      (
        "--model bare --ids high.txt",
        "`high.txt`: document 2, id 2: 300 is beyond the vocabulary of 300 tokens"
      ),
      (
        "--model bare --ids text.txt",
        "`text.txt`: expected ids as JSON or as decimal numbers, found neither; `--ids-format u16` and"
          + " `u32` read binary ones"
      ),
      (
        "--model bare --ids one.txt --ids-format u32",
        "`one.txt`: expected whole ids, found 2 bytes of one more at the end of 2"
      ),
      ("--model bare --ids bad.json", "bad.json:1:7: expected an id, found `-2`"),
      ("--model bare --ids missing.txt", "`missing.txt`: no such file"),
    ]
  )
  func failures(_ line: String, _ message: String) throws {
    try folder.write("model.gguf", "GGUF and more")
    try folder.write("one.txt", "7\n")
    try folder.write("high.txt", "7 8\n9 300\n")
    try folder.write("bad.json", "[7, -2]")
    let run = run("eval \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n")
    #expect(run.output.isEmpty)
  }

  @Test(
    "words",
    arguments: [
      ("--model tiny", "missing argument `FILE`"),
      ("--window disjoint text.txt", "`--window` needs `--model FOLDER`"),
      ("--ids ids.txt", "`--ids` needs `--model FOLDER`"),
      ("--model adaptive --bos none text.txt", "`--bos` needs `--model FOLDER`"),
      ("--train text.txt --context 8 text.txt", "`--context` needs `--model FOLDER`"),
      ("--model tiny --train text.txt text.txt", "`--train` and `--model` exclude one another"),
      ("--model tiny --effort max text.txt", "`--model tiny` and `--effort` exclude one another"),
      ("--model tiny --order 3 text.txt", "`--order` needs `--train`"),
      (
        "--model tiny --window disjoint --stride 3 text.txt",
        "`--window disjoint` and `--stride` exclude one another"
      ),
      ("--model tiny --ids ids.txt text.txt", "`--ids` and `text.txt` exclude one another"),
      ("--model tiny --ids-format u16 text.txt", "`--ids-format` needs `--ids`"),
      ("--compat llama.cpp text.txt", "`--compat` needs `--model FOLDER`"),
      (
        "--model tiny --compat llama.cpp --bos first text.txt",
        "`--compat` and `--bos` exclude one another"
      ),
      (
        "--model tiny --compat lm_eval text.txt",
        "`--compat` takes `llama.cpp`, `lm-eval`, `hf-strided`, found `lm_eval`; did you mean"
          + " `lm-eval`?"
      ),
      (
        "--model tiny --compat lm-eval --stride 3 text.txt",
        "`--compat` and `--stride` exclude one another"
      ),
      (
        "--model tiny --ids a.txt --documents title",
        "`--ids` and `--documents` exclude one another"
      ),
      (
        "--model tiny --context 0 text.txt",
        "`--context`: `0` is out of range: expected a whole number from 1 to 16777216"
      ),
    ]
  )
  func words(_ line: String, _ message: String) {
    let run = run("eval \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n`isoloss help eval` shows what it takes\n")
  }

  @Test("a context beyond training is a warning where positions are rotary")
  func beyondTraining() throws {
    try folder.write("ids.txt", (5..<105).map { "\($0)" }.joined(separator: " "))
    let run = run("eval --json --model bare --ids ids.txt --context 100")
    #expect(run.code == .done)
    let message = "`--context 100` is more than the 64 tokens that `bare` was trained on"
    #expect(run.diagnostics == "warning: \(message)\n")
    let warnings = try run.json().value("warnings").array ?? []
    #expect(warnings.compactMap { $0["id"]?.string } == ["context-beyond-training"])
  }
}

@Suite("The built binary's checkpoints", .serialized, .enabled(if: BinaryRun.path != nil))
struct EvalCheckpointBinaryTests {
  @Test("ids come through a pipe, and agree with the text")
  func pipe() throws {
    let folder = try ScoringFolder.make()
    let run = try BinaryRun(
      """
      "$ISOLOSS" eval --json --model tiny text.txt | grep totalNats | head -1
      "$ISOLOSS" tokenizer encode --vocabulary tiny --format u32 text.txt |
        "$ISOLOSS" eval --json --model tiny --ids - --ids-format u32 | grep totalNats | head -1
      "$ISOLOSS" eval --model nowhere text.txt; echo $?
      """,
      in: folder
    )
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first == lines.dropFirst().first)
    #expect(lines.last == "2")
    #expect(run.diagnostics.hasPrefix("error: `nowhere`: no such folder"))
  }
}
