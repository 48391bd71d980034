import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("plan: reference figures")
struct PlanGoldenTests {
  // The published accounts of Chinchilla's own budget: Hoffmann et al. 2022 as printed and as in
  // their source, Besiroglu et al. 2024.
  @Test(
    "tokens per parameter at 5.76e23 FLOPs",
    arguments: [
      ("hoffmann-rounded", "92.65"), ("hoffmann", "58.93"), ("epoch", "18.39"),
      ("epoch-huber", "17.92"),
    ]
  )
  func chinchillaBudget(_ set: String, _ ratio: String) throws {
    let json = try CommandRun("plan --compute 5.76e23 --set \(set) --json").json()
    #expect(try json.text("coefficientSet") == set)
    let found = try json.number("tokensPerParameter")
    #expect(String(format: "%.2f", found) == ratio)
    let all = try CommandRun("plan --compute 5.76e23 --json").json()
    let answers = [all] + (try all.value("alternatives").array ?? [])
    let same = answers.first { $0["coefficientSet"]?.string == set }
    #expect(try same?.number("tokensPerParameter") == found)
  }

  // 8 · 989.4e12 FLOP/s · 0.4 · 30 · 86,400 s, by hand.
  @Test("a month of eight accelerators")
  func fleet() throws {
    let json = try CommandRun("plan --budget 8xH100:30d --mfu 0.4 --json").json()
    #expect(isNear(try json.number("compute"), 8.20647936e21, 1e-14))
    #expect(isNear(try json.number("time.hours"), 720, 1e-14))
    #expect(isNear(try json.number("time.deviceHours"), 5760, 1e-14))
  }
}

@Suite("plan: what must agree with what")
struct PlanIdentityTests {
  private static let sets = CoefficientSet.published.map(\.name)

  @Test("there and back: budget, parameters, tokens, loss", arguments: sets)
  func thereAndBack(_ set: String) throws {
    let plan = { (question: String) in
      try CommandRun("plan --json --set \(set) \(question)").json()
    }
    let forth = try plan("--compute 1e22")
    for quantity in ["parameters", "tokens", "loss"] {
      guard let value = try forth.value(quantity).double else { continue }
      let back = try plan("--\(quantity) \(value)")
      #expect(try back.number(quantity) == value)
      // A loss near its floor tells little of the budget: 1 ulp of it is 1e-13 of the compute.
      let tolerance = quantity == "loss" ? 1e-11 : 1e-12
      for other in ["compute", "parameters", "tokens"] {
        #expect(isNear(try back.number(other), try forth.number(other), tolerance), "\(quantity)")
      }
    }
  }

  @Test("compute is k N D where the law is a surface")
  func product() throws {
    for factor in [6.0, 7.5] {
      let json = try CommandRun(
        "plan --json --set epoch --compute 1e22 --flops-per-token-parameter \(factor)"
      ).json()
      let product = try factor * json.number("parameters") * json.number("tokens")
      #expect(isNear(product, 1e22, 1e-13))
      #expect(try json.number("flopsPerTokenParameter") == factor)
    }
  }

  @Test("one quantity, however it is written")
  func quantities() throws {
    let plan = { (question: String) in
      try CommandRun("plan --json --set epoch \(question)").json().without("environment", "time")
    }
    #expect(try plan("--compute 1e24") == plan("--compute=1000E3E"))
    #expect(try plan("--compute 8.64e19") == plan("--compute 1PF-days"))
    #expect(try plan("--parameters 7B") == plan("--parameters 7e9"))
    #expect(try plan("--tokens 1.4T") == plan("--tokens 1400G"))
    #expect(
      try plan("--budget 8xH100:1d12h") == plan("--budget 8xH100:36h")
    )
  }

  @Test("planning with a fit's JSON is planning with the fit")
  func lawFile() throws {
    let folder = try TemporaryFolder()
    let table = TestFiles.package("corpora/runs-known-truth.csv")
    try folder.write("law.json", CommandRun(["fit", "--json", table]).output)
    for question in [["--compute", "1e21"], ["--loss", "2.2"], ["--budget", "8xH100:30d"]] {
      let words = ["plan", "--json"] + question
      let file = try CommandRun(words + ["--law", "law.json"], in: folder.path).json()
      let fit = try CommandRun(words + ["--fit", table], in: folder.path).json()
      #expect(try file.text("coefficientSet") == "law.json")
      #expect(try fit.text("coefficientSet") == table)
      #expect(
        file.without("environment", "coefficientSet")
          == fit.without("environment", "coefficientSet")
      )
      #expect((file["uncertainty"] == nil) == (question[0] == "--loss"))
    }
    let text = CommandRun(["plan", "--compute", "1e21", "--law", "law.json"], in: folder.path)
    #expect(text.output.contains("95 % interval"))
  }

  @Test("the draws of a law file give the intervals that its fit reports")
  func drawnLawFile() throws {
    let folder = try TemporaryFolder()
    let table = TestFiles.package("corpora/runs-known-truth.csv")
    for objective in ["log-least-squares", "huber"] {
      let fit = CommandRun([
        "fit", "--json", "--objective", objective, "--bootstrap", "50", "--draws", "--seed", "3",
        "--level", "0.9", "--budget", "1e21", table,
      ])
      try folder.write("law.json", fit.output)
      let words = ["plan", "--json", "--compute", "1e21", "--law", "law.json"]
      let plan = try CommandRun(words, in: folder.path).json()
      for name in ["parameters", "tokens", "tokensPerParameter", "loss"] {
        let estimate = try plan.value("uncertainty.\(name)")
        #expect(try estimate == fit.json().value("optima.0.\(name)"), "\(objective) \(name)")
        #expect(try estimate.number("level") == 0.9)
        #expect(estimate["interval"]?.array?.count == 2)
      }
    }
  }

  @Test("a law by hand has no errors to plan with, and a robust fit says why it has none")
  func withoutErrors() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "hand.json",
      #"{"law": "chinchilla", "estimates": {"E": 1.8, "A": 480, "B": 2000, "alpha": 0.35, "beta": 0.36}}"#
    )
    let table = TestFiles.package("corpora/runs-known-truth.csv")
    let robust = CommandRun(["fit", "--json", "--objective", "lad", "--bootstrap", "0", table])
    try folder.write("robust.json", robust.output)
    let plan = { (law: String) in
      CommandRun(["plan", "--compute", "1e21", "--law", law], in: folder.path)
    }
    #expect(!plan("hand.json").output.contains("std. error"))
    #expect(
      plan("robust.json").output.contains(
        "n/a for parameters, tokens, tokens per parameter, loss: only resamples tell the error of a robust"
          + " fit, and none were asked for\n"
      )
    )
  }

  @Test("a law of Kaplan's form is read back too, and says how far from its runs a plan is")
  func kaplanFile() throws {
    let folder = try TemporaryFolder()
    let table = TestFiles.package("corpora/runs-known-truth.csv")
    let fit = CommandRun(["fit", "--json", "--law", "kaplan", table])
    try folder.write("law.json", fit.output)
    let words = ["plan", "--json", "--compute", "1e24", "--law", "law.json"]
    let plan = try CommandRun(words, in: folder.path).json()
    let loss = try ScalingLaw(json: fit.json(), name: "law.json")
      .loss(parameters: plan.number("parameters"), tokens: plan.number("tokens"))
    #expect(try isNear(plan.number("loss"), loss, 1e-12))
    #expect(
      try plan.value("warnings").array?.compactMap { $0["id"]?.string }
        == ["vanishing-term", "residual-trend", "extrapolation"]
    )
    #expect(
      try plan.value("warnings").array?.compactMap { $0["message"]?.string }.suffix(1)
        == ["compute is 930 times above the largest fitted run (1.1e+21)"]
    )
  }

  @Test("the same bytes twice, apart from the environment")
  func determinism() {
    let outputs = [1.0, 2.0].map { step in
      CommandRun(["plan", "--json", "--compute", "1e21"]) {
        var now = 0.0
        $0.secondsNow = {
          now += step; return now
        }
      }.output.components(separatedBy: "\"environment\"")
    }
    #expect(outputs[0][0] == outputs[1][0])
    #expect(outputs[0][1] != outputs[1][1])
  }
}

@Suite("plan: what goes wrong")
struct PlanFailureTests {
  @Test(
    "words",
    arguments: [
      (
        "",
        "nothing is asked: one of `--compute`, `--budget`, `--loss`, `--parameters`, `--tokens` is"
          + " needed"
      ),
      ("7B", "unexpected argument `7B`"),
      ("--compute 1e21 --loss 2", "`--compute` and `--loss` exclude one another"),
      ("--compute 1e21 --budget 8xH100:1d", "`--compute` and `--budget` exclude one another"),
      ("--parameters 7B --tokens 1T", "`--parameters` and `--tokens` exclude one another"),
      ("--budget 8xH100:1d --hardware H100", "`--budget` and `--hardware` exclude one another"),
      ("--compute 1e21 --fit a.csv --law b.json", "`--fit` and `--law` exclude one another"),
      ("--compute 1e21 --where a=1", "`--where` needs `--fit`"),
      ("--compute 1e21 --column loss=L", "`--column` needs `--fit`"),
      ("--compute 1e21 --mfu 0.4", "`--mfu` needs `--budget` or `--hardware`"),
      ("--compute 1e21 --peak 1e15", "`--peak` needs `--budget` or `--hardware`"),
      (
        "--compute 90m",
        "`--compute`: `90m` has two readings: 90 million, written `90M`; 90 minutes, no count"
      ),
      ("--compute 1e999", "`--compute`: `1e999` is too large to represent"),
      ("--compute 1e-999", "`--compute`: `1e-999` is too small to tell from zero"),
      ("--compute 0", "`--compute`: `0` is out of range: expected above 0"),
      (
        "--compute -5",
        "`--compute`: expected FLOPs such as `5.76e23` or `2.5PF-days`, found `-5`"
      ),
      (
        "--budget 8xH100:1d --mfu 40",
        "`--mfu`: `40` is out of range: expected above 0, at most 1"
      ),
      (
        "--budget 8xH100",
        "`--budget`: expected accelerators and a time such as `8xH100:3d12h`, found `8xH100` (a colon"
          + " stands before the time)"
      ),
      ("--compute 1e21 --law kaplan.json --law b.json", "`--law` is given twice"),
    ]
  )
  func words(_ line: String, _ message: String) {
    let run = CommandRun("plan \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n`isoloss help plan` shows what it takes\n")
    #expect(run.output.isEmpty)
  }

  @Test(
    "questions without an answer",
    arguments: [
      (
        "--loss 1",
        "a loss of 1 is out of reach: the irreducible loss E of `epoch` is 1.8172, and no compute"
          + " goes below it"
      ),
      (
        "--loss 2.5 --set kaplan",
        "`kaplan` gives parameters and tokens for a budget but no loss; ask a set that has one, such"
          + " as `epoch`"
      ),
      (
        "--parameters 1e300",
        "parameters of 1e+300 leads to numbers beyond all bounds under `epoch`"
      ),
      (
        "--compute 1e21 --set chinchilla",
        "unknown coefficient set `chinchilla`; known: `epoch`, `epoch-huber`, `hoffmann`,"
          + " `hoffmann-rounded`, `muennighoff`, `kaplan`, `kaplan-surface`"
      ),
      (
        "--budget 8xB300:1d",
        "sources disagree on the dense bf16 peak of B300 (2250 to 3500 TFLOP/s); give it with `--peak`"
      ),
      ("--compute 1e21 --law missing.json", "`missing.json`: no such file"),
    ]
  )
  func questions(_ line: String, _ message: String) {
    let run = CommandRun("plan \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n")
    #expect(run.output.isEmpty)
  }

  private static let laws = ScalingLaw.forms.map { "`\($0.name)`" }.joined(separator: ", ")

  @Test(
    "law files",
    arguments: [
      ("", "law.json:1:1: expected a value, found the end of the file"),
      ("[1]", "law.json: expected a JSON object such as `isoloss fit --json` writes"),
      (
        #"{"schema": "isoloss.eval"}"#,
        "law.json: expected the schema `isoloss.fit`, found `isoloss.eval`"
      ),
      (
        #"{"law": "chinchilla", "schemaVersion": 2}"#,
        "law.json: expected schema version 1 at most, found 2: a newer isoloss wrote it"
      ),
      (
        #"{"law": "foo"}"#,
        "law.json: expected `law` to be one of \(laws), found `foo`"
      ),
      (
        #"{"law": "chinchilla", "estimates": {"E": 1.8}}"#,
        "law.json: expected a number `estimates.A.value` of the law `chinchilla`, found none"
      ),
      (
        #"{"law": "chinchilla", "estimates": {"E": -1.8}}"#,
        "law.json: expected a positive number for `E`, found `-1.8`"
      ),
    ]
  )
  func lawFiles(_ text: String, _ message: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("law.json", text)
    let run = CommandRun(["plan", "--compute", "1e21", "--law", "law.json"], in: folder.path)
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n")
  }
}
