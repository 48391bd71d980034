import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("eval: per-token files")
struct PerTokenTests {
  /// The rows of a per-token file, without its heading.
  private func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test(
    "lines cover the text and add up to its loss",
    arguments: [
      "", "--train corpora/lighthouse.txt --unit character", "--train corpora/lighthouse.txt",
    ]
  )
  func sum(_ options: String) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/tokens.tsv"
    let run = CommandRun("eval --json \(options) --per-token \(path) corpora/kitchen-table.txt")
    let total = try run.json().value("total")
    let text = try folder.read("tokens.tsv")
    #expect(text.hasPrefix("byteOffset\tbyteLength\ttoken\tnats\n"))
    let rows = rows(text)
    #expect(rows.count == (try total.value("tokenCount").int))
    let nats = try rows.map { try #require(Double($0[3])) }
    // Adding n numbers in a row is off by at most n roundings of the sum.
    let totalNats = try total.number("totalNats")
    #expect(abs(nats.reduce(0, +) - totalNats) <= Double(rows.count) * totalNats.ulp)
    var end = 0
    for row in rows {
      let offset = try #require(Int(row[0]))
      #expect(offset >= end)
      end = offset + (try #require(Int(row[1])))
    }
    #expect(end == (try total.value("byteCount").int))
  }

  @Test("several files are told apart by name")
  func severalFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write("a\tb.txt", "x\n")
    try folder.write("c.txt", "y\n")
    let run = CommandRun(["eval", "--per-token", "out.tsv", "a\tb.txt", "c.txt"], in: folder.path)
    #expect(run.code == .done)
    let text = try folder.read("out.tsv")
    #expect(text.hasPrefix("file\tbyteOffset\tbyteLength\ttoken\tnats\n"))
    #expect(
      rows(text).map { $0.prefix(4).joined(separator: " ") }
        == [#"a\tb.txt 0 1 x"#, #"a\tb.txt 1 1 \n"#, "c.txt 0 1 y", #"c.txt 1 1 \n"#]
    )
  }

  @Test("bytes that would break a line are escaped")
  func escapes() throws {
    let folder = try TemporaryFolder()
    try folder.write("t.txt", Array("\t\r\\\u{1}".utf8) + [0xFF, 0xC3, 0xA9, 0x7F, 0x0A])
    let options = ["--train", "t.txt", "--unit", "character", "--order", "2", "--quiet"]
    let run = CommandRun(["eval", "t.txt", "--per-token", "o"] + options, in: folder.path)
    #expect(run.code == .done)
    let tokens = rows(try folder.read("o")).map { $0[2] }
    #expect(tokens == [#"\t"#, #"\r"#, #"\\"#, #"\x01"#, #"\xff"#, "é", #"\x7f"#, #"\n"#])
  }

  @Test("ranks run from 1, and the likeliest token has the least loss")
  func ranks() throws {
    let folder = try TemporaryFolder()
    let options = "--train corpora/lighthouse.txt --unit character --order 3 --rank"
    let path = "\(folder.path)/r"
    let run = CommandRun("eval \(options) --per-token \(path) corpora/kitchen-table.txt")
    #expect(run.code == .done)
    let rows = rows(try folder.read("r"))
    let ranks = try rows.map { try #require(Int($0[4])) }
    #expect(ranks.allSatisfy { $0 >= 1 && $0 <= 100 })
    // The token of rank r has a probability of at most 1/r.
    for (row, rank) in zip(rows, ranks) {
      #expect(try #require(Double(row[3])) >= log(Double(rank)) - 1e-12)
    }
  }

  @Test("ranks change no loss")
  func ranksChangeNothing() throws {
    let folder = try TemporaryFolder()
    let words =
      ["eval", "--json", "--train", "corpora/lighthouse.txt", "corpora/kitchen-table.txt"]
      + ["--per-token", "\(folder.path)/r"]
    let plain = try CommandRun(words).json().value("total")
    #expect(try CommandRun(words + ["--rank"]).json().value("total") == plain)
  }
}
