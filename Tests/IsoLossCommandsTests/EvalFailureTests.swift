import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("eval: what goes wrong")
struct EvalFailureTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("text.txt", "hello\n")
    try folder.write("empty.txt", "")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/folder",
      withIntermediateDirectories: false
    )
  }

  private func run(_ line: String, input: String = "") -> CommandRun {
    let words = line.split(separator: " ").map(String.init)
    return CommandRun(words, input: Array(input.utf8), in: folder.path)
  }

  @Test(
    "inputs",
    arguments: [
      ("empty.txt", "`empty.txt`: nothing to score: the input is empty"),
      ("-", "`standard input`: nothing to score: the input is empty"),
      ("missing.txt", "`missing.txt`: no such file"),
      ("text.txt/x", "`text.txt/x`: a part of the path is a file, expected a folder"),
      ("folder", "`folder`: the folder holds no files"),
      ("text.txt --train empty.txt", "nothing to train on: the training text is empty"),
      ("text.txt --train missing.txt", "`missing.txt`: no such file"),
      ("text.txt --train folder", "`folder`: the folder holds no files"),
      (
        "text.txt --train text.txt --discounts strict",
        "no discounts for order 1: no n-gram has adjusted count 2; the text is small or artificial,"
          + " `--discounts fallback` would do"
      ),
      ("text.txt --per-token folder", "`folder`: is a folder, expected a file"),
      (
        "text.txt --per-token no/where",
        "`no/where`: the folder `no` does not exist"
      ),
    ]
  )
  func inputs(_ line: String, _ message: String) {
    let run = run("eval \(line)")
    #expect(run.code == .unusable)
    // Folders are named as they are searched, from the working directory on.
    let message = message.replacing("folder `no`", with: "folder `\(folder.path)/no`")
    #expect(run.diagnostics == "error: \(message)\n")
    #expect(run.output.isEmpty)
  }

  @Test(
    "words",
    arguments: [
      ("", "missing argument `FILE`"),
      ("- -", "standard input is given twice"),
      ("- --train -", "standard input is given twice, to train on and to score"),
      ("text.txt --order 3", "`--order` needs `--train`"),
      ("text.txt --unit byte", "`--unit` needs `--train`"),
      ("text.txt --reserved skip", "`--reserved` needs `--train`"),
      ("text.txt --discounts strict", "`--discounts` needs `--train`"),
      ("text.txt --rank", "`--rank` needs `--per-token`"),
      (
        "text.txt --train text.txt --model adaptive",
        "`--train` and `--model` exclude one another"
      ),
      ("text.txt --train text.txt --effort max", "`--train` and `--effort` exclude one another"),
      ("text.txt --train text.txt --memory 1G", "`--train` and `--memory` exclude one another"),
      ("text.txt --train text.txt --carry", "`--train` and `--carry` exclude one another"),
      (
        "text.txt --train text.txt --order 0",
        "`--order`: `0` is out of range: expected a whole number from 1 to 32"
      ),
      (
        "text.txt --train text.txt --order 99999999999999999999",
        "`--order`: `99999999999999999999` is out of range: expected a whole number from 1 to 32"
      ),
      (
        "text.txt --train text.txt --order 2.5",
        "`--order`: expected a whole number from 1 to 32, found `2.5`"
      ),
      (
        "text.txt --memory 12",
        "`--memory`: expected memory such as `512MiB` or `2GB`, found `12` (units are KiB, MiB, GiB,"
          + " TiB, kB, MB, GB, TB)"
      ),
      (
        "text.txt --documents titel",
        "`--documents` takes `file`, `blank-line`, `title`, found `titel`; did you mean `title`?"
      ),
      ("text.txt --json=1", "`--json` takes no value"),
      ("text.txt --perplexity", "unknown option `--perplexity`"),
      ("text.txt --jsn", "unknown option `--jsn`; did you mean `--json`?"),
    ]
  )
  func words(_ line: String, _ message: String) {
    let run = run("eval \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n`isoloss help eval` shows what it takes\n")
    #expect(run.output.isEmpty)
  }

  @Test("one input that fails does not silence the others")
  func oneOfSeveral() throws {
    let run = run("eval --json text.txt missing.txt empty.txt folder")
    #expect(run.code == .unusable)
    let messages = [
      "`missing.txt`: no such file", "`empty.txt`: nothing to score: the input is empty",
      "`folder`: the folder holds no files",
    ]
    let lines = run.diagnostics.split(separator: "\n").map(String.init)
    #expect(lines.filter { $0.hasPrefix("error: ") } == messages.map { "error: \($0)" })
    let json = try run.json()
    #expect(try json.value("files").array?.count == 1)
    #expect(try json.number("total.byteCount") == 6)
    let failed = try json.value("failed").array ?? []
    #expect(failed.compactMap { $0["name"]?.string } == ["missing.txt", "empty.txt", "folder"])
    #expect(failed.compactMap { $0["error"]?.string } == messages)
  }

  @Test("where every input fails, each is named once")
  func allFail() {
    let run = run("eval missing.txt empty.txt")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics == """
        error: `missing.txt`: no such file
        error: `empty.txt`: nothing to score: the input is empty

        """
    )
    #expect(run.output.isEmpty)
  }

  @Test("a word too long to train on is named by file and line")
  func longWord() throws {
    let limit = 1 << 20
    try folder.write("long.txt", "short\n" + String(repeating: "x", count: limit + 1) + "\n")
    let run = run("eval --train long.txt text.txt")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: long.txt:2: expected tokens of at most \(limit) bytes, found one of \(limit + 1);"
        + " is this a text?\n"
    )
  }

  @Test("a reserved word is named by file and line")
  func reservedWord() throws {
    try folder.write("unk.txt", "a b\nc <unk>\n")
    let run = run("eval --train unk.txt --reserved error text.txt")
    #expect(
      run.diagnostics
        == "error: unk.txt:2: expected no reserved word, found `<unk>`; `--reserved skip` or `count` would do\n"
    )
  }

  @Test("a failed run leaves no per-token file")
  func noPartialFile() throws {
    #expect(run("eval missing.txt --per-token out.tsv").code == .unusable)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["empty.txt", "folder", "text.txt"])
  }
}

@Suite("eval: warnings")
struct EvalWarningTests {
  private func run(_ bytes: [UInt8], _ options: String...) throws -> CommandRun {
    CommandRun(["eval", "--json", "-"] + options, input: bytes)
  }

  private func warnings(_ run: CommandRun) throws -> [String] {
    try run.json().value("warnings").array?.compactMap { $0["id"]?.string } ?? []
  }

  @Test(
    "inputs that may not be what was meant",
    arguments: [
      (
        [0x1F, 0x8B, 0x08, 0x00] as [UInt8], "mistaken-input",
        "`standard input` looks like a gzip file: pipe it through zcat"
      ),
      (
        [0xEF, 0xBB, 0xBF, 0x61, 0x0A], "byte-order-mark",
        "`standard input` begins with a byte-order mark, scored as the 3 bytes it is"
      ),
      (
        [0x61, 0xFF, 0xFE, 0x62, 0xC3, 0x0A], "invalid-utf8",
        "`standard input` is not all UTF-8: 2 invalid runs, the first at byte 1; each counts as one"
          + " character"
      ),
      (
        [0x61, 0xFF, 0x0A], "invalid-utf8",
        "`standard input` is not all UTF-8: 1 invalid run, the first at byte 1; each counts as one"
          + " character"
      ),
    ]
  )
  func inputs(_ bytes: [UInt8], _ id: String, _ message: String) throws {
    let run = try run(bytes)
    #expect(run.code == .done)
    #expect(run.diagnostics.split(separator: "\n").contains("warning: \(message)"))
    #expect(try warnings(run).contains(id))
    #expect(try self.run(bytes, "--quiet").diagnostics.isEmpty)
  }

  @Test("a number that is not finite is null, and a warning names it")
  func notFinite() throws {
    // One word of 4,096 bytes that no model foresees: e to its nats is beyond Double.
    var generator = SeededGenerator(seed: 7)
    let bytes = (0..<4096).map { _ in UInt8(0x61 + generator.next(below: 26)) }
    let run = try run(bytes)
    #expect(run.code == .done)
    let json = try run.json()
    #expect(try json.value("total.wordPerplexity.value").isNull)
    #expect(try json.number("total.totalNats") > 710)
    let messages = try json.value("warnings").array?.compactMap { $0["message"]?.string } ?? []
    let expected = ["total", "files[0]"].map {
      "`\($0).wordPerplexity.value` is not a finite number and stands as null"
    }
    #expect(messages == expected)
    #expect(run.diagnostics == expected.map { "warning: \($0)\n" }.joined())
  }

  @Test("bits per byte are absent with a reason where tokens do not determine bytes")
  func lossy() throws {
    let words = ["eval", "--json", "--train", "corpora/lighthouse.txt", "-"]
    let plain = try CommandRun(words, input: Array("the  sea\n".utf8)).json().value("total")
    #expect(try plain.value("isLossless").bool == false)
    #expect(try plain.value("bitsPerByte.value").isNull)
    #expect(
      try plain.text("bitsPerByte.reason") == "the tokens do not determine the bytes of the text"
    )
    #expect(try plain.number("unmodelledByteCount") > 0)
    let lossy = CommandRun(words + ["--allow-lossy"], input: Array("the  sea\n".utf8))
    let total = try lossy.json().value("total")
    let nats = try total.number("totalNats")
    #expect(isNear(try total.number("bitsPerByte.value"), nats / 9 / log(2), 1e-14))
    #expect(try total.value("isLossless").bool == false)
  }
}
