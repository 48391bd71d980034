import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("fit: what goes wrong")
struct FitFailureTests {
  private static let laws = ScalingLaw.forms.map { "`\($0.name)`" }.joined(separator: ", ")

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(
    "tables",
    arguments: FaultyTable.files + FaultyTable.fields + FaultyTable.columns
      + FaultyTable.selections + FaultyTable.runs
  )
  func tables(_ fault: FaultyTable) throws {
    try folder.write("t.csv", fault.text)
    let run = CommandRun(["fit", "t.csv"] + fault.options, in: folder.path)
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(fault.message)\n")
    #expect(run.output.isEmpty)
  }

  @Test(
    "bytes",
    arguments: [
      (
        Array("N,D,loss\n1,".utf8) + [0xFF],
        "t.csv:2: byte 11 is not UTF-8: convert the file with iconv"
      ),
      ([0x1F, 0x8B, 8], "t.csv: looks like a gzip file: pipe it through zcat"),
      (
        [0x50, 0x4B, 3, 4],
        "t.csv: looks like a zip archive or an Excel workbook: unpack it, or save the sheet as CSV"
      ),
      (
        [0xFF, 0xFE, 0x4E, 0],
        "t.csv: looks like UTF-16 text: convert it with iconv -f UTF-16 -t UTF-8"
      ),
    ] as [([UInt8], String)]
  )
  func bytes(_ bytes: [UInt8], _ message: String) throws {
    try folder.write("t.csv", bytes)
    let run = CommandRun(["fit", "t.csv"], in: folder.path)
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n")
  }

  @Test(
    "words",
    arguments: [
      ("", "missing argument `RUNS.csv`"),
      ("a.csv b.csv", "unexpected argument `b.csv`"),
      (
        "a.csv --holdout 1",
        "`--holdout`: expected a share below 1 such as `0.2` or `20%`, found `1`"
      ),
      (
        "a.csv --holdout-limit 2%",
        "`--holdout-limit` is about `--holdout SHARE`, which is missing"
      ),
      (
        "a.csv --compare-laws chinchilla,x",
        "`--compare-laws`: expected laws among \(laws), or `all`, found `x`"
      ),
      (
        "a.csv --compare-laws kaplan,kaplan",
        "`--compare-laws`: `kaplan` is named twice"
      ),
      (
        "a.csv --law chinchila",
        "`--law` takes \(laws), found `chinchila`; did you mean `chinchilla`?"
      ),
      ("a.csv --level 1", "`--level`: expected a share below 1"),
      ("a.csv --level 95", "`--level`: `95` is out of range: expected above 0, at most 1"),
      (
        "a.csv --flops-per-token-parameter 0",
        "`--flops-per-token-parameter`: `0` is out of range: expected above 0"
      ),
      ("a.csv --column loss", "`--column`: expected such as `loss=C4 Eval Loss`, found `loss`"),
      (
        "a.csv --column x=y",
        "`--column`: no quantity is called `x`; there are parameters, N, params, tokens, D, compute,"
          + " C, flops, loss, val_loss, L, name, run, uniqueTokens, U, D_unique, unique_tokens, epochs,"
          + " num_epochs, weight"
      ),
      (
        "a.csv --loss-unit bit",
        "`--loss-unit` takes `nats`, `bits`, `bits-per-byte`, found `bit`; did you mean `bits`?"
      ),
      (
        "a.csv --parameters 7B",
        "`--parameters` takes `total`, `non-embedding`, found `7B`"
      ),
      ("a.csv --vocabulary 1", "`--vocabulary`: expected two tokens or more"),
      (
        "a.csv --column weight=a --weight b",
        "`--weight` and `--column weight=…` exclude one another"
      ),
      (
        "a.csv --column loss=a --column L=b",
        "`--column`: `loss` is named twice, `a` and `b`"
      ),
      (
        "a.csv --where set",
        "`--where`: expected a comparison such as `dataset=c4` or `epochs<=1`, found `set`"
      ),
      (
        "a.csv --where set<x",
        "`--where`: expected a comparison such as `dataset=c4` or `epochs<=1`, found `set<x`"
      ),
      ("a.csv --svg", "`--svg` needs a value: `--svg OUT`"),
    ]
  )
  func words(_ line: String, _ message: String) {
    let run = CommandRun("fit \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n`isoloss help fit` shows what it takes\n")
  }

  @Test(
    "files",
    arguments: [
      (["missing.csv"], "`missing.csv`: no such file"),
      (["."], "`.`: is a folder, expected a file"),
      (["t.csv", "--svg", "no/law.svg"], "`no/law.svg`: the folder `no` does not exist"),
    ]
  )
  func files(_ words: [String], _ message: String) throws {
    let path = TestFiles.package("corpora/runs-known-truth.csv")
    try folder.write("t.csv", [UInt8](Data(contentsOf: URL(filePath: path))))
    let run = CommandRun(["fit"] + words, in: folder.path)
    #expect(run.code == .unusable)
    let message = message.replacing("`no` does", with: "`\(folder.path)/no` does")
    #expect(run.diagnostics == "error: \(message)\n")
    #expect(run.output.isEmpty)
  }
}
