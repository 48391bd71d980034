import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("Reports of isoloss tokenizer")
struct TokenizerReportTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TrainedVocabulary.folder()
    try folder.write("short.txt", "The keeper’s lamp\nand naïve Gujarati: ગુજરાતી\n")
  }

  private func run(
    _ line: String,
    input: String = "",
    configure: (inout CommandContext) -> Void = { _ in }
  ) -> CommandRun {
    let words = ["tokenizer"] + line.split(separator: " ").map(String.init)
    return CommandRun(words, input: Array(input.utf8), in: folder.path, configure: configure)
  }

  @Test(
    "reports for people",
    arguments: [
      ("train", "train lighthouse.txt --vocabulary 600 --special <|endoftext|> -o tok"),
      ("inspect", "inspect tok --file short.txt --verify"),
      ("count", "count --vocabulary tok lighthouse.txt short.txt"),
      ("compare", "compare --vocabulary tok --vocabulary byte short.txt"),
    ]
  )
  func snapshots(_ name: String, _ line: String) {
    let run = run(line)
    #expect(run.code == .done && run.diagnostics == "")
    expectSnapshot(
      run.output,
      "Tests/IsoLossCommandsTests/Snapshots/report-tokenizer-\(name).txt"
    )
  }

  @Test(
    "reports for programs follow their schemas",
    arguments: [
      "train lighthouse.txt --vocabulary 600 --special <|endoftext|> -o other",
      "train short.txt --vocabulary 5000 --pattern qwen2 --tie-rule rustbpe -o other.json",
      "inspect tok", "inspect tok/vocabulary.json --file short.txt --verify", "inspect byte",
      "inspect tok --text <|endoftext|> --special allow",
      "count --vocabulary tok lighthouse.txt missing.txt", "count --vocabulary byte missing.txt",
      "count --vocabulary tok lighthouse.txt short.txt --limit 1k",
      "compare --vocabulary tok --vocabulary byte short.txt",
      "compare --vocabulary tok --vocabulary tok/vocabulary.json short.txt",
    ]
  )
  func schemas(_ line: String) throws {
    #expect(try JSONSchemaTests.problems(run(line + " --json")) == [])
  }

  @Test("a text is drawn in color only where color is on, and is read without")
  func color() {
    let plain = run("inspect tok --file short.txt")
    #expect(!plain.output.contains("\u{1B}"))
    let terminal = run("inspect tok --file short.txt") { $0.terminal.isOutput = true }
    #expect(terminal.output.contains("\u{1B}[30;48;5;152m"))
    let silent = run("inspect tok --file short.txt") { context in
      context.terminal.isOutput = true
      context.environment["NO_COLOR"] = "1"
    }
    #expect(silent.output == plain.output)
    // Whatever a text holds, it cannot steer the terminal.
    let hostile = run("inspect tok --file -", input: "a\u{1B}[2Jb\u{202E}")
    #expect(!hostile.output.contains("\u{1B}") && !hostile.output.contains("\u{202E}"))
  }

  @Test("the page holds the pieces with their places, escaped")
  func page() throws {
    let run = run("inspect tok --file - --html tokens.html", input: "a <b> & c\nगु")
    #expect(run.code == .done)
    let page = try folder.read("tokens.html")
    #expect(
      page.contains("<pre class=\"pieces\" tabindex=\"0\"><span title=\"id 65\nbytes 0 to 1: 61\n")
    )
    #expect(page.contains("&lt;") && !page.contains("<b>"))
    #expect(page.contains("id 199\nbytes 9 to 10: 0A\nscalars 9 to 10\">⏎\n</span>"))
    #expect(page.contains("default-src 'none'"))
  }

  @Test("counting stops at a limit, and the exit code says so")
  func limit() throws {
    let count = TokenizedText.trainingTokenCount
    let within = run("count --vocabulary tok lighthouse.txt --limit \(count)")
    #expect(within.code == .done)
    let beyond = run("count --vocabulary tok lighthouse.txt --limit \(count - 1)")
    #expect(beyond.code == .checkFailed && beyond.output.contains("> 12,511"))
  }

  @Test("unused and used tokens make up the vocabulary")
  func usage() throws {
    let json = try run("count --vocabulary tok lighthouse.txt short.txt --json").json()
    for path in ["total", "files.0", "files.1"] {
      let sum = try json.number("\(path).usedTokenCount") + json.number("\(path).unusedTokenCount")
      #expect(sum == 600)
    }
    #expect(try json.number("files.0.tokenCount") == Double(TokenizedText.trainingTokenCount))
    let total = try json.number("total.tokenCount")
    #expect(try total == json.number("files.0.tokenCount") + json.number("files.1.tokenCount"))
  }

  @Test("the place where two vocabularies part is where their tokens end differently")
  func parting() throws {
    let byte = run("compare --vocabulary byte --vocabulary tok -", input: "1\n2\nx the")
    #expect(byte.output.contains("byte and tok/tokenizer.json first part at byte 5, line 3:"))
    #expect(byte.output.contains("  ` |t|h|e`\n  ` the`\n"))
    let same = run("compare --vocabulary tok --vocabulary tok/vocabulary.json short.txt")
    #expect(same.output.hasSuffix("cut the text into the same tokens\n"))
  }
}
