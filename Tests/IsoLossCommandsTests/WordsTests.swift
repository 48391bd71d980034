import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("Words of a command line")
struct WordsTests {
  private let table = CommandSpecification(
    name: "try",
    summary: "tries",
    discussion: "",
    argument: .init("FILE", count: 0...2),
    options: [
      .flag("fast", short: "f", help: "fast"),
      .value("order", "N", help: "order"),
      .file("train", isRepeatable: true, help: "train"),
      .choice("unit", ["byte", "word"], help: "unit"),
      Option.choice("draw", ["dots", "lines"], help: "draw").withOptionalValue,
    ],
    examples: []
  )

  private func parse(_ line: String) throws -> ParsedWords {
    try ParsedWords(line.split(separator: " ").map(String.init), for: table)
  }

  @Test("options and arguments in any order")
  func anyOrder() throws {
    let words = try parse("a --order 3 --train=x -f --train y b")
    #expect(words.arguments == ["a", "b"])
    #expect(words.text("order") == "3")
    #expect(words.texts("train") == ["x", "y"])
    #expect(words.has("fast"))
    #expect(!words.has("quiet"))
  }

  @Test("a value that may be left out is attached or not there")
  func optionalValue() throws {
    let bare = try parse("--draw dots")
    #expect(bare.arguments == ["dots"])
    #expect(bare.isGiven("draw") && bare.text("draw") == nil)
    #expect(try parse("--draw=lines a").text("draw") == "lines")
    #expect(try parse("a").isGiven("draw") == false)
  }

  @Test("two dashes end the options, one is an argument")
  func dashes() throws {
    #expect(try parse("-f -- --order").arguments == ["--order"])
    #expect(try parse("-").arguments == ["-"])
    #expect(try parse("--order=").text("order") == "")
    #expect(try parse("--order -").text("order") == "-")
  }

  @Test(
    "what does not fit the table",
    arguments: [
      ("--ordr 3", "unknown option `--ordr`; did you mean `--order`?"),
      ("--xyzzy", "unknown option `--xyzzy`"),
      ("--order", "`--order` needs a value: `--order N`"),
      ("--order --fast", "`--order` needs a value: `--order N`"),
      ("--order -- x", "`--order` needs a value: `--order N`"),
      ("--fast=yes", "`--fast` takes no value"),
      ("--order 1 --order 2", "`--order` is given twice"),
      ("--unit words", "`--unit` takes `byte`, `word`, found `words`; did you mean `word`?"),
      ("--draw=line", "`--draw` takes `dots`, `lines`, found `line`; did you mean `lines`?"),
      ("a b c", "unexpected argument `c`"),
      ("-x", "unknown option `-x`"),
    ]
  )
  func misfits(_ line: String, _ message: String) {
    let error = #expect(throws: UsageError.self) { try parse(line) }
    #expect(error?.description == message)
  }
}

@Suite("The tool")
struct ToolTests {
  @Test("an unknown command is guessed at")
  func unknownCommand() {
    let run = CommandRun("evl x")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: unknown command `evl`; did you mean `eval`?\n`isoloss help` lists the commands\n"
    )
    #expect(run.output.isEmpty)
  }

  @Test("help on an unknown command lists the commands")
  func helpOnUnknownCommand() {
    let run = CommandRun("help evl")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: unknown command `evl`; did you mean `eval`?\n`isoloss help` lists the commands\n"
    )
  }

  @Test("version")
  func version() {
    #expect(CommandRun("--version").output == "isoloss \(IsoLossVersion.current)\n")
  }

  @Test("no words at all show the commands, and are wrong use")
  func noWords() {
    #expect(CommandRun("").code == .unusable)
    #expect(CommandRun("").diagnostics == CommandRun("help").output)
  }

  @Test("help", arguments: IsoLossTool.specifications.map(\.name))
  func help(_ name: String) {
    let run = CommandRun("help \(name)")
    #expect(run.code == .done)
    #expect(run.output == CommandRun("\(name) --help").output)
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let file = name.split(separator: " ").joined(separator: "-")
    expectSnapshot(run.output, "Tests/IsoLossCommandsTests/Snapshots/help-\(file).txt")
  }

  @Test("every option is in every completion script", arguments: ["bash", "zsh", "fish"])
  func completions(_ shell: String) {
    let script = CommandRun("completions \(shell)").output
    for option in IsoLossTool.specifications.flatMap(\.allOptions) {
      #expect(script.contains(shell == "fish" ? "-l \(option.name)" : option.spelling))
    }
  }

  @Test("no option has two meanings of one letter")
  func shortNames() {
    for specification in IsoLossTool.specifications {
      let letters = specification.allOptions.compactMap(\.short)
      #expect(Set(letters).count == letters.count)
      #expect(Set(specification.allOptions.map(\.name)).count == specification.allOptions.count)
    }
  }

  @Test("output that no one reads ends the command quietly")
  func brokenPipe() {
    let run = CommandRun(["--version"]) { $0.output = ClosedPipe() }
    #expect(run.code == .done)
    #expect(run.diagnostics.isEmpty)
  }
}
