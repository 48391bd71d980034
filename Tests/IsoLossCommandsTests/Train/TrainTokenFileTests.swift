import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("isoloss train transformer, from token files")
struct TrainTokenFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ line: String) -> CommandRun {
    CommandRun(line.split(separator: " ").map(String.init), in: folder.path)
  }

  private func train(_ line: String) -> CommandRun {
    run("train transformer \(TrainTransformerTests.small) \(line)")
  }

  private var text: String { TestFiles.package("corpora/lighthouse.txt") }

  /// Makes a vocabulary with a token that ends texts, and writes the tokens of two texts in every format.
  private func encode(_ vocabulary: String, _ formats: [String]) {
    let other = TestFiles.package("corpora/kitchen-table.txt")
    for (name, texts) in [("one", text), ("two", "\(text) \(other)")] {
      for format in formats {
        let line = "tokenizer encode --vocabulary \(vocabulary) --end-of-text --format \(format)"
        let run = run("\(line) -o \(name).\(format) \(texts)")
        #expect(run.code == .done, "\(run.diagnostics)")
      }
    }
  }

  private func makeVocabulary() {
    let run = run("tokenizer train --vocabulary 300 --special <|endoftext|> -o tok \(text)")
    #expect(run.code == .done, "\(run.diagnostics)")
  }

  @Test("gives the weights that the texts give, bit by bit, in every format")
  func sameWeights() throws {
    makeVocabulary()
    encode("tok", ["u16", "u32", "text", "jsonl"])
    let other = TestFiles.package("corpora/kitchen-table.txt")
    let texts = train("--vocabulary tok \(text) \(other) -o texts --json")
    #expect(texts.code == .done, "\(texts.diagnostics)")
    let expected = try folder.readBytes("texts/model.safetensors")
    for (format, option) in [("u16", "u16"), ("u32", "u32"), ("text", "text"), ("jsonl", "json")] {
      let ids = "--ids two.\(format) --ids-format \(option)"
      let run = train("\(ids) --vocabulary tok -o \(format) --json")
      #expect(run.code == .done, "\(run.diagnostics)")
      #expect(try JSONSchemaTests.problems(run) == [])
      #expect(try folder.readBytes("\(format)/model.safetensors") == expected)
      #expect(
        try folder.read("\(format)/tokenizer.json") == folder.read("texts/tokenizer.json")
      )
      let (json, reference) = (try run.json(), try texts.json())
      let bits = "validation.bitsPerByte"
      #expect(try json.number(bits) == reference.number(bits))
      #expect(json["byteCount"] == .null)
      #expect(json["trainingHash"] == reference["trainingHash"])
    }
  }

  @Test("with validation texts of their own too")
  func validation() throws {
    let kitchen = TestFiles.package("corpora/kitchen-table.txt")
    for (name, text) in [("train", text), ("held", kitchen)] {
      let run = run("tokenizer encode --vocabulary byte --format u16 -o \(name).u16 \(text)")
      #expect(run.code == .done)
    }
    let texts = train("\(text) --validation \(kitchen) -o texts --json")
    let ids = train(
      "--ids train.u16 --validation-ids held.u16 --ids-format u16 --vocabulary byte -o ids --json"
    )
    let weights = try folder.readBytes("texts/model.safetensors")
    #expect(try folder.readBytes("ids/model.safetensors") == weights)
    #expect(try ids.json()["validation"] == texts.json()["validation"])
  }

  @Test("a size alone will do, and then bits per byte are unknown")
  func sizeAlone() throws {
    #expect(run("tokenizer encode --vocabulary byte --format u16 -o a.u16 \(text)").code == .done)
    let run = train("--ids a.u16 --ids-format u16 --vocabulary-size 256 -o model")
    #expect(run.code == .done, "\(run.diagnostics)")
    #expect(run.output.contains("of a.u16, vocabulary of 256 tokens\n"))
    #expect(
      run.output.hasSuffix(
        "no bits per byte: no vocabulary says how many bytes a token stands for; `--vocabulary` names one\n"
      )
    )
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/model/tokenizer.json"))
    #expect(try Checkpoint.read(folder: folder.path + "/model").configuration.endOfText == [])
    let json = train("--ids a.u16 --ids-format u16 --vocabulary-size 256 -o other --json")
    #expect(try JSONSchemaTests.problems(json) == [])
    #expect(try json.json()["validation"]?["bitsPerByte"] == .null)
    #expect(
      try folder.readBytes("model/model.safetensors") == folder.readBytes("other/model.safetensors")
    )
  }

  @Test("other tokens are refused when a run goes on")
  func otherTokens() throws {
    let ids = [UInt8](repeating: 0, count: 4000)
    try folder.write("a.u16", ids)
    let line = "--ids a.u16 --ids-format u16 --vocabulary-size 9 -o model"
    #expect(train(line).code == .done)
    try folder.write("a.u16", ids.dropLast(2) + [1, 0])
    let run = train("\(line) --resume")
    #expect(run.code == .unusable)
    #expect(run.diagnostics.contains("`validationTokens` was "))
    #expect(!run.diagnostics.contains("`trainingTokens`"))
  }

  @Test("what is wrong with a file is said with its place")
  func wrongFiles() throws {
    var ids = [UInt8](repeating: 0, count: 2000)
    ids[1950] = 9
    try folder.write("a.u16", ids)
    let sized = "--ids-format u16 --vocabulary-size 9 -o model"
    #expect(
      train("--ids a.u16 \(sized)").diagnostics
        == "error: a.u16: token 975, at byte 1950, is 9, but the vocabulary has 9 tokens\n"
    )
    try folder.write("b.u16", ids.dropLast())
    #expect(
      train("--ids b.u16 \(sized)").diagnostics
        == "error: b.u16: 1999 bytes are no whole number of tokens of 2 bytes\n"
    )
    try folder.write("empty.u16", "")
    #expect(
      train("--ids empty.u16 \(sized)").diagnostics
        == "error: empty.u16: 0 tokens are too few, 33 are needed for one window\n"
    )
    #expect(train("--ids none.u16 \(sized)").diagnostics == "error: `none.u16`: no such file\n")
    try folder.write("c.txt", "1 2 3\n4 12\n")
    #expect(
      train("--ids c.txt --vocabulary-size 9 -o model").diagnostics
        == "error: `c.txt`: document 2, id 2: 12 is beyond the vocabulary of 9 tokens\n"
    )
    #expect(
      train("--ids a.u16 --vocabulary-size 9 -o model").diagnostics
        == """
        error: `a.u16`: expected ids as JSON or as decimal numbers, found neither; `--ids-format u16` and \
        `u32` read binary ones

        """
    )
  }

  @Test(
    "wrong words say what is wrong",
    arguments: [
      ("--ids a --vocabulary-size 9 text.txt", "`--ids` and `text.txt` exclude one another"),
      (
        "--ids a", "`--ids` says no vocabulary: `--vocabulary` or `--vocabulary-size` is needed"
      ),
      (
        "--ids a --vocabulary byte --vocabulary-size 9",
        "`--vocabulary` and `--vocabulary-size` exclude one another"
      ),
      ("--ids a --validation b", "`--ids` and `--validation` exclude one another"),
      ("text.txt --ids-format u16", "`--ids-format` needs `--ids`"),
      ("text.txt --vocabulary-size 9", "`--vocabulary-size` needs `--ids`"),
      ("text.txt --validation-ids b", "`--validation-ids` needs `--ids`"),
      (
        "--ids - --vocabulary byte", "ids are read from files, not from standard input"
      ),
      (
        "--ids a --vocabulary-size 0",
        "`--vocabulary-size`: `0` is out of range: expected a whole number from 1 to 67108864"
      ),
    ]
  )
  func wrongWords(_ line: String, _ message: String) {
    let run = run("train transformer -o model \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics.hasPrefix("error: \(message)\n"), "\(run.diagnostics)")
  }
}
