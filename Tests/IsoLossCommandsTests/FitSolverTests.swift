import Foundation
import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("fit: solvers, profiles and scans")
struct FitSolverTests {
  private static let table = "corpora/runs-known-truth.csv"

  @Test("a solver is named in both reports", arguments: ["newton", "variable-projection"])
  func solver(_ name: String) throws {
    let line = "fit --objective least-squares --solver \(name) \(Self.table)"
    #expect(CommandRun(line).output.contains("solver \(name)\n"))
    #expect(try CommandRun(line + " --json").json().text("solver") == name)
    #expect(try CommandRun("fit --json \(Self.table)").json().text("solver") == "automatic")
  }

  @Test("--profile adds an interval to each estimate, and a table")
  func profile() throws {
    let json = try CommandRun("fit --json --profile \(Self.table)").json()
    for name in ["E", "A", "B", "alpha", "beta", "a", "b"] {
      let estimate = try json.value("estimates.\(name)")
      let value = try estimate.number("value")
      #expect(try estimate.number("profile.interval.0") < value, "\(name)")
      #expect(try estimate.number("profile.interval.1") > value, "\(name)")
      #expect(try estimate.number("profile.level") == 0.95)
    }
    #expect(try json.value("estimates.G")["profile"] == nil)
    let stated = try CommandRun("fit --json --profile --budget 1e21 \(Self.table)").json()
    for name in ["parameters", "tokens", "tokensPerParameter"] {
      let estimate = try stated.value("optima.0.\(name)")
      let value = try estimate.number("value")
      #expect(try estimate.number("profile.interval.0") < value, "\(name)")
      #expect(try estimate.number("profile.interval.1") > value, "\(name)")
    }
    #expect(try stated.value("optima.0.loss")["profile"] == nil)
    #expect(try stated.value("optima").array?.count == 1)
    #expect(
      CommandRun("fit --profile --budget 1e21 \(Self.table)").output.contains("\nN at 1e+21  ")
    )
    #expect(CommandRun("fit --profile \(Self.table)").output.contains("profile likelihood"))
    #expect(!CommandRun("fit \(Self.table)").output.contains("profile likelihood"))
  }

  @Test("--scan-basins says how many basins there are")
  func scan() throws {
    let json = try CommandRun("fit --json --scan-basins \(Self.table)").json()
    #expect(try json.number("basinScan.gridSize") == 24)
    #expect(try json.number("basinScan.basins.0.localMinima") >= 1)
    #expect(try json.value("basinScan.basins")[1] == nil)
    #expect(CommandRun("fit --scan-basins \(Self.table)").output.contains("1 basin,"))
    #expect(try CommandRun("fit --json \(Self.table)").json()["basinScan"] == nil)
  }

  @Test(
    "what does not fit together is refused",
    arguments: [
      (
        "--profile --objective huber",
        "the objective huber:0.001 has no likelihood to profile; least squares have one"
      ),
      (
        "--solver variable-projection",
        "the solver variable-projection does not fit this: log-least-squares is not linear in the amplitudes"
          + " of a law; least-squares is"
      ),
      (
        "--scan-basins --law kaplan",
        "exponents cannot be scanned for basins: the law kaplan is no sum of powers with two exponents"
      ),
    ]
  )
  func refused(_ options: String, _ message: String) {
    let run = CommandRun("fit \(options) \(Self.table)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n")
  }
}
