import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport

/// A command run in process, with what it wrote.
struct CommandRun {
  var code: ExitCode
  var output: String
  var diagnostics: String

  /// What the output is, byte for byte.
  var bytes: [UInt8]

  /// Runs `isoloss` with words, in the package's folder unless another is named.
  init(
    _ words: [String],
    input: [UInt8] = [],
    in folder: String = TestFiles.packageFolder.path,
    configure: (inout CommandContext) -> Void = { _ in }
  ) {
    let output = MemorySink()
    let diagnostics = MemorySink()
    var context = CommandContext(
      standardInput: { MemorySource(name: "standard input", bytes: input) },
      output: output,
      diagnostics: diagnostics,
      secondsNow: { 0 }
    )
    context.workingDirectory = folder
    configure(&context)
    code = IsoLossTool.run(words, in: context)
    bytes = output.bytes
    self.output = output.text
    self.diagnostics = diagnostics.text
  }

  /// Runs a line of words separated by spaces.
  init(_ line: String, input: String = "") {
    self.init(line.split(separator: " ").map(String.init), input: Array(input.utf8))
  }

  /// The output read as JSON.
  func json() throws -> JSONValue {
    try JSONValue(parsing: Array(output.utf8), name: "output")
  }
}

/// A folder of its own that goes away with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "isoloss-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file into the folder.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path).appending(path: name))
  }

  /// Writes a text into the folder.
  func write(_ name: String, _ text: String) throws {
    try write(name, Array(text.utf8))
  }

  /// Reads a file's bytes.
  func readBytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path).appending(path: name)))
  }

  /// Reads a file of the folder.
  func read(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }
}

/// A pipe whose reader has gone.
final class ClosedPipe: TextSink {
  func write(bytes: [UInt8]) throws(FileError) {
    throw FileError("standard output", .brokenPipe)
  }

  func flush() throws(FileError) {}
}
