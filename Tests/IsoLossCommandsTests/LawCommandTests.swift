import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

/// A folder with the table of known truth and laws fitted to it.
private struct LawFolder {
  let folder: TemporaryFolder
  var path: String { folder.path }

  /// The rows of the table, without its heading.
  let rows: [Substring]
  let heading: Substring

  init() throws {
    folder = try TemporaryFolder()
    let lines = try String(
      contentsOfFile: TestFiles.package("corpora/runs-known-truth.csv"),
      encoding: .utf8
    ).split(separator: "\n")
    (heading, rows) = (lines[0], Array(lines.dropFirst()))
    try folder.write("runs.csv", lines.joined(separator: "\n") + "\n")
  }

  func run(_ line: String) -> CommandRun {
    CommandRun(line.split(separator: " ").map(String.init), in: path)
  }

  /// Fits a law to the table and keeps its file.
  func fit(_ options: String, to file: String, _ table: String = "runs.csv") throws {
    let run = run("fit \(table) \(options) -o \(file)")
    try #require(run.code == .done, "\(run.diagnostics)")
  }
}

@Suite("fit predict")
struct FitPredictTests {
  @Test("the report")
  func report() throws {
    let folder = try LawFolder()
    try folder.fit("--validation C4", to: "law.json")
    let run = folder.run(
      "fit predict law.json --parameters 1B --parameters 70B --tokens 20x --tokens 60B"
    )
    let best = folder.run("fit predict law.json --compute 1e20")
    #expect(run.code == .done)
    expectSnapshot(
      run.diagnostics + run.output + best.output,
      "Tests/IsoLossCommandsTests/Snapshots/report-fit-predict.txt"
    )
  }

  @Test("two of parameters, tokens and compute give the third, by the law file's k")
  func points() throws {
    let folder = try LawFolder()
    try folder.fit("--flops-per-token-parameter 6.5", to: "law.json")
    let words = [
      "--parameters 1e9 --tokens 2e10", "--compute 1.3e20 --parameters 1e9",
      "--compute 1.3e20 --tokens 20e9", "--compute 1.3e20 --tokens 20x",
    ]
    for line in words {
      let json = try folder.run("fit predict law.json --json \(line)").json()
      #expect(try isNear(json.number("predictions.0.parameters"), 1e9, 1e-12))
      #expect(try isNear(json.number("predictions.0.tokens"), 2e10, 1e-12))
      #expect(try isNear(json.number("predictions.0.compute"), 1.3e20, 1e-12))
    }
  }

  @Test("a law predicts the runs it was fitted to as the fit did")
  func runs() throws {
    let folder = try LawFolder()
    try folder.fit("--bootstrap 50 --draws", to: "law.json")
    let fit = try folder.run("fit runs.csv --json").json()
    let json = try folder.run("fit predict law.json --runs runs.csv --json").json()
    #expect(try json.number("comparison.rowCount") == 36)
    let square =
      try json.number("comparison.rootMeanSquare") * json.number("comparison.rootMeanSquare")
    #expect(try isNear(36 * square, fit.number("residualSumOfSquares"), 1e-9))
    #expect(try json.text("law.uncertainty") == "bootstrap")
    #expect(try json.number("law.drawCount") == 50)
    let text = folder.run("fit predict law.json --runs runs.csv").output
    #expect(text.contains("\n36 runs of runs.csv, residuals of ln L: mean "))
  }

  @Test("a table called predict is ./predict")
  func fileOfThatName() throws {
    let folder = try LawFolder()
    try folder.folder.write("predict", folder.folder.read("runs.csv"))
    #expect(folder.run("fit ./predict").code == .done)
    #expect(folder.run("fit -- predict").code == .done)
    let run = folder.run("fit predict")
    #expect(
      run.diagnostics
        == "error: missing argument `LAW.json`\n`isoloss help fit predict` shows what it takes\n"
    )
  }

  @Test(
    "words",
    arguments: [
      (
        "predict law.json",
        "nothing is asked: `--parameters` and `--tokens`, `--compute` or `--runs` is needed"
      ),
      ("predict law.json --parameters 7B", "`--parameters` needs `--tokens` or `--compute`"),
      ("predict law.json --tokens 7B", "`--tokens` needs `--parameters` or `--compute`"),
      (
        "predict law.json --tokens 7B --parameters 1B --compute 1e20",
        "`--compute` follows from `--parameters` and `--tokens`: give two of the three"
      ),
      ("predict law.json --compute 1e20 --where a=1", "`--where` needs `--runs`"),
      ("predict law.json --compute 1e20 --level 1", "`--level`: expected a share below 1"),
      ("compare a.json", "missing argument `FIRST.json SECOND.json`"),
      ("compare a.json b.json c.json", "unexpected argument `c.json`"),
      ("compare a.json b.json --draws 0", "`--draws`: expected one or more"),
    ]
  )
  func words(_ line: String, _ message: String) {
    let run = CommandRun("fit \(line)")
    let name = line.split(separator: " ")[0]
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics == "error: \(message)\n`isoloss help fit \(name)` shows what it takes\n"
    )
  }

  @Test("a subcommand is guessed at, unless it is a file")
  func guess() throws {
    let run = CommandRun("fit predcit law.json")
    #expect(
      run.diagnostics
        == "error: unknown command `fit predcit`; did you mean `fit predict`?\n`isoloss help` lists the commands\n"
    )
    let folder = try LawFolder()
    try folder.folder.write("predicts", folder.folder.read("runs.csv"))
    #expect(folder.run("fit predicts").code == .done)
    #expect(folder.run("fit runs.csv").code == .done)
  }

  @Test("draws are kept where there are some")
  func noDraws() throws {
    let folder = try LawFolder()
    let run = folder.run("fit runs.csv --draws")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: `--draws`: nothing was resampled; ask for `--bootstrap 1000`, say\n"
    )
    #expect(try folder.run("fit runs.csv --bootstrap 30 --seed 4 --json").json()["draws"] == nil)
    #expect(
      try folder.run("fit runs.csv --bootstrap 30 --seed 4 --json").json().number("seed") == 4
    )
  }

  @Test("another unit than the law's is no comparison")
  func units() throws {
    let folder = try LawFolder()
    try folder.fit("--loss-unit nats", to: "law.json")
    let run = folder.run("fit predict law.json --runs runs.csv --loss-unit bits-per-byte")
    #expect(
      run.diagnostics
        == "error: `--loss-unit`: the law predicts nats per token, which losses in bits per byte are not\n"
    )
  }
}

@Suite("fit compare")
struct FitCompareTests {
  /// The table, and one whose models are worth 1.5 times their parameters.
  private func laws(_ options: String = "") throws -> LawFolder {
    let folder = try LawFolder()
    let columns = folder.heading.split(separator: ",")
    let place = try #require(columns.firstIndex { ["N", "params", "parameters"].contains($0) })
    let scaled = try folder.rows.map { row in
      var fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      fields[place] = "\(try #require(Double(fields[place])) / 1.5)"
      return fields.joined(separator: ",")
    }
    try folder.folder.write("new.csv", ([String(folder.heading)] + scaled).joined(separator: "\n"))
    let columnsOption = "--loss-unit nats --parameters total --validation C4 \(options)"
    try folder.fit(columnsOption, to: "old.json")
    try folder.fit(columnsOption, to: "new.json", "new.csv")
    return folder
  }

  @Test("the report")
  func report() throws {
    let folder = try laws()
    // Another law than the first's: a slope of 0 but for rounding would differ between processors.
    let options = "--law chinchilla-tied --loss-unit nats --parameters total --validation C4"
    try folder.fit(options, to: "new.json", "new.csv")
    let run = folder.run("fit compare old.json new.json --at 1e19 --at 1e24")
    #expect(run.code == .done)
    expectSnapshot(
      run.diagnostics + run.output,
      "Tests/IsoLossCommandsTests/Snapshots/report-fit-compare.txt"
    )
  }

  @Test("parameters worth 1.5 of the other's make a multiplier of 1.5")
  func multiplier() throws {
    let folder = try laws("--bootstrap 40 --draws")
    let json = try folder.run("fit compare old.json new.json --json --svg m.svg").json()
    for place in 0..<2 {
      #expect(try isNear(json.number("points.\(place).multiplier.value"), 1.5, 1e-6))
    }
    #expect(try json.text("pairing") == "independent")
    #expect(try json.number("drawCount") == 40)
    #expect(try json.value("trend")["isConsistentWithConstant"] == true)
    #expect(try json.value("warnings") == [])
    #expect(try folder.folder.read("m.svg").hasPrefix("<svg"))
    let same = try folder.run("fit compare old.json old.json --json").json()
    #expect(try same.text("pairing") == "joint")
    #expect(try same.number("points.0.multiplier.value") == 1)
  }

  @Test("the same bytes, whatever the threads and the clock")
  func determinism() throws {
    let folder = try laws()
    let outputs = ["1", "2"].map { threads in
      folder.run("fit compare old.json new.json --json --threads \(threads)").output
        .components(separatedBy: "\"environment\"")[0]
    }
    #expect(outputs[0] == outputs[1])
    let other = folder.run("fit compare old.json new.json --json --seed 1").output
    #expect(!other.hasPrefix(outputs[0]))
  }

  @Test("what cannot be compared")
  func refused() throws {
    let folder = try laws()
    try folder.fit("--validation Pile", to: "pile.json")
    let run = folder.run("fit compare old.json pile.json")
    #expect(run.code == .unusable)
    #expect(
      run.diagnostics
        == "error: the losses of `old.json` were measured on `C4`, those of `pile.json` on `Pile`:"
        + " compute is compared at equal loss on one text\n"
    )
    try folder.folder.write(
      "hand.json",
      #"{"law": "chinchilla", "estimates": {"E": 1.8, "A": 480, "B": 2000, "alpha": 0.35, "beta": 0.36}}"#
    )
    #expect(
      folder.run("fit compare old.json hand.json").diagnostics
        == "error: no budget lies in both fitted ranges (`old.json`: 3e+16 to 1.08e+21 FLOPs;"
        + " `hand.json`: not known): say at which to compare\n"
    )
    #expect(folder.run("fit compare old.json hand.json --at 1e20").code == .done)
    #expect(
      folder.run("fit compare old.json hand.json --at 1e20 --svg m.svg").diagnostics
        == "error: `--svg`: no budget lies in both fitted ranges, so there is no curve\n"
    )
  }

  @Test("reports follow their schemas")
  func schemas() throws {
    let folder = try laws("--bootstrap 20 --draws")
    for line in [
      "fit runs.csv --bootstrap 20 --draws --validation C4",
      "fit runs.csv --objective lad --bootstrap 0",
      "fit predict old.json --compute 1e20 --runs new.csv", "fit compare old.json new.json",
      "fit compare old.json new.json --at 1e30",
    ] {
      #expect(try JSONSchemaTests.problems(folder.run(line + " --json")) == [], "\(line)")
    }
  }
}
