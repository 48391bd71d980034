import Foundation
import IsoLoss
import TestSupport
import Testing

@Suite("The built binary's tokenizer", .serialized, .enabled(if: BinaryRun.path != nil))
struct TokenizerBinaryTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TrainedVocabulary.folder()
  }

  private func run(_ script: String) throws -> BinaryRun {
    try BinaryRun(script, in: folder)
  }

  private var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  // MARK: Pipes

  @Test(
    "a reader that has seen enough ends a long text quietly",
    arguments: ["text", "jsonl", "u16"]
  )
  func brokenPipe(_ format: String) throws {
    // Far more than a pipe holds; a script's status is that of its last command, so the command's own
    // goes to a file.
    let run = try run(
      """
      for i in $(seq 100); do cat lighthouse.txt; done >long.txt
      ("$ISOLOSS" tokenizer encode --vocabulary tok --format \(format) long.txt; echo $? >status) |
        head -c 1 | wc -c
      sleep 0.2
      cat status
      """
    )
    #expect(run.output.split(whereSeparator: \.isWhitespace) == ["1", "0"])
    #expect(run.diagnostics.isEmpty)
  }

  @Test("binary ids go through pipes and come back as the text")
  func pipes() throws {
    for format in ["u16", "u32", "text", "jsonl"] {
      let run = try run(
        """
        cat lighthouse.txt | "$ISOLOSS" tokenizer encode --vocabulary tok --format \(format) - |
          "$ISOLOSS" tokenizer decode --vocabulary tok --format \(format) - | cmp - lighthouse.txt
        """
      )
      #expect(run.status == 0 && run.output.isEmpty && run.diagnostics.isEmpty, "\(format)")
    }
    let size = try run(
      "\"$ISOLOSS\" tokenizer encode --vocabulary tok --format u16 <lighthouse.txt | wc -c"
    )
    #expect(Int(size.output.filter(\.isNumber)) == 2 * TokenizedText.trainingTokenCount)
  }

  @Test("standard input is a text, a vocabulary and ids, but only one of them at a time")
  func standardInput() throws {
    let text = try run("printf 'ab' | \"$ISOLOSS\" tokenizer encode --vocabulary tok -")
    #expect(text.output == "65 66\n" && text.status == 0)
    let vocabulary = try run(
      """
      printf 'ab' >ab.txt
      "$ISOLOSS" tokenizer encode --vocabulary - ab.txt <tok/tokenizer.json
      """
    )
    #expect(vocabulary.output == "65 66\n" && vocabulary.status == 0)
    let ids = try run("echo 65 66 | \"$ISOLOSS\" tokenizer decode --vocabulary tok")
    #expect(ids.output == "ab" && ids.status == 0)
    let training = try run(
      "\"$ISOLOSS\" tokenizer train - --vocabulary 300 -o piped --quiet <lighthouse.txt >report"
    )
    #expect(training.status == 0)
    #expect(try files.contains("piped"))
    let twice = try run("\"$ISOLOSS\" tokenizer encode --vocabulary - - <ab.txt")
    #expect(twice.status == 2)
  }

  @Test("a line of JSON is answered before the next one comes")
  func conversation() throws {
    let run = try run(
      """
      mkfifo question answer
      "$ISOLOSS" tokenizer encode --vocabulary tok --jsonl - <question >answer &
      exec 3>question 4<answer
      for text in a b; do
        echo "{\\"text\\":\\"$text\\"}" >&3
        read line <&4
        echo "$line"
      done
      exec 3>&-
      wait $!
      """
    )
    #expect(run.output == "{\"ids\":[65]}\n{\"ids\":[66]}\n" && run.status == 0)
  }

  // MARK: Outputs that are full

  @Test(
    "a full disk is an error",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [
      ("encode --vocabulary tok lighthouse.txt >/dev/full", "standard output"),
      ("encode --vocabulary tok --format u16 -o /dev/full lighthouse.txt", "/dev/full"),
      ("decode --vocabulary tok ids >/dev/full", "standard output"),
      ("decode --vocabulary tok -o /dev/full ids", "/dev/full"),
      ("count --vocabulary tok lighthouse.txt >/dev/full", "standard output"),
      ("inspect tok >/dev/full", "standard output"),
      ("inspect tok --html /dev/full", "/dev/full"),
      ("compare --vocabulary tok --vocabulary byte ids >/dev/full", "standard output"),
      ("train lighthouse.txt --vocabulary 300 -o full.json", "full.json"),
    ]
  )
  func fullDisk(_ words: String, _ name: String) throws {
    try folder.write("ids", "65 66\n")
    let run = try run("ln -s /dev/full full.json; \"$ISOLOSS\" tokenizer \(words)")
    #expect(run.status == 2)
    #expect(run.diagnostics == "error: `\(name)`: no space left on the device\n")
  }

  // MARK: Signals

  @Test(
    "a signal ends training on a text without end, and leaves no file",
    arguments: [("INT", 130), ("TERM", 143)]
  )
  func signals(_ name: String, _ status: Int32) throws {
    let before = try files
    // The shell sets SIGINT to be ignored for what it runs behind it, so the command stands in front.
    let script = """
      (sleep 0.7; kill -\(name) $(cat pid)) &
      yes 'the keeper of a lamp' | sh -c 'echo $$ >pid
        exec "$ISOLOSS" tokenizer train - --vocabulary 300 --counts words -o out'
      """
    let start = ContinuousClock.now
    let run = try run(script)
    #expect(run.status == status)
    #expect(run.diagnostics == "error: \(name == "INT" ? "interrupted" : "terminated")\n")
    #expect(run.output.isEmpty)
    #expect(try files == (before + ["pid"]).sorted())
    #expect(ContinuousClock.now - start < .seconds(4))
  }

  @Test("a signal ends encoding into a file, which does not appear")
  func signalWhileEncoding() throws {
    let before = try files
    let script = """
      (sleep 0.7; kill -INT $(cat pid)) &
      yes 'the keeper of a lamp' | sh -c 'echo $$ >pid
        exec "$ISOLOSS" tokenizer encode --vocabulary tok --format u16 -o ids -'
      """
    let run = try run(script)
    #expect(run.status == 130 && run.diagnostics == "error: interrupted\n")
    #expect(try files == (before + ["pid"]).sorted())
  }
}
