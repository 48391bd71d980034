import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("isoloss corpus")
struct CorpusCommandTests {
  @Test("writes a text and says its code length")
  func report() throws {
    let folder = try TemporaryFolder()
    let run = CommandRun(
      ["corpus", "markov", "--bytes", "20k", "--seed", "7", "-o", "text.txt"],
      in: folder.path
    )
    #expect(run.code == .done && run.diagnostics == "")
    expectSnapshot(run.output, "Tests/IsoLossCommandsTests/Snapshots/report-corpus-markov.txt")
    let piped = CommandRun("corpus markov --bytes 20k --seed 7")
    let written = try folder.read("text.txt")
    #expect(piped.diagnostics == "" && piped.output == written)
    #expect(piped.output.utf8.count == 20_000)
  }

  @Test("what is skipped is the text that is written without it")
  func skip() throws {
    let whole = CommandRun("corpus markov --bytes 3k --seed 7")
    let rest = CommandRun("corpus markov --bytes 1k --skip 2000 --seed 7")
    #expect(rest.output == String(whole.output.dropFirst(2000)))
    let folder = try TemporaryFolder()
    func report(_ line: String) throws -> JSONValue {
      let words = "corpus markov --seed 7 -o text.txt --json \(line)".split(separator: " ")
      let run = CommandRun(words.map(String.init), in: folder.path)
      #expect(try JSONSchemaTests.problems(run) == [])
      return try run.json()
    }
    let parts = [try report("--bytes 2k --skip 0"), try report("--bytes 1k --skip 2k")]
    let bits = try parts.map { try $0.number("codeLengthBits") }
    let all = try report("--bytes 3k").number("codeLengthBits")
    #expect(abs(bits[0] + bits[1] - all) < 1e-9 * all)
    #expect(try parts[1].number("skippedByteCount") == 2000)
    let words = CommandRun(
      "corpus markov --skip 2k --bytes 1k -o text.txt".split(separator: " ").map(String.init),
      in: folder.path
    )
    #expect(words.output.hasPrefix("text   1,000 bytes after 2,000 others, each depending on"))
  }

  @Test("follows its schema")
  func schema() throws {
    let folder = try TemporaryFolder()
    let run = CommandRun(
      ["corpus", "markov", "--bytes", "1k", "-o", "text.txt", "--json"],
      in: folder.path
    )
    #expect(try JSONSchemaTests.problems(run) == [])
    let report = try run.json()
    let bits = try report.number("codeLengthBits")
    #expect(try report.number("bitsPerByte") == bits / 1000)
  }

  @Test("a model that has learned the contexts comes within a percent of the text's code length")
  func learner() throws {
    let source = try MarkovSource(order: 2, alphabetSize: 9, entropyRate: 2, seed: 1)
    var text = source.makeText()
    let folder = try TemporaryFolder()
    try folder.write("train.txt", text.next(200_000))
    let before = text.codeLength
    try folder.write("test.txt", text.next(50_000))
    let truth = (text.codeLength - before) / 50_000
    let words = ["eval", "--train", "train.txt", "--unit", "byte", "--order", "3", "test.txt"]
    let run = CommandRun(words + ["--json"], in: folder.path)
    let loss = try run.json().number("total.bitsPerByte.value")
    #expect(loss > truth * 0.999 && loss < truth * 1.01)
    // One byte of context is not enough.
    let short = CommandRun(words.map { $0 == "3" ? "2" : $0 } + ["--json"], in: folder.path)
    #expect(try short.json().number("total.bitsPerByte.value") > truth * 1.2)
  }

  @Test(
    "refuses what makes no text",
    arguments: [
      (
        "corpus markov --json", "`--json` needs `--output`: the text itself goes to standard output"
      ),
      ("corpus markov --bytes 0.2", "`--bytes`: expected one or more"),
      (
        "corpus markov --alphabet 2 --entropy-rate 1.5",
        "expected an entropy rate above 0 and at most log2 2 = 1.0 bits, found 1.5"
      ),
      ("corpus markov --order 11", "`--order`: expected a whole number, found `11`"),
    ]
  )
  func refusals(_ line: String, _ message: String) {
    let run = CommandRun(line)
    #expect(run.code == .unusable && run.output == "")
    #expect(
      run.diagnostics == "error: \(message)\n`isoloss help corpus markov` shows what it takes\n"
    )
  }
}
