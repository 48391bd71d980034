import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite(
  "eval: checkpoints with reference log-probabilities",
  .enabled(if: TestFiles.hasShared("data/transformer"), "needs data/transformer")
)
struct EvalReferenceTests {
  private static func path(_ name: String) -> String {
    TestFiles.shared("data/transformer/\(name)")
  }

  /// The mean loss in double precision, from `expected.json`.
  @Test(
    "ids",
    arguments: [
      "gpt2", "llama", "llama_sharded", "llama_bf16", "mistral_swa", "qwen2", "gpt_neox",
    ]
  )
  func ids(_ folder: String) throws {
    let expected = Self.path("\(folder)/expected.json")
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: expected)))
    let mean = try JSONValue(parsing: bytes, name: folder).number("f64.mean_loss")
    for bos in ["--bos none", "--bos first", ""] {
      let run = CommandRun("eval --json --model \(Self.path(folder)) --ids \(expected) \(bos)")
      try #require(run.code == .done, "\(run.diagnostics)")
      let total = try run.json().value("total")
      // The ids begin with the token that would be put before them.
      #expect(try total.number("tokenCount") == 159)
      #expect(abs(try total.number("natsPerToken.value") - mean) <= 2e-5)
    }
  }

  /// By llama-perplexity's rule, the mean of 40 chunks of 256 ids, the beginning among them.
  @Test("as llama.cpp")
  func llamaCpp() throws {
    let folder = try TemporaryFolder()
    let vocabulary = "--vocabulary \(Self.path("stories260K/stories260K-F16.gguf"))"
    let text = Self.path("stories260K/shakespeare60k.txt")
    let encoded = CommandRun("tokenizer encode \(text) \(vocabulary)").output
    let ids = encoded.split(separator: " ").prefix(40 * 256 - 1).joined(separator: " ")
    try folder.write("ids.txt", ids)
    let model = "--model \(Self.path("stories260K/hf"))"
    let run = CommandRun(
      "eval --json \(model) --ids \(folder.path)/ids.txt --compat llama.cpp --context 256"
    )
    try #require(run.code == .done, "\(run.diagnostics)")
    let json = try run.json()
    #expect(try json.number("total.tokenCount") == 40 * 127)
    #expect(try json.number("total.unscoredTokenCount") == 40 * 129 - 1)
    #expect(abs(try json.number("total.natsPerToken.value") - 4.425026548268041) <= 2e-6)
    #expect(try json.text("model.compat") == "llama.cpp")
    #expect(try json.text("model.prefix.bos") == "every")
    let whole = CommandRun(
      "eval \(model) \(text) \(vocabulary) --compat llama.cpp --context 256"
    )
    #expect(whole.output.contains(" as llama.cpp takes them: the second half of each is scored\n"))
    #expect(whole.output.contains("`<s>` (id 1), which begins texts, takes the first place of"))
  }

  /// By `Golden/rolling.py`, from the first 700 ids: windows of 256 leave a last one of 188.
  @Test(
    "as lm-evaluation-harness",
    arguments: [(256, 4.0661192613083745), (512, 4.02605165766778)]
  )
  func lmEval(_ context: Int, _ mean: Double) throws {
    let json = try storyIDs("--compat lm-eval --context \(context)")
    #expect(try json.number("total.tokenCount") == 700)
    #expect(abs(try json.number("total.natsPerToken.value") - mean) <= 2e-6)
    #expect(try json.text("model.compat") == "lm-eval")
    #expect(try json.text("model.prefix.bos") == "first")
  }

  /// By `Golden/strided.py`, from the same ids.
  @Test(
    "as the guide of transformers",
    arguments: [
      (256, 128, 695, 4.027987285655179), (256, 100, 694, 4.024462880593555),
      (512, 256, 698, 4.015706566479964),
    ]
  )
  func strided(_ context: Int, _ stride: Int, _ count: Int, _ mean: Double) throws {
    let json = try storyIDs("--compat hf-strided --context \(context) --stride \(stride)")
    #expect(try json.number("total.tokenCount") == Double(count))
    #expect(abs(try json.number("total.natsPerToken.value") - mean) <= 2e-6)
    #expect(try json.text("model.compat") == "hf-strided")
    #expect(try json.text("model.window") == "sliding")
  }

  /// The report on the first 700 ids of a play under the model of stories.
  private func storyIDs(_ options: String) throws -> JSONValue {
    let folder = try TemporaryFolder()
    let vocabulary = "--vocabulary \(Self.path("stories260K/stories260K-F16.gguf"))"
    let text = Self.path("stories260K/shakespeare60k.txt")
    let encoded = CommandRun("tokenizer encode \(text) \(vocabulary)").output
    let words = encoded.split(whereSeparator: \.isWhitespace)
    try folder.write("ids.txt", words.prefix(700).joined(separator: " "))
    let run = CommandRun(
      "eval --json --model \(Self.path("stories260K/hf")) --ids \(folder.path)/ids.txt \(options)"
    )
    try #require(run.code == .done, "\(run.diagnostics)")
    return try run.json()
  }

  /// A trained model on a story; the reference has one window that begins with `<s>`.
  @Test("a story", arguments: ["", "--bos first", "--window disjoint"])
  func story(_ options: String) throws {
    let run = CommandRun(
      "eval --json --model \(Self.path("stories260K/hf")) \(Self.path("stories260K/story.txt"))"
        + " --vocabulary \(Self.path("stories260K/stories260K-F16.gguf")) \(options)"
    )
    try #require(run.code == .done, "\(run.diagnostics)")
    let json = try run.json()
    #expect(try json.number("total.tokenCount") == 385)
    #expect(abs(try json.number("total.natsPerToken.value") - 1.169340465) <= 2e-6)
    #expect(abs(try json.number("total.bitsPerByte.value") - 0.8557254949) <= 2e-6)
    #expect(try json.text("model.prefix.text") == "<s>")
    #expect(try json.value("total.isLossless").bool == true)
  }
}
