import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// Every command of every notebook and of the README is run, and what it prints and draws is compared.
@Suite("Notebooks")
struct NotebookTests {
  /// Notebooks whose digits need multiply-adds that round once; without them they are not checked.
  private static let fusedNames = ["04-training-a-tiny-transformer.md"]

  static let paths: [String] = {
    let folder = TestFiles.package("notebooks-md")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let skipped = KernelVariant.fastest == .portable ? fusedNames : []
    let notebooks = files.filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted()
      .filter { !skipped.contains($0) }
    return ["README.md"] + notebooks.map { "notebooks-md/\($0)" }
  }()

  /// What the README writes before a command, for a machine on which nothing is installed.
  private let runner = "swift run -c release "

  private let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"

  @Test("prints what it shows", arguments: paths)
  func printsWhatItShows(_ name: String) throws {
    let path = TestFiles.package(name)
    let notebook = Notebook(try String(contentsOfFile: path, encoding: .utf8))
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: TestFiles.package("corpora"),
      toPath: "\(folder.path)/corpora"
    )
    var outputs = [String]()
    for cell in notebook.cells {
      let line = cell.line.hasPrefix(runner) ? String(cell.line.dropFirst(runner.count)) : cell.line
      let words = shellWords(line)
      #expect(words.first == "isoloss", "a notebook runs single commands, found `\(cell.line)`")
      let output = terminalOutput(Array(words.dropFirst()), in: folder.path)
      if !isRecording { compare(output, notebook.output(of: cell), cell.line) }
      outputs.append(output)
    }
    for picture in notebook.pictures { try comparePicture(picture, in: folder) }
    guard isRecording else { return }
    try notebook.replacing(outputs: outputs).write(toFile: path, atomically: true, encoding: .utf8)
    Issue.record("recorded `\(name)`")
  }

  /// What a terminal would show: results and diagnostics in one stream.
  private func terminalOutput(_ words: [String], in folder: String) -> String {
    let screen = MemorySink()
    let run = CommandRun(words, in: folder) { context in
      context.output = screen
      context.diagnostics = screen
    }
    #expect(run.code == .done || run.code == .checkFailed, "`\(words.joined(separator: " "))`")
    return screen.text
  }

  private func compare(_ found: String, _ expected: String, _ line: String) {
    let json = [found, expected].map { try? JSONValue(parsing: Array($0.utf8), name: "output") }
    if let found = json[0], let expected = json[1] {
      #expect(isSame(found, expected), "`\(line)`")
    } else {
      #expect(found == expected, "`\(line)`")
    }
  }

  private func comparePicture(_ name: String, in folder: TemporaryFolder) throws {
    let found = try folder.read(name)
    expectSnapshot(found, "notebooks-md/\(name)")
  }
}

@Suite("Notebook format")
struct NotebookFormatTests {
  private let notebook = Notebook(
    "# One\n\n```console\n$ isoloss a 'b c'\nx\ny\n$ isoloss d\n```\n\n![plot](p.svg)\n"
  )

  @Test("cells, outputs and pictures")
  func cells() {
    #expect(notebook.cells.map(\.line) == ["isoloss a 'b c'", "isoloss d"])
    #expect(notebook.cells.map(notebook.output) == ["x\ny\n", ""])
    #expect(notebook.pictures == ["p.svg"])
    #expect(shellWords("a 'b c'  \"d\" ''") == ["a", "b c", "d", ""])
  }

  @Test("recording puts outputs in their places")
  func recording() {
    let recorded = Notebook(notebook.replacing(outputs: ["1\n", "2\n3\n"]))
    #expect(recorded.cells.map(recorded.output) == ["1\n", "2\n3\n"])
    #expect(recorded.lines.first == "# One")
    #expect(recorded.lines.last == "")
  }

  @Test("JSON is compared to the sixth digit, without the environment")
  func jsonComparison() throws {
    let value = { text in try JSONValue(parsing: Array((text as String).utf8), name: "t") }
    let same = try isSame(
      value(#"{"a": [1.0000001, null], "environment": 1}"#),
      value(#"{"a": [1, null], "environment": 2}"#)
    )
    #expect(same)
    #expect(try !isSame(value(#"{"a": 1.00001}"#), value(#"{"a": 1}"#)))
    #expect(try !isSame(value(#"{"a": 1}"#), value(#"{"b": 1}"#)))
  }
}
