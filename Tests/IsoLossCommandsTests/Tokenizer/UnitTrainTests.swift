import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("isoloss tokenizer train --unit")
struct UnitTrainTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("lighthouse.txt", TrainedVocabulary.text)
  }

  private func run(_ line: String, input: [UInt8] = []) -> CommandRun {
    let words = ["tokenizer", "train"] + line.split(separator: " ").map(String.init)
    return CommandRun(words, input: input, in: folder.path)
  }

  @Test(
    "reports for people",
    arguments: [("character", ""), ("word", " --vocabulary 500")]
  )
  func report(_ unit: String, _ size: String) {
    let run = run("lighthouse.txt --unit \(unit)\(size) -o out")
    #expect(run.code == .done && run.diagnostics == "")
    expectSnapshot(
      run.output,
      "Tests/IsoLossCommandsTests/Snapshots/report-tokenizer-train-\(unit).txt"
    )
  }

  @Test("neither threads, nor memory, nor where the text comes from change the file")
  func sameFiles() throws {
    for unit in ["character", "word"] {
      let text = try TrainedVocabulary.text
      #expect(run("lighthouse.txt --unit \(unit) -o one --threads 1").code == .done)
      #expect(run("lighthouse.txt --unit \(unit) -o three.json --threads 3").code == .done)
      #expect(run("lighthouse.txt --unit \(unit) --memory 1kB -o small").code == .done)
      #expect(run("- --unit \(unit) -o piped", input: text).code == .done)
      let files = [
        "one/vocabulary.json", "three.json", "small/vocabulary.json", "piped/vocabulary.json",
      ]
      #expect(Set(try files.map(folder.readBytes)).count == 1)
      let vocabulary = try UnitVocabulary(native: folder.readBytes("three.json"), name: "three")
      #expect(vocabulary.corpusHash == ContentHash(of: text))
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/one/tokenizer.json"))
  }

  @Test("a size keeps the most frequent and the unknown")
  func size() throws {
    let run = run("lighthouse.txt --unit word --vocabulary 500 -o words --json")
    let json = try run.json()
    #expect(try json.number("vocabularySize") == 500)
    let tokens = try json.number("tokenCount")
    #expect(try json.number("unknownCount") == json.number("omittedPieceCount"))
    #expect(try json.number("unknownCount") > 0 && json.number("unknownCount") < tokens)
    let count = try self.run("lighthouse.txt --unit word -o all --json").json()
    #expect(try count.number("unknownCount") == 0)
    #expect(try count.number("vocabularySize") == json.number("wordCount") + 1)
    let large = self.run("lighthouse.txt --unit character --vocabulary 1000 -o letters")
    #expect(large.code == .done)
    #expect(
      large.diagnostics.hasPrefix("warning: the vocabulary has ")
        && large.diagnostics.hasSuffix(
          " tokens instead of 1,000: the texts have no more characters [small-vocabulary]\n"
        )
    )
  }

  @Test(
    "what makes no vocabulary is refused before a text is read",
    arguments: [
      ("--pattern gpt2", "`--unit word` and `--pattern` exclude one another"),
      ("--normalizer nfc", "`--unit word` and `--normalizer` exclude one another"),
      ("--special <s>", "`--unit word` and `--special` exclude one another"),
      ("--minimum-count 2", "`--unit word` and `--minimum-count` exclude one another"),
      ("--tie-rule rustbpe", "`--unit word` and `--tie-rule` exclude one another"),
      ("--counts words", "`--unit word` and `--counts` exclude one another"),
      (
        "--vocabulary 1",
        "`--vocabulary`: expected a whole number from 2 (a word and the unknown) to 2097151, found `1`"
      ),
      (
        "--vocabulary 2.5",
        "`--vocabulary`: expected a whole number from 2 (a word and the unknown) to 2097151, found"
          + " `2.5`"
      ),
    ]
  )
  func refusals(_ option: String, _ message: String) {
    let run = run("missing.txt --unit word \(option) -o x")
    #expect(run.code == .unusable && run.output == "")
    #expect(
      run.diagnostics == "error: \(message)\n`isoloss help tokenizer train` shows what it takes\n"
    )
  }

  @Test("a failed training leaves no files")
  func failures() throws {
    try folder.write("empty.txt", "")
    #expect(
      run("empty.txt --unit character -o x").diagnostics
        == "error: nothing to count: the texts have no characters\n"
    )
    #expect(
      run("missing.txt --unit word -o x").diagnostics == "error: `missing.txt`: no such file\n"
    )
    try folder.write("own.json", "some text to read")
    #expect(
      run("own.json --unit word -o own.json").diagnostics
        == "error: `own.json` is both read and written; choose another output\n"
    )
    #expect(run("lighthouse.txt --vocabulary 300 -o pairs").code == .done)
    #expect(
      run("lighthouse.txt --unit word -o pairs").diagnostics
        == "error: `pairs` holds another vocabulary, `pairs/tokenizer.json`, which is read first; choose"
        + " another output\n"
    )
    #expect(
      run("lighthouse.txt --unit byte -o x").diagnostics.hasPrefix(
        "error: `--unit` takes `byte-pair`, `character`, `word`, found `byte`"
      )
    )
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/x"))
  }

  @Test("byte pairs may be named, and are what they were")
  func bytePairs() throws {
    #expect(run("lighthouse.txt --vocabulary 300 -o one").code == .done)
    #expect(run("lighthouse.txt --unit byte-pair --vocabulary 300 -o two").code == .done)
    #expect(
      try folder.readBytes("one/vocabulary.json") == folder.readBytes("two/vocabulary.json")
    )
  }
}
