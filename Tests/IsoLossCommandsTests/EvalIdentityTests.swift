import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("eval: what must agree with what")
struct EvalIdentityTests {
  private static let ngram = "--train corpora/lighthouse.txt --order 3 --unit character"
  private static let texts = ["corpora/kitchen-table.txt", "corpora/tidewater-manual.txt"]

  /// The report without what names inputs or may differ between runs.
  private func figures(_ run: CommandRun) throws -> JSONValue {
    try run.json().without("environment", "files", "warnings")
  }

  @Test("the loss of several files is the sum of theirs", arguments: ["", ngram])
  func sum(_ options: String) throws {
    let json = try CommandRun("eval --json \(options) " + Self.texts.joined(separator: " ")).json()
    for key in ["tokenCount", "unknownCount", "byteCount", "characterCount", "wordCount"] {
      let parts = try [0, 1].map { try json.number("files.\($0).\(key)") }
      #expect(try json.number("total.\(key)") == parts[0] + parts[1])
    }
    let parts = try [0, 1].map { try json.number("files.\($0).totalNats") }
    let total = try json.number("total.totalNats")
    // The total is rounded once, each part once before.
    #expect(abs(total - (parts[0] + parts[1])) <= 2 * total.ulp)
    for key in ["natsPerToken", "bitsPerToken", "perplexity", "bitsPerByte"] {
      let part = try json.value("macro.\(key)")
      guard let mean = part["value"]?.double else {
        #expect(try part.text("reason") == "the tokens do not determine the bytes of the text")
        continue
      }
      let values = try [0, 1].map { try json.number("files.\($0).\(key).value") }
      let isGeometric = key == "perplexity"
      let expected =
        isGeometric ? (values[0] * values[1]).squareRoot() : (values[0] + values[1]) / 2
      #expect(isNear(mean, expected, 1e-14), "\(key)")
    }
  }

  @Test("one loss on every scale")
  func scales() throws {
    let total = try CommandRun("eval --json corpora/lighthouse.txt").json().value("total")
    let nats = try total.number("totalNats")
    for (key, count) in [
      ("natsPerToken", "tokenCount"), ("bitsPerToken", "tokenCount"), ("perplexity", "tokenCount"),
      ("bitsPerByte", "byteCount"), ("bitsPerCharacter", "characterCount"),
      ("wordPerplexity", "wordCount"), ("bytePerplexity", "byteCount"),
    ] {
      let mean = nats / (try total.number(count))
      let expected =
        key.hasPrefix("nats") ? mean : key.hasPrefix("bits") ? mean / log(2) : exp(mean)
      #expect(isNear(try total.number("\(key).value"), expected, 1e-14), "\(key)")
    }
  }

  @Test("forgetting makes a file's loss its own; --carry does not")
  func carry() throws {
    let words = "eval --json corpora/lighthouse.txt corpora/lighthouse.txt"
    let carried = try CommandRun("\(words) --carry").json()
    #expect(
      try carried.number("files.1.totalNats") < 0.2 * (carried.number("files.0.totalNats"))
    )
    let forgotten = try CommandRun(words).json()
    let losses = try [0, 1].map { try forgotten.number("files.\($0).totalNats") }
    #expect(losses[0] == losses[1])
  }

  @Test("a folder is its files in byte order, hidden ones left out", arguments: ["", ngram])
  func folder(_ options: String) throws {
    let folder = try TemporaryFolder()
    let package = URL(filePath: TestFiles.packageFolder.path)
    for (index, name) in ["b/x.txt", "b.txt", "a.txt"].enumerated() {
      let url = URL(filePath: folder.path).appending(path: "texts/\(name)")
      let parent = url.deletingLastPathComponent()
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
      try Data("text number \(index)\n".utf8).write(to: url)
    }
    try FileManager.default.copyItem(
      at: package.appending(path: "corpora"),
      to: URL(filePath: folder.path).appending(path: "corpora")
    )
    try Data([0]).write(to: URL(filePath: folder.path).appending(path: "texts/.hidden"))
    let words = ["eval", "--json"] + options.split(separator: " ").map(String.init)
    let names = ["texts/a.txt", "texts/b.txt", "texts/b/x.txt"]
    let whole = CommandRun(words + ["texts"], in: folder.path)
    let listed = CommandRun(words + names, in: folder.path)
    #expect(try whole.json().value("files").array?.compactMap { $0["name"]?.string } == names)
    #expect(try figures(whole) == figures(listed))
    #expect(try figures(CommandRun(words + ["texts/"], in: folder.path)) == figures(whole))
  }

  @Test("standard input is as good as a file", arguments: ["", ngram])
  func standardInput(_ options: String) throws {
    let path = TestFiles.package("corpora/kitchen-table.txt")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let file = CommandRun("eval --json \(options) corpora/kitchen-table.txt")
    let stream = CommandRun("eval --json \(options) -", input: text)
    #expect(try figures(file) == figures(stream))
    #expect(try stream.json().text("files.0.name") == "standard input")
    #expect(try file.json().text("files.0.sha256") == stream.json().text("files.0.sha256"))
  }

  @Test("training on standard input is as good as on a file")
  func trainingInput() throws {
    let path = TestFiles.package("corpora/lighthouse.txt")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let stream = CommandRun("eval --json --train - corpora/kitchen-table.txt", input: text)
    let file = CommandRun("eval --json --train corpora/lighthouse.txt corpora/kitchen-table.txt")
    #expect(try stream.json().value("total") == file.json().value("total"))
    #expect(try stream.json().text("model.trainingFiles.0.name") == "standard input")
  }

  @Test("the same bytes twice, apart from the environment", arguments: ["", ngram])
  func determinism(_ options: String) throws {
    let run = { (seconds: Double) in
      CommandRun(
        "eval --json \(options) corpora/kitchen-table.txt".split(separator: " ").map(String.init)
      ) {
        var now = 0.0
        $0.secondsNow = {
          now += seconds; return now
        }
      }.output.components(separatedBy: "\"environment\"")
    }
    let first = run(1)
    let second = run(2)
    #expect(first.count == 2)
    #expect(first[0] == second[0])
    #expect(first[1] != second[1])
  }
}
