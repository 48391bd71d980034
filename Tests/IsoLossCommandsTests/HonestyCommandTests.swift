import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("fit: what a law predicts and rests on")
struct HonestyCommandTests {
  private static let table = "corpora/runs-known-truth.csv"

  @Test("a limit that is met and one that is not")
  func limit() throws {
    let error = try CommandRun("fit --json \(Self.table) --holdout 20%").json()
      .number("holdout.meanAbsoluteRelativeError")
    #expect(error > 0 && error < 0.02)
    let met = CommandRun("fit \(Self.table) --holdout 20% --holdout-limit 2%")
    #expect(met.code == .done)
    let missed = CommandRun("fit \(Self.table) --holdout 20% --holdout-limit 1e-9")
    #expect(missed.code == .checkFailed)
    #expect(missed.output == met.output)
  }

  @Test("members stand only where they were asked for")
  func members() throws {
    let asked = ["outliers", "holdout", "rollout", "lawComparison"]
    let plain = try CommandRun("fit --json \(Self.table)").json()
    let full = try CommandRun(
      "fit --json \(Self.table) --outliers --holdout 0.2 --rollout --compare-laws chinchilla,kaplan"
    ).json()
    for name in asked {
      #expect(plain[name] == nil)
      #expect(full[name] != nil)
    }
    for name in ["leastDeviations", "residualTrends"] { #expect(plain[name] == full[name]) }
    #expect(full["rollout"]?.array?.count == 5)
    #expect(try full.text("lawComparison.1.law") == "kaplan")
    #expect(full["estimates"] == plain["estimates"])
  }

  @Test("the sections of a report")
  func sections() throws {
    let run = CommandRun(
      "fit \(Self.table) --outliers --holdout 0.2 --rollout --compare-laws chinchilla,kaplan"
    )
    let text = run.output
    let headings = [
      "by least absolute deviations", "outliers: ", "most influential", "held out: 8 of 36 runs",
      "rollout", "law  ",
    ]
    var rest = text[...]
    for heading in headings {
      let found = try #require(rest.firstRange(of: "\n" + heading), "\(heading)")
      rest = rest[found.upperBound...]
    }
    #expect(run.diagnostics.isEmpty)
  }
}
