import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("isoloss tokenizer train")
struct TokenizerTrainTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("lighthouse.txt", TrainedVocabulary.text)
  }

  private func run(_ line: String, input: [UInt8] = []) -> CommandRun {
    let words = ["tokenizer", "train"] + line.split(separator: " ").map(String.init)
    return CommandRun(words, input: input, in: folder.path)
  }

  @Test("neither threads, nor memory, nor where the text comes from change the files")
  func sameFiles() throws {
    #expect(run("lighthouse.txt --vocabulary 400 -o one --threads 1").code == .done)
    #expect(run("lighthouse.txt --vocabulary 400 -o three.json --threads 3").code == .done)
    let text = try TrainedVocabulary.text
    #expect(run("- --vocabulary 400 -o piped", input: text).code == .done)
    let files = ["one/tokenizer.json", "three.json", "piped/tokenizer.json"]
    let natives = ["one/vocabulary.json", "three.isoloss.json", "piped/vocabulary.json"]
    #expect(Set(try files.map(folder.readBytes)).count == 1)
    #expect(Set(try natives.map(folder.readBytes)).count == 1)
  }

  @Test("the native file names what it was made by")
  func native() throws {
    #expect(
      run("lighthouse.txt --vocabulary 300 --pattern qwen2 --tie-rule rustbpe -o x").code == .done
    )
    let json = try JSONValue(parsing: try folder.readBytes("x/vocabulary.json"), name: "native")
    #expect(try json.text("pattern") == "qwen2" && json.text("normalizer") == "NFC")
    #expect(try json.text("tieRule") == "rustbpe" && json.text("unicodeVersion") == "16.0")
    #expect(try json.text("corpusHash") == "\(ContentHash(of: TrainedVocabulary.text))")
  }

  @Test("counted words are kept, and go on to the same vocabulary")
  func counts() throws {
    let fresh = run("lighthouse.txt --vocabulary 500 -o fresh")
    #expect(run("lighthouse.txt --vocabulary 400 --counts words -o first").code == .done)
    for files in ["lighthouse.txt ", ""] {
      let resumed = run("\(files)--vocabulary 500 --counts words -o resumed")
      #expect(resumed.code == .done && resumed.diagnostics == "")
      let json = try run("\(files)--vocabulary 500 --counts words -o resumed --json").json()
      #expect(try json.text("resumedFrom") == "words")
    }
    #expect(fresh.code == .done)
    #expect(
      try folder.readBytes("resumed/tokenizer.json") == folder.readBytes("fresh/tokenizer.json")
    )
  }

  @Test("counted words of other texts, or counted otherwise, are refused")
  func otherCounts() throws {
    #expect(run("lighthouse.txt --vocabulary 400 --counts words -o first").code == .done)
    try folder.write("other.txt", "another text")
    let cases = [
      (
        "other.txt --vocabulary 400 --counts words -o x",
        "`words`: its words are of other texts than those named; remove it to count these"
      ),
      (
        "--vocabulary 400 --counts words --pattern o200k -o x",
        "`words`: its words were cut by `gpt2`, which `--pattern gpt2` goes on with"
      ),
      (
        "--vocabulary 400 --counts words --normalizer nfc -o x",
        "`words`: its words were counted with `--normalizer none`, and go on with it only"
      ),
      ("--vocabulary 400 --counts other.txt -o x", "other.txt"),
      ("--vocabulary 400 --counts none -o x", "`none`: no such file"),
    ]
    for (line, message) in cases {
      let run = run(line)
      #expect(run.code == .unusable && run.output == "")
      if message == "other.txt" {
        #expect(
          run.diagnostics.hasSuffix("expected counted words, which begin with `IsoLossW`\n")
            || run.diagnostics.hasSuffix("is cut off at byte 12\n"),
          "\(run.diagnostics)"
        )
      } else {
        #expect(run.diagnostics == "error: \(message)\n")
      }
    }
  }

  @Test("a vocabulary that stays small is a result with a warning")
  func small() throws {
    try folder.write("tiny.txt", "aaaa aaaa")
    let run = run("tiny.txt --vocabulary 1000 -o x")
    #expect(run.code == .done && run.output.contains("ended       no pair is left to merge"))
    #expect(
      run.diagnostics
        == "warning: the vocabulary has 259 tokens instead of 1,000: no pair is left to merge"
        + " [small-vocabulary]\n"
    )
  }

  @Test(
    "what makes no vocabulary is refused before a text is read",
    arguments: [
      (
        "missing.txt --vocabulary 100 -o x",
        "expected a vocabulary size from 256 (the special tokens and 256 bytes) to 2097151, found `100`"
      ),
      (
        "missing.txt -o x",
        "no size is named: `--vocabulary N` is needed, such as `--vocabulary 32768`"
      ),
      (
        "missing.txt --vocabulary 300",
        "no place for the vocabulary is named: `--output OUT` is needed"
      ),
      ("--vocabulary 300 -o x", "missing argument `FILE`"),
      ("- - --vocabulary 300 -o x", "standard input is given twice"),
      (
        "missing.txt --vocabulary 300 --pattern gpt3 -o x",
        "`--pattern` takes `gpt2`, `cl100k`, `o200k`, `llama3`, `qwen2`, found `gpt3`; did you mean"
          + " `gpt2`?"
      ),
      (
        "missing.txt --vocabulary 300.5 -o x",
        "`--vocabulary` and `--minimum-count` take whole numbers"
      ),
      (
        "missing.txt --vocabulary 300 --special a -o x",
        "expected special tokens unlike the 256 bytes, found `a`, which a vocabulary file could not"
          + " tell from a byte"
      ),
      (
        "missing.txt --vocabulary 300 -o -",
        "`--output` and `--counts` take files, not standard output"
      ),
    ]
  )
  func refusals(_ line: String, _ message: String) {
    let run = run(line)
    #expect(run.code == .unusable && run.output == "")
    #expect(
      run.diagnostics == "error: \(message)\n`isoloss help tokenizer train` shows what it takes\n"
    )
  }

  @Test("a failed training leaves no files")
  func failures() throws {
    try folder.write("empty.txt", "")
    #expect(
      run("missing.txt --vocabulary 300 -o x").diagnostics == "error: `missing.txt`: no such file\n"
    )
    #expect(
      run("empty.txt --vocabulary 300 -o x").diagnostics
        == "error: nothing to train on: the training text is empty\n"
    )
    #expect(
      run("lighthouse.txt --vocabulary 300 -o empty.txt").diagnostics
        == "error: `empty.txt`: is a file, expected a folder\n"
    )
    try folder.write("own.json", "some text to read")
    #expect(
      run("own.json --vocabulary 300 -o own.json").diagnostics
        == "error: `own.json` is both read and written; choose another output\n"
    )
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/x"))
  }
}
