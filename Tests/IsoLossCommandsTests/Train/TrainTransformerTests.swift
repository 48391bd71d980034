import Foundation
import FileFormats
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("isoloss train transformer")
struct TrainTransformerTests {
  private let folder: TemporaryFolder

  /// A run of a second or less.
  static let small =
    "--layers 2 --width 32 --heads 2 --context 32 --batch 4 --steps 30 --learning-rate 0.01"

  init() throws { folder = try TemporaryFolder() }

  private func train(_ line: String, configure: (inout CommandContext) -> Void = { _ in })
    -> CommandRun
  {
    let text = TestFiles.package("corpora/lighthouse.txt")
    let words = "train transformer \(text) \(Self.small) \(line)".split(separator: " ")
    return CommandRun(words.map(String.init), in: folder.path, configure: configure)
  }

  private func weights(_ model: String) throws -> [UInt8] {
    try folder.readBytes("\(model)/model.safetensors")
  }

  @Test("writes a model, a tokenizer and a log, and reports")
  func writes() throws {
    let run = train("-o model --json")
    #expect(run.code == .done && run.diagnostics == "")
    #expect(try JSONSchemaTests.problems(run) == [])
    let json = try run.json()
    #expect(try json.number("steps") == 30)
    // Worse than a uniform guess would be no learning at all: ln 256 is 5.55.
    #expect(try json.number("validation.natsPerToken") < 4)
    let bits = try json.number("validation.bitsPerByte")
    #expect(abs(bits * log(2) - (try json.number("validation.natsPerToken"))) < 1e-12)
    let checkpoint = try Checkpoint.read(folder: "\(folder.path)/model")
    let count = checkpoint.configuration.transformer.shape.parameterCount
    #expect(try json.number("parameters") == Double(count))
    let tokenizer = try BytePairVocabulary(
      recognizing: folder.readBytes("model/tokenizer.json"),
      name: "tokenizer.json"
    )
    #expect(tokenizer.tokenCount == 256)
    let log = try folder.read("model/log.jsonl").split(separator: "\n")
    let table = try folder.read("model/log.csv").split(separator: "\n")
    #expect(log.count == 30 && table.count == 31)
    let last = try JSONValue(parsing: Array(log[29].utf8), name: "log")
    #expect(try last.number("step") == 30)
    #expect(
      try last.number("validationNatsPerToken") == json.number("validation.natsPerToken")
    )
  }

  @Test("a report for people")
  func report() {
    let run = train("-o model")
    #expect(run.output.contains("steps   30 of 30, 3.84k tokens"))
    #expect(run.output.contains("bits per byte"))
  }

  /// Every question to the clock is a quarter of a second after the last, and each step asks twice.
  private static func tick(_ context: inout CommandContext) {
    var now = 0.0
    context.secondsNow = {
      now += 0.25
      return now
    }
  }

  @Test("the log and the report say how much of the machine's peak the model's operations are")
  func utilization() throws {
    let run = train("-o model --json --peak 2GFLOP/s", configure: Self.tick)
    #expect(try JSONSchemaTests.problems(run) == [])
    let json = try run.json()
    let shape = try Checkpoint.read(folder: "\(folder.path)/model").configuration.transformer.shape
    let flops = shape.modelTrainingFLOPsPerToken(tokens: 32)
    #expect(try json.number("modelFLOPsPerToken") == flops)
    // Four windows of 32 tokens in a quarter of a second.
    #expect(try json.number("environment.tokensPerSecond") == 512)
    #expect(try json.number("environment.modelFLOPsPerSecond") == 512 * flops)
    #expect(try json.number("environment.modelFLOPsUtilization") == 512 * flops / 2e9)
    #expect(try json.number("environment.peakFLOPsPerSecond") == 2e9)
    #expect(json["environment"]?["isPeakMeasured"] == .bool(false))
    let lines = try folder.read("model/log.jsonl").split(separator: "\n")
    let line = try JSONValue(parsing: Array(lines[7].utf8), name: "log")
    #expect(try line.number("modelFLOPsUtilization") == 512 * flops / 2e9)
    #expect(try line.number("modelFLOPsPerSecond") == (512 * flops).rounded())
  }

  @Test("the peak is measured where none is given, and rates are unknown where no step is timed")
  func measuredPeak() throws {
    let json = try train("-o model --json").json()
    // No processor of today does less than 100 MFLOP/s or more than 100 TFLOP/s.
    let peak = try json.number("environment.peakFLOPsPerSecond")
    #expect(peak > 1e8 && peak < 1e14)
    #expect(json["environment"]?["tokensPerSecond"] == .null)
    #expect(json["environment"]?["modelFLOPsUtilization"] == .null)
    let verbose = train("-o other --verbose --peak 1G", configure: Self.tick)
    #expect(verbose.diagnostics.contains("% of the given peak of 1B\n"))
  }

  /// Raises the flag once the clock was asked some times: each step asks at its beginning and its end.
  private static func stopAfterSomeSteps(_ context: inout CommandContext) {
    let interruption = InterruptionFlag()
    var calls = 0
    context.interruption = interruption
    context.secondsNow = {
      calls += 1
      if calls == 25 { interruption.raise(signal: 2) }
      return 0
    }
  }

  @Test("threads and stops change no bit")
  func sameBits() throws {
    let arguments = "--checkpoint-every 7 --average 0.9 --skip-spikes 6"
    #expect(train("-o whole --threads 1 \(arguments)").code == .done)
    var stops = 0
    var run = train("-o parts --threads 3 \(arguments)", configure: Self.stopAfterSomeSteps)
    while run.code != .done, stops < 50 {
      stops += 1
      run = train(
        "-o parts --threads 2 --resume \(arguments)",
        configure: Self.stopAfterSomeSteps
      )
    }
    #expect(run.code == .done && stops > 1)
    #expect(try weights("whole") == weights("parts"))
    // The clocks of both stand still, so that no line holds a rate: the rest is the same.
    for log in ["log.jsonl", "log.csv"] {
      #expect(try folder.read("whole/\(log)") == folder.read("parts/\(log)"))
    }
  }

  @Test("a run that is there is gone on with or left alone")
  func existing() throws {
    #expect(train("-o model").code == .done)
    let before = try weights("model")
    let again = train("-o model")
    #expect(again.code == .unusable)
    #expect(
      again.diagnostics == """
        error: `model` holds a run already: `--resume` goes on with it; or choose another output

        """
    )
    let other = train("-o model --resume --seed 3 --clip 2")
    #expect(other.code == .unusable)
    #expect(
      other.diagnostics == """
        error: model/training.safetensors: the run was begun under other options: `clipNorm` was 1.0, now \
        2.0; `seed` was "0", now "3"

        """
    )
    #expect(try weights("model") == before)
    // A run that is finished is finished.
    #expect(train("-o model --resume").code == .done)
    #expect(try weights("model") == before)
  }

  @Test(
    "wrong words say what is wrong",
    arguments: [
      ("", "no place for the model is named: `--output OUT` is needed"),
      ("-o m --heads 3", "`--heads`: 3 do not divide the width 32"),
      ("-o m --steps 5 --tokens 100", "`--steps` and `--tokens` exclude one another"),
      ("-o m --untied", "`--untied` needs `--architecture llama`"),
      ("-o m --minimum-delta 0.1", "`--minimum-delta` needs `--patience`"),
      ("-o m --beta2 1", "`--beta2`: expected less than 1"),
      (
        "-o m --peak 3GHz",
        "`--peak`: expected FLOPs per second such as `98G`, `1.5T` or `510GFLOP/s`, found `3GHz`"
      ),
    ]
  )
  func wrongWords(_ line: String, _ message: String) {
    let text = "train transformer x.txt --width 32 \(line)"
    let run = CommandRun(text.split(separator: " ").map(String.init), in: folder.path)
    #expect(run.code == .unusable)
    #expect(run.diagnostics.hasPrefix("error: \(message)"), "\(run.diagnostics)")
  }

  @Test("texts that are too short say so")
  func shortText() throws {
    try folder.write("short.txt", "too short")
    let run = CommandRun(
      ["train", "transformer", "short.txt", "-o", "model"],
      in: folder.path
    )
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: short.txt: 9 tokens are too few, 257 are needed for one window\n"
    )
  }

  @Test("a folder that holds a vocabulary is left alone, and a start that fails makes none")
  func vocabularyInTheWay() throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/tok",
      withIntermediateDirectories: false
    )
    try folder.write("tok/vocabulary.json", "{}")
    let run = train("-o tok")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics == """
        error: `tok` holds a vocabulary already, `vocabulary.json`, which the model's would be taken for; \
        choose another output

        """
    )
    #expect(try folder.read("tok/vocabulary.json") == "{}")
    #expect(train("-o new --context 100000").code == .unusable)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/new"))
  }

  @Test("all tokens can be trained on, and then no loss is measured")
  func withoutValidation() throws {
    let run = train("-o all --validation-share 0 --json")
    #expect(run.code == .done && run.diagnostics.isEmpty)
    let json = try run.json()
    #expect(try json.number("trainingTokens") == json.number("byteCount"))
    #expect(try json.value("validation").isNull)
    let text = train("-o again --validation-share 0").output
    #expect(text.hasSuffix("no validation loss: no tokens are kept to measure it\n"))
  }

  @Test("a text that is compressed is trained on with a hint")
  func compressed() throws {
    try folder.write("text.gz", [0x1F, 0x8B, 8] + Array(repeating: 7, count: 4000))
    let run = CommandRun(
      "train transformer \(Self.small) text.gz -o model".split(separator: " ").map(String.init),
      in: folder.path
    )
    #expect(run.diagnostics.contains("`text.gz` looks like a gzip file"))
  }

  @Test("losses are drawn, those of a run that goes on too")
  func plot() throws {
    let run = train("-o model --plot")
    let picture = run.output.drop { $0 != "\n" }.split(separator: "\n\n").last ?? ""
    #expect(picture.contains("Loss while training") && picture.contains("nats per token"))
    let resumed = train("-o model --plot --resume")
    #expect(resumed.output.hasSuffix(picture))
    let json = train("-o other --plot --json")
    #expect(json.diagnostics.hasPrefix("error: `--plot` and `--json` exclude one another\n"))
  }

  @Test("patience without validation tokens is wrong use")
  func patienceWithoutValidation() throws {
    let run = train("-o model --patience 2 --validation-share 0.00005")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics == """
        error: `--patience`: no tokens are kept to measure the loss on; `--validation` names some, a larger \
        `--validation-share` keeps some
        `isoloss help train transformer` shows what it takes

        """
    )
  }

  @Test("a folder that another run writes is left alone, and can be had after it")
  func locked() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/model",
      withIntermediateDirectories: false
    )
    let lockPath = folder.path + "/model/training.lock"
    do {
      let lock = try FileLock(path: lockPath)
      #expect(lock != nil)
      let run = train("-o model/")
      #expect(run.code == .unusable)
      #expect(
        run.diagnostics
          == "error: `model`: another run is writing there; wait for its end, or choose another output\n"
      )
      withExtendedLifetime(lock) {}
    }
    #expect(!FileManager.default.fileExists(atPath: lockPath))
    // One that a killed process left.
    try folder.write("model/training.lock", "")
    #expect(train("-o model").code == .done)
    #expect(!FileManager.default.fileExists(atPath: lockPath))
  }
}
