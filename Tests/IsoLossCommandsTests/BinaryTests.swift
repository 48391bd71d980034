import Foundation
import IsoLoss
import TestSupport
import Testing

@Suite("The built binary", .serialized, .enabled(if: BinaryRun.path != nil))
struct BinaryTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("text.txt", "hello\n")
    try folder.write("empty.txt", "")
  }

  private func run(_ script: String) throws -> BinaryRun {
    try BinaryRun(script, in: folder)
  }

  /// The folder's files, hidden ones too.
  private var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  // MARK: Exit codes

  @Test(
    "exit codes",
    arguments: [
      ("--version", 0), ("help", 0), ("eval --help", 0), ("eval text.txt", 0), ("", 2), ("evl", 2),
      ("tokenizer", 2), ("model", 2),
      ("eval", 2), ("eval empty.txt", 2), ("eval missing.txt", 2), ("eval text.txt missing.txt", 2),
      ("plan --compute 1e21", 0), ("plan --loss 1", 2), ("fit text.txt", 2),
      ("completions bash", 0), ("completions tcsh", 2),
    ]
  )
  func exitCodes(_ words: String, _ status: Int32) throws {
    let run = try run("\"$ISOLOSS\" \(words)")
    #expect(run.status == status)
    #expect(run.diagnostics.isEmpty == (status == 0))
  }

  @Test("words that are not UTF-8 are words like others")
  func invalidWords() throws {
    let run = try run(#"cp text.txt "$(printf 'a\377b')"; "$ISOLOSS" eval "$(printf 'a\377b')""#)
    #expect(run.status == 0 || run.status == 2)
    #expect(run.diagnostics.isEmpty || run.diagnostics.hasPrefix("error: "))
  }

  #if os(Linux)
  @Test("it does without Foundation, whose loading takes 6 MiB")
  func libraries() throws {
    let path = try #require(BinaryRun.path)
    let binary = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(binary.range(of: Data("libswiftCore".utf8)) != nil)
    #expect(binary.range(of: Data("libFoundation".utf8)) == nil)
  }
  #endif

  // MARK: Outputs that are gone or full

  @Test("a reader that has seen enough ends the command quietly")
  func brokenPipe() throws {
    // A script's status is that of its last pipe's end, so the command's own goes to a file.
    let script = #"("$ISOLOSS" help eval; echo $? >status) | head -1; sleep 0.1; cat status"#
    let run = try run(script)
    #expect(run.output.hasSuffix("\n0\n"))
    #expect(run.diagnostics.isEmpty)
    let plan = try self.run(
      #"("$ISOLOSS" plan --compute 1e21 --json; echo $? >status) | true; sleep 0.1; cat status"#
    )
    #expect(plan.output == "0\n")
    #expect(plan.diagnostics.isEmpty)
  }

  @Test("standard output that is closed is an error")
  func closedOutput() throws {
    let run = try run(#""$ISOLOSS" --version >&-"#)
    #expect(run.status == 2)
    #expect(run.diagnostics.hasPrefix("error: `standard output`: "))
  }

  @Test("standard error that is closed changes nothing")
  func closedDiagnostics() throws {
    let run = try run(#"printf '\377' | "$ISOLOSS" eval - 2>&-"#)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("text   standard input\n"))
  }

  @Test(
    "a full disk is an error",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [
      ("eval text.txt >/dev/full", "standard output"),
      ("eval text.txt --per-token /dev/full", "/dev/full"),
      ("fit runs.csv --svg /dev/full", "/dev/full"),
    ]
  )
  func fullDisk(_ words: String, _ name: String) throws {
    let table = TestFiles.package("corpora/runs-known-truth.csv")
    try folder.write("runs.csv", [UInt8](Data(contentsOf: URL(filePath: table))))
    let run = try run("\"$ISOLOSS\" \(words)")
    #expect(run.status == 2)
    #expect(run.diagnostics == "error: `\(name)`: no space left on the device\n")
  }

  @Test("a folder that takes no files is an error before any work")
  func unwritableFolder() throws {
    // Not even the superuser creates files below /sys; elsewhere, write permission is taken away.
    let isSystem = FileManager.default.fileExists(atPath: "/sys/kernel")
    let place = isSystem ? "/sys" : "locked"
    let run = try run(
      "mkdir locked; chmod a-w locked; \"$ISOLOSS\" eval text.txt --per-token \(place)/tokens.tsv"
    )
    #expect(run.status == 2)
    #expect(run.diagnostics == "error: `\(place)/tokens.tsv`: permission denied\n")
    #expect(run.output.isEmpty)
  }

  // MARK: Signals

  @Test(
    "a signal ends a long run at once and leaves no file",
    arguments: [("INT", 130), ("TERM", 143)]
  )
  func signals(_ name: String, _ status: Int32) throws {
    // The shell sets SIGINT to be ignored for what it runs behind it, so the command stands in front.
    let script = """
      (sleep 0.7; kill -\(name) $(cat pid)) &
      yes 'a long text' | sh -c 'echo $$ >pid; exec "$ISOLOSS" eval - --per-token out.tsv'
      """
    let start = ContinuousClock.now
    let run = try run(script)
    #expect(run.status == status)
    #expect(run.diagnostics == "error: \(name == "INT" ? "interrupted" : "terminated")\n")
    #expect(run.output.isEmpty)
    #expect(try files == ["empty.txt", "pid", "text.txt"])
    #expect(ContinuousClock.now - start < .seconds(4))
  }

  @Test("a signal ends the wait for input that does not come")
  func signalWhileWaiting() throws {
    let script = """
      mkfifo pipe
      (sleep 0.3; kill -TERM $(cat pid)) &
      exec 3<>pipe
      sh -c 'echo $$ >pid; exec "$ISOLOSS" eval - <pipe'
      """
    let run = try run(script)
    #expect(run.status == 143)
    #expect(run.diagnostics == "error: terminated\n")
  }

  // MARK: Large and strange inputs

  @Test("64 MB of one byte through a pipe to an n-gram model")
  func oneByte() throws {
    try folder.write("train.txt", "a text to train on\n")
    let bytes = "head -c 64000000 /dev/zero | tr '\\0' a"
    let run = try run(
      "\(bytes) | \"$ISOLOSS\" eval --train train.txt --unit byte --order 2 --json -"
    )
    #expect(run.status == 0)
    let json = try JSONValue(parsing: Array(run.output.utf8), name: "output")
    #expect(try json.number("total.byteCount") == 64_000_000)
    #expect(try json.number("total.wordCount") == 1)
  }

  @Test("64 MB of one byte through a pipe cost the adaptive model next to nothing")
  func oneByteAdaptive() throws {
    let run = try run("head -c 64000000 /dev/zero | tr '\\0' a | \"$ISOLOSS\" eval --json -")
    #expect(run.status == 0)
    let json = try JSONValue(parsing: Array(run.output.utf8), name: "output")
    #expect(try json.number("total.bitsPerByte.value") < 0.001)
  }

  @Test("bytes at random are scored, and cost about eight bits each")
  func randomBytes() throws {
    var generator = SeededGenerator(seed: 20_261_120)
    try folder.write("random.bin", (0..<200_000).map { _ in UInt8(generator.next(below: 256)) })
    let run = try run("\"$ISOLOSS\" eval --json random.bin")
    #expect(run.status == 0)
    let json = try JSONValue(parsing: Array(run.output.utf8), name: "output")
    // Less than 8 cannot be expected of any model, by more than a few hundred bits in all.
    #expect((7.99..<8.5).contains(try json.number("total.bitsPerByte.value")))
    let warnings = try json.value("warnings").array?.compactMap { $0["id"]?.string } ?? []
    #expect(warnings.contains("invalid-utf8"))
  }

  @Test("a word longer than 1 MiB: refused in training, unknown in scoring")
  func longWord() throws {
    try folder.write("long.txt", "a\n" + String(repeating: "x", count: (1 << 20) + 1) + "\n")
    let training = try run("\"$ISOLOSS\" eval --train long.txt --unit word text.txt")
    #expect(training.status == 2)
    #expect(
      training.diagnostics
        == "error: long.txt:2: expected tokens of at most 1048576 bytes, found one of 1048577; is"
        + " this a text?\n"
    )
    let scoring = try run("\"$ISOLOSS\" eval --train text.txt --quiet --json long.txt")
    #expect(scoring.status == 0)
    let json = try JSONValue(parsing: Array(scoring.output.utf8), name: "output")
    #expect(try json.number("total.unknownCount") == 2)
  }

  @Test("no run leaves a temporary file")
  func noTemporaryFiles() throws {
    let script = """
      "$ISOLOSS" eval text.txt --per-token tokens.tsv
      "$ISOLOSS" eval text.txt missing.txt --per-token tokens.tsv
      "$ISOLOSS" eval empty.txt --per-token never.tsv
      """
    #expect(try run(script).status == 2)
    #expect(try files == ["empty.txt", "text.txt", "tokens.tsv"])
    #expect(try folder.read("tokens.tsv").split(separator: "\n").count == 7)
  }
}
