import IsoLoss
import IsoLossCommands
import TestSupport
import Testing

@Suite("fit: the three approaches")
struct FitApproachTests {
  private func json(_ line: String, _ table: String) throws -> JSONValue {
    let run = CommandRun("fit --json \(line) -", input: table)
    #expect(run.code == .done, "\(run.diagnostics)")
    return try run.json()
  }

  @Test("side by side, where one has no answer")
  func snapshotOfTwo() {
    let run = CommandRun("fit corpora/runs-known-truth.csv --approach all --budget 1e21")
    #expect(run.code == .done)
    expectSnapshot(
      run.output + run.diagnostics,
      "Tests/IsoLossCommandsTests/Snapshots/fit-approach-all-grid.txt"
    )
  }

  @Test("side by side, where all have one")
  func snapshotOfThree() {
    let run = CommandRun(
      "fit - --approach all --bootstrap 200 --seed 7",
      input: DoublingTable.csv(noise: 0.002)
    )
    #expect(run.code == .done)
    expectSnapshot(
      run.output + run.diagnostics,
      "Tests/IsoLossCommandsTests/Snapshots/fit-approach-all.txt"
    )
  }

  /// The exponents of Hoffmann's runs, with and without those marked as outliers.
  ///
  /// The parabolas' own, by NumPy's `polyfit` on the same rows.
  @Test(
    "a published table",
    .enabled(if: TestFiles.hasShared("data/scaling/openathena_isoflops.csv")),
    arguments: [("--where outlier=False", 0.54142), ("--accept-outside", 0.49507)]
  )
  func published(_ options: String, _ exponent: Double) throws {
    let path = TestFiles.shared("data/scaling/openathena_isoflops.csv")
    let run = CommandRun(
      "fit --json --approach isoflop --bootstrap 0 \(options)"
        + " --where experiment=epochai_chinchilla__massivetext__chinchilla \(path)"
    )
    let found = try run.json().number("approaches.isoflop-profiles.a.value")
    #expect(abs(found - exponent) < 0.000005)
  }

  @Test("on runs without noise all find the law's exponent, and bias says how nearly")
  func truth() throws {
    let json = try json("--approach all --bootstrap 0", DoublingTable.csv())
    for (name, tolerance) in [
      // A fit ends where its objective's digits do; a staircase and a parabola are no law.
      ("parametric-fit", 1e-7), ("isoflop-profiles", 0.02), ("training-curves", 0.03),
    ] {
      let a = try json.number("approaches.\(name).a.value")
      #expect(abs(a - DoublingTable.exponent) < tolerance, "\(name)")
      #expect(abs(a + (try json.number("approaches.\(name).b.value")) - 1) < 1e-12)
    }
    let found = try json.number("approaches.isoflop-profiles.a.value")
    #expect(abs(try json.number("bias.foundExponent") - found) < 1e-7)
  }

  @Test("one approach alone says what it says among all")
  func alone() throws {
    let table = DoublingTable.csv(noise: 0.002)
    let all = try json("--approach all --bootstrap 50", table)
    for (choice, name) in [("isoflop", "isoflop-profiles"), ("envelope", "training-curves")] {
      let alone = try json("--approach \(choice) --bootstrap 50", table)
      #expect(try alone.value("approaches.\(name)") == all.value("approaches.\(name)"))
      #expect(try alone.value("approaches").object?.keys == [name])
    }
    let law = try json("--bootstrap 50", table)
    #expect(
      try law.value("estimates")
        == all.value("approaches.parametric-fit.result.estimates")
    )
  }

  @Test("budgets are those given, or the largest of the table and ten times that")
  func budgets() throws {
    let computes = { (json: JSONValue) in
      try #require(try json.value("optima").array).compactMap { $0["compute"]?.double }
    }
    let path = "corpora/runs-known-truth.csv"
    let plain = try CommandRun("fit --json \(path)").json()
    #expect(try computes(plain) == [6 * 3e9 * 60e9, 10 * 6 * 3e9 * 60e9])
    let given = try CommandRun("fit --json \(path) --budget 1e21 --budget 2PF-days").json()
    #expect(try computes(given) == [1e21, 2e15 * 86400])
    // The closed form: N* = G (C/6)^a, and D* is what is left.
    let n = try given.number("optima.0.parameters.value")
    let d = try given.number("optima.0.tokens.value")
    #expect(isNear(6 * n * d, 1e21, 1e-12))
    #expect(isNear(try given.number("optima.0.tokensPerParameter.value"), d / n, 1e-12))
    #expect(try given.number("optima.0.loss.interval.0") < given.number("optima.0.loss.value"))
  }

  @Test("a law without an optimum in closed form says so")
  func noOptimum() throws {
    let json = try CommandRun("fit --json --law power-n corpora/runs-known-truth.csv").json()
    #expect(try json.value("optima").array == [])
    #expect(try json.text("optimaReason") == "the law power-n has no optimum in closed form")
  }

  @Test("steps become tokens for every approach")
  func steps() throws {
    let tokens = try json("--approach all --bootstrap 0", DoublingTable.csv())
    let steps = try json(
      "--approach all --bootstrap 0 --tokens-per-step 500000",
      DoublingTable.csv(tokensPerStep: 500_000)
    )
    for name in ["parametric-fit", "isoflop-profiles", "training-curves"] {
      let path = "approaches.\(name).a.value"
      #expect(isNear(try steps.number(path), try tokens.number(path), 1e-9))
    }
  }

  @Test("curves are named by a column")
  func curves() throws {
    let table = DoublingTable.csv(noise: 0.001).replacing("run,", with: "trained,")
    let named = try json("--approach envelope --bootstrap 0 --curve trained", table)
    #expect(try named.number("approaches.training-curves.result.curveCount") == 9)
  }

  @Test("where no approach has an answer there is none")
  func nothing() {
    let table = "N,D,loss\n1e7,1e9,4\n1e8,1e9,3.5\n1e7,1e10,3.6\n"
    let run = CommandRun("fit - --approach all", input: table)
    #expect(run.code == .unusable)
    #expect(run.output.isEmpty)
    #expect(
      run.diagnostics.hasPrefix("error: no approach has an answer:\n  training-curves: ")
    )
    #expect(run.diagnostics.contains("\n  isoflop-profiles: 0 of "))
    #expect(run.diagnostics.contains("\n  parametric-fit: "))
  }

  @Test(
    "one approach without an answer fails alone",
    arguments: [
      (
        "isoflop", "N,D,loss\n1e7,1e9,4\n1e8,1e8,3.5\n2e8,5e7,3.6\n",
        "all 3 runs have one compute budget, 6e+16 FLOPs; the law of the best size needs two budgets or"
          + " more"
      ),
      (
        "envelope", "N,D,loss\n1e7,1e9,4\n1e8,1e8,3.5\n2e8,5e7,3.6\n",
        "3 training curves of a single point each, expected several points; name the column that tells"
          + " runs apart"
      ),
    ]
  )
  func alone(_ choice: String, _ table: String, _ message: String) {
    let run = CommandRun("fit - --approach \(choice)", input: table)
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n")
  }

  @Test(
    "words",
    arguments: [
      (
        "--approach isoflops",
        "`--approach` takes `parametric`, `isoflop`, `envelope`, `all`, found `isoflops`; did you mean"
          + " `isoflop`?"
      ),
      ("--akima", "`--akima` needs `--approach isoflop`"),
      ("--approach envelope --tolerance 1%", "`--tolerance` needs `--approach isoflop`"),
      ("--approach isoflop --curve run", "`--curve` needs `--approach envelope`"),
      ("--budget 0", "`--budget`: `0` is out of range: expected above 0"),
    ]
  )
  func words(_ line: String, _ message: String) {
    let run = CommandRun("fit corpora/runs-known-truth.csv \(line)")
    #expect(run.code == .unusable)
    #expect(run.diagnostics == "error: \(message)\n`isoloss help fit` shows what it takes\n")
  }
}
