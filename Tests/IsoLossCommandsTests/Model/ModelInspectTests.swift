import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("isoloss model inspect")
struct ModelInspectTests {
  private let folder: TemporaryFolder

  init() throws { folder = try SmallCheckpoint.folder() }

  private func run(_ line: String) -> CommandRun {
    let words = ["model", "inspect"] + line.split(separator: " ").map(String.init)
    return CommandRun(words, in: folder.path)
  }

  @Test(
    "reports for people",
    arguments: [
      ("folder", "tiny --tensors --verify"),
      ("shape", "--architecture gpt2 --layers 12 --width 768 --heads 12"),
    ]
  )
  func snapshots(_ name: String, _ line: String) {
    let run = run(line)
    #expect(run.code == .done && run.diagnostics == "")
    expectSnapshot(
      run.output,
      "Tests/IsoLossCommandsTests/Snapshots/report-model-inspect-\(name).txt"
    )
  }

  @Test(
    "reports for programs follow their schema",
    arguments: [
      "tiny", "tiny/ --tensors --verify", "tiny/config.json --sequence 7",
      "--layers 4 --heads 4 --width 128", "--layers 4 --heads 4 --width 128 --architecture gpt2",
      "--layers 4 --heads 4 --width 128 --architecture gpt_neox --tied",
      "--layers 4 --heads 4 --width 128 --architecture qwen2 --key-value-heads 2",
    ]
  )
  func schemas(_ line: String) throws {
    #expect(try JSONSchemaTests.problems(run(line + " --json")) == [])
  }

  @Test("counts are those of the shape")
  func counts() throws {
    let json = try run("tiny --json --sequence 64").json()
    let shape = SmallCheckpoint.mistral.shape
    #expect(try json.number("parameters.total") == Double(shape.parameterCount))
    #expect(try json.number("parameters.parts.head") == 7200)
    let flops = shape.forwardFLOPs(tokens: 64)
    #expect(try json.number("flopsPerToken.forward") == flops.total / 64)
    let visible = shape.forwardFLOPs(tokens: 64, pairs: .visible(window: 32))
    #expect(try json.number("flopsPerToken.visibleBlocks") == visible.blocks / 64)
    #expect(try json.number("weights.tensorCount") == 21)
    #expect(try json.number("memory.weightByteCount") == 4 * Double(shape.parameterCount))
  }

  @Test("sizes that are not given follow the family")
  func defaults() throws {
    let llama = try run("--layers 4 --heads 4 --width 128 --json").json()
    // Eight thirds of 128 are 341.3, up to a multiple of 256.
    #expect(try llama.number("shape.feedForwardWidth") == 512)
    #expect(try llama.number("shape.vocabulary") == 32000)
    #expect(try llama.number("shape.keyValueHeads") == 4)
    let gpt2 = try run("--layers 4 --heads 4 --width 128 --architecture gpt2 --json").json()
    #expect(try gpt2.number("shape.feedForwardWidth") == 512)
    #expect(try gpt2.number("shape.vocabulary") == 50257)
    #expect(try gpt2.number("shape.context") == 1024)
  }

  @Test("what is wrong with the weights is a problem, and one to verify fails by")
  func problems() throws {
    let path = folder.path + "/tiny/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try folder.write(
      "tiny/config.json",
      text.replacing("\"vocab_size\": 300", with: "\"vocab_size\": 299")
    )
    let report = run("tiny")
    #expect(report.code == .done)
    #expect(
      report.output.contains(
        "problem: tiny/model.safetensors: `model.embed_tokens.weight`: expected the shape [299, 24] by the"
          + " configuration, found [300, 24]\n"
      )
    )
    #expect(run("tiny --verify").code == .checkFailed)
    #expect(try JSONSchemaTests.problems(run("tiny --verify --json")) == [])
    try FileManager.default.removeItem(atPath: folder.path + "/tiny/model.safetensors")
    let bare = run("tiny --verify --tensors")
    #expect(bare.code == .checkFailed)
    #expect(bare.output.hasSuffix("problem: `tiny/model.safetensors`: no such file\n"))
  }

  @Test(
    "a tokenizer of another size than the vocabulary is said",
    arguments: [
      (256, "256 tokens; 44 more of the vocabulary are padding", ""),
      (300, "300 tokens", ""),
      (
        310, "310 tokens, 10 more than the vocabulary has",
        """
        warning: the tokenizer in `tiny` has 310 tokens, more than the model's vocabulary of 300: texts may \
        become tokens that the model has not [tokenizer-larger]

        """
      ),
    ]
  )
  func tokenizerSize(_ size: Int, _ words: String, _ warning: String) throws {
    let text = TestFiles.package("corpora/lighthouse.txt")
    let train = "tokenizer train \(text) --vocabulary \(size) -o tiny/tokenizer.json"
    #expect(CommandRun(train.split(separator: " ").map(String.init), in: folder.path).code == .done)
    try FileManager.default.removeItem(atPath: folder.path + "/tiny/tokenizer.isoloss.json")
    let run = run("tiny")
    #expect(run.code == .done && run.diagnostics == warning)
    #expect(run.output.contains("tokenizer     tokenizer.json: \(words)\n"))
    let json = self.run("tiny --json")
    #expect(try JSONSchemaTests.problems(json) == [])
    #expect(try json.json().number("tokenizerTokenCount") == Double(size))
  }

  @Test("a tokenizer that cannot be read is a warning")
  func brokenTokenizer() throws {
    try folder.write("tiny/tokenizer.json", "{}")
    let run = run("tiny")
    #expect(run.code == .done)
    #expect(run.output.contains("tokenizer     tokenizer.json: cannot be read\n"))
    #expect(run.diagnostics.hasPrefix("warning: the tokenizer in `tiny` cannot be read: "))
    #expect(run.diagnostics.hasSuffix(" [tokenizer-unreadable]\n"))
    #expect(try JSONSchemaTests.problems(self.run("tiny --json")) == [])
  }

  @Test("numbers that are not finite are found")
  func notFinite() throws {
    let path = folder.path + "/tiny/model.safetensors"
    let file = try SafetensorsFile(path: path)
    let tensor = try file.tensor("model.norm.weight")
    var bytes = try folder.readBytes("tiny/model.safetensors")
    // The second number becomes infinite.
    bytes.replaceSubrange(
      tensor.byteRange.lowerBound + 4..<tensor.byteRange.lowerBound + 8,
      with: [0, 0, 0x80, 0x7F]
    )
    try folder.write("tiny/model.safetensors", bytes)
    #expect(run("tiny").code == .done)
    let verified = run("tiny --verify")
    #expect(verified.code == .checkFailed)
    #expect(
      verified.output.hasSuffix("problem: `model.norm.weight` holds 1 number not finite\n")
    )
  }

  @Test(
    "wrong use",
    arguments: [
      ("", "no model is named: a folder, or `--layers`, `--width` and `--heads`"),
      ("tiny --layers 3", "`--layers`: the folder says what its model is"),
      (
        "--layers 3 --heads 2",
        "a model by its sizes needs `--layers`, `--width`, `--heads`: no `--width`"
      ),
      ("--layers 3 --heads 3 --width 16", "`--heads`: 3 do not divide the width 16"),
      (
        "--layers 3 --heads 4 --width 16 --key-value-heads 3",
        "`--key-value-heads`: 3 do not divide 4 heads"
      ),
      ("--layers 3 --heads 16 --width 16", "`--heads`: of heads of 1 numbers no even part turns"),
      (
        "--layers 3 --heads 4 --width 16 --architecture gpt2 --key-value-heads 2",
        "`--architecture`: `gpt2` has no such parts"
      ),
      ("--layers 3 --heads 4 --width 16 --verify", "`--verify` needs `FOLDER`"),
    ]
  )
  func wrongUse(_ line: String, _ message: String) {
    let run = run(line)
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: \(message)\n`isoloss help model inspect` shows what it takes\n"
    )
  }

  @Test("a folder without a configuration is an error")
  func noConfiguration() {
    #expect(run("missing").diagnostics == "error: `missing`: no such file\n")
    #expect(run(".").diagnostics == "error: `./config.json`: no such file\n")
    #expect(run("missing").code == .unusable)
  }
}
