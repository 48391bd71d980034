import CurveFitting
import FileFormats
import Foundation
import ScalingLaws
import Synchronization
import TestSupport
import Testing

/// Counts calls from any thread.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  /// The number of this call, from 1.
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

@Suite("Solvers by name")
struct SolverChoiceTests {
  private func fit(
    _ solver: LawFit.Solver,
    _ runs: [Run] = GoldenFit.runs,
    _ change: (inout LawFit) -> Void = { _ in }
  ) throws -> FitResult {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: runs))
    fit.objective = .leastSquares
    fit.solver = solver
    change(&fit)
    return try fit.run()
  }

  private func agree(_ value: Double?, _ expected: Double, to tolerance: Double) -> Bool {
    value.map { abs($0 / expected - 1) <= tolerance } ?? false
  }

  @Test("all solvers end at one minimum", arguments: LawFit.Solver.allCases)
  func same(solver: LawFit.Solver) throws {
    let (expected, found) = (try fit(.automatic), try fit(solver))
    #expect(found.solver == solver)
    #expect(found.isConverged)
    #expect(found.search.minima.map(\.startCount) == [81])
    #expect(agree(found.residualSumOfSquares, expected.residualSumOfSquares, to: 1e-13))
    for (estimate, other) in zip(expected.estimates, found.estimates) {
      // A relative gradient of 1e−10 leaves that much of a standard error, times the condition
      // number.
      let error = try #require(estimate.standardError)
      #expect(abs(other.value - estimate.value) < 1e-7 * error, "\(estimate.name)")
      #expect(agree(other.standardError, error, to: 1e-7), "\(estimate.name)")
    }
    let text = found.summary
    #expect(text.contains("solver \(solver.rawValue)") == (solver != .automatic))
    #expect(found.json["solver"] == .string(solver.rawValue))
  }

  @Test("weights and bounds of exponents hold for variable projection too")
  func weights() throws {
    var runs = GoldenFit.runs
    for index in runs.indices { runs[index].weight = 1 + Double(index % 3) }
    let constraints = ["beta": 0.3...0.35]
    let newton = try fit(.newton, runs) { $0.constraints = constraints }
    let projected = try fit(.variableProjection, runs) { $0.constraints = constraints }
    #expect(agree(projected.residualSumOfSquares, newton.residualSumOfSquares, to: 1e-12))
    #expect(projected["beta"]?.value == 0.35)
    #expect(agree(projected["A"]?.value, try #require(newton["A"]).value, to: 1e-6))
  }

  @Test("a negative amplitude at the minimum is told, and is no NaN")
  func negative() throws {
    // Losses that rise with tokens need B below zero.
    let runs = GoldenFit.runs.map { run in
      let loss = 2 + 500 / pow(run.parameters, 0.35) - 300 / pow(run.tokens, 0.3)
      return Run(parameters: run.parameters, tokens: run.tokens, loss: loss)
    }
    let result = try fit(.variableProjection, runs)
    #expect(!result.isConverged)
    #expect(result.termination == .infeasible)
    #expect(result.search.unconvergedCount == result.search.startCount)
    #expect(result.law.coefficients.allSatisfy { $0.isFinite && $0 > 0 })
    #expect(
      result.warnings.map(\.message).contains(
        "the iteration stopped before a minimum (a linear coefficient is out of bounds at the"
          + " minimum): the estimates are no optimum"
      )
    )
  }

  private func failure(_ change: (inout LawFit) -> Void) -> String? {
    #expect(throws: LawFitError.self) { try fit(.variableProjection, GoldenFit.runs, change) }
      .map { "\($0)" }
  }

  @Test("variable projection is refused where nothing is linear")
  func refused() {
    #expect(
      failure { $0.objective = .logLeastSquares }
        == "the solver variable-projection does not fit this: log-least-squares is not linear in the"
        + " amplitudes of a law; least-squares is"
    )
    #expect(
      failure { $0.objective = .huber() }
        == "the solver variable-projection does not fit this: huber:0.001 is not linear in the"
        + " amplitudes of a law; least-squares is"
    )
    #expect(
      failure { $0.constraints = ["E": 1.7...1.7] }
        == "the solver variable-projection does not fit this: the amplitude E is constrained"
    )
    #expect(
      failure { $0.form = Kaplan() }
        == "the solver variable-projection does not fit this: the law kaplan is no sum of powers, each"
        + " with an amplitude of its own"
    )
    #expect(
      failure {
        $0.solver = .levenbergMarquardt
        $0.objective = .leastAbsoluteDeviations
      } == "the solver levenberg-marquardt does not fit this: lad is no sum of squares"
    )
  }

  /// `data/scaling/reference.json`: measured.variable_projection.
  @Test(
    "published tables, all solvers",
    .enabled(if: TestFiles.hasShared("data/scaling/epoch_chinchilla.csv")),
    arguments: [
      (
        true, 0.08320380769330148,
        [
          1.882813613328191, 567.8054264999955, 7581.852372134472, 0.35761508834932765,
          0.42762062132746465,
        ]
      ),
      (
        false, 0.8437738115682725,
        [
          2.0105676404821655, 711.8305340389583, 1013617.0225607521, 0.3684359803215658,
          0.661396806844336,
        ]
      ),
    ] as [(Bool, Double, [Double])],
    LawFit.Solver.allCases
  )
  func published(golden: (Bool, Double, [Double]), solver: LawFit.Solver) throws {
    let path = TestFiles.shared("data/scaling/epoch_chinchilla.csv")
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let kept = golden.0 ? [try RunSelection(parsing: "excluded_top5=False")] : []
    let table = try RunTable(
      CSVTable(parsing: bytes, name: "epoch"),
      RunTableOptions(selections: kept)
    )
    var fit = LawFit(Chinchilla(), to: table)
    fit.objective = .leastSquares
    fit.solver = solver
    let result = try fit.run()
    #expect(agree(result.residualSumOfSquares, golden.1, to: 1e-14 * 10))
    for (value, expected) in zip(result.law.coefficients, golden.2) {
      #expect(agree(value, expected, to: 1e-8))
    }
  }
}

@Suite("Scans of basins")
struct BasinScanTests {
  private func fit(_ runs: [Run], _ change: (inout LawFit) -> Void = { _ in }) throws -> FitResult {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: runs))
    fit.scansBasins = true
    change(&fit)
    return try fit.run()
  }

  @Test("one basin, which is the one the starts found", arguments: ["squares", "logs", "huber"])
  func single(objective: String) throws {
    let objectives = [
      "squares": Objective.leastSquares, "logs": .logLeastSquares, "huber": .huber(),
    ]
    let result = try fit(GoldenFit.runs) {
      $0.objective = objectives[objective] ?? .logLeastSquares
      $0.startLimit = 1
    }
    let scan = try #require(result.basinScan)
    #expect(scan.gridSize == 24)
    #expect(scan.objectives.count == 24 * 24)
    #expect(scan.basinCount == 1)
    #expect(scan.minima.count == scan.localMinima.count)
    #expect(result.search.minima.count == 1)
    let basin = try #require(scan.basins.first?.point)
    #expect(abs(basin.objective / result.objectiveValue - 1) < 1e-8)
    // No point of the grid is below the minimum, and each is the best of its exponents.
    #expect(scan.objectives.allSatisfy { $0 >= result.objectiveValue })
    #expect(result.summary.contains(scan.sentence))
    #expect(
      scan.sentence
        == "alpha, beta scanned from 0.02 to 2.5 in 24 steps each: 1 basin, none other wider than a"
        + " factor of 1.234"
    )
  }

  @Test("each point of the grid is the best fit of its exponents")
  func grid() throws {
    let scan = try #require(try fit(GoldenFit.runs) { $0.objective = .leastSquares }.basinScan)
    for (row, column) in [(3, 20), (10, 14), (13, 13), (23, 2), (23, 23)] {
      let (alpha, beta) = (scan.exponents[row], scan.exponents[column])
      let held = try fit(GoldenFit.runs) {
        $0.objective = .leastSquares
        $0.scansBasins = false
        $0.constraints = ["alpha": alpha...alpha, "beta": beta...beta]
      }
      let value = scan.objectives[row * 24 + column]
      #expect(abs(value / held.objectiveValue - 1) < 1e-4, "\(alpha) \(beta)")
    }
  }

  @Test("the scan alone finds what a start far off does not")
  func onlyScan() throws {
    let result = try fit(GoldenFit.runs) { $0.startLimit = 1 }
    let full = try fit(GoldenFit.runs) { $0.scansBasins = false }
    #expect(abs(result.objectiveValue / full.objectiveValue - 1) < 1e-12)
  }

  @Test("laws and objectives without a grid are refused")
  func refused() {
    let messages = [
      #expect(throws: LawFitError.self) { try fit(GoldenFit.runs) { $0.form = Kaplan() } },
      #expect(throws: LawFitError.self) {
        try fit(GoldenFit.runs) { $0.objective = .leastAbsoluteDeviations }
      },
      #expect(throws: LawFitError.self) {
        try fit(GoldenFit.runs) { $0.constraints = ["alpha": 0.3...0.4] }
      },
    ].map { $0.map { "\($0)" } }
    #expect(
      messages == [
        "exponents cannot be scanned for basins: the law kaplan is no sum of powers with two exponents",
        "exponents cannot be scanned for basins: lad is not smooth enough",
        "exponents cannot be scanned for basins: the exponent alpha is constrained",
      ]
    )
  }
}
