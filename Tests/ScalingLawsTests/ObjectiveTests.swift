import CurveFitting
import Execution
import LossNumerics
import ScalingLaws
import TestSupport
import Testing

/// A fit under a robust objective, settled in 40 digits by Golden/objectives.py.
struct GoldenObjective: Sendable, CustomTestStringConvertible {
  var objective: Objective
  var value: Double

  /// E, A, B, alpha, beta.
  var coefficients: [Double]

  var testDescription: String { objective.name }

  static let all = [
    Self(
      objective: .huber(1e-3),
      value: 0.00013980717078608644,
      coefficients: [
        1.7971126942021161, 403.04915683374044, 2032.1097641742301, 0.33739445951735605,
        0.36422690370559297,
      ]
    ),
    Self(
      objective: .huber(1e-2),
      value: 0.0005789257027203041,
      coefficients: [
        1.8186942574670367, 495.0541469401261, 2171.2845664080908, 0.35007586735309765,
        0.36724109409968055,
      ]
    ),
    Self(
      objective: .leastAbsoluteDeviations,
      value: 0.15319603004040492,
      coefficients: [
        1.7937647030897765, 381.74390352962354, 1941.6850118016173, 0.33511822540013172,
        0.36149480567609227,
      ]
    ),
    Self(
      objective: .asymmetric(10),
      value: 0.83966678723610799,
      coefficients: [
        1.8296743012127227, 482.37058376914598, 3104.3258125611562, 0.3496022236629627,
        0.38632056250640252,
      ]
    ),
  ]
}

@Suite("Objectives")
struct ObjectiveTests {
  private func fit(_ runs: [Run], _ objective: Objective) throws -> FitResult {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: runs))
    fit.objective = objective
    return try fit.run()
  }

  private func agree(_ value: Double, _ expected: Double, to tolerance: Double) -> Bool {
    abs(value / expected - 1) <= tolerance
  }

  @Test("robust fits of thirty runs agree with 40 digits", arguments: GoldenObjective.all)
  func goldens(_ golden: GoldenObjective) throws {
    let result = try fit(GoldenFit.runs, golden.objective)
    #expect(agree(result.objectiveValue, golden.value, to: 1e-12))
    for (value, expected) in zip(result.law.coefficients, golden.coefficients) {
      // A relative gradient of 1e-10 leaves B, the least determined, eight digits.
      #expect(agree(value, expected, to: 1e-8), "\(value) \(expected)")
    }
    #expect(result.isConverged)
    #expect(result.fit.relativeGradient <= 1e-8)
  }

  @Test("absolute deviations are certified by their dual")
  func certificate() throws {
    for objective in [Objective.leastAbsoluteDeviations, .asymmetric(3)] {
      let result = try fit(GoldenFit.runs, objective)
      #expect(result.termination == .dualCertificate)
      // As many runs lie on the law as it has coefficients.
      #expect(result.residuals.count { abs($0) < 1e-12 } == 5)
    }
  }

  @Test("a large threshold is half of least squares, a small one tends to absolute deviations")
  func limits() throws {
    let squares = try fit(GoldenFit.runs, .logLeastSquares)
    let huber = try fit(GoldenFit.runs, .huber(1))
    #expect(agree(huber.objectiveValue, squares.objectiveValue / 2, to: 1e-12))
    let absolute = try fit(GoldenFit.runs, .leastAbsoluteDeviations)
    let steep = try fit(GoldenFit.runs, .huber(1e-7))
    // Each run's penalty is short of the line by half the threshold at most.
    let gap = absolute.objectiveValue - steep.objectiveValue / 1e-7
    #expect(gap >= 0 && gap <= 30 * 1e-7 / 2)
  }

  @Test(
    "a run of weight two counts as one that stands twice",
    arguments: [Objective.logLeastSquares, .leastSquares, .huber(), .leastAbsoluteDeviations]
  )
  func weights(_ objective: Objective) throws {
    var weighted = GoldenFit.runs
    weighted[3].weight = 2
    weighted[17].weight = 2
    let repeated = GoldenFit.runs + [GoldenFit.runs[3], GoldenFit.runs[17]]
    let one = try fit(weighted, objective)
    let other = try fit(repeated, objective)
    #expect(agree(one.objectiveValue, other.objectiveValue, to: 1e-11))
    for (value, expected) in zip(one.law.coefficients, other.law.coefficients) {
      #expect(agree(value, expected, to: 1e-7), "\(value) \(expected)")
    }
  }

  @Test("losses in other units change E, A and B by the factor and no exponent")
  func units() throws {
    for objective in [Objective.leastSquares, .asymmetric(10)] {
      let bits = GoldenFit.runs.map { run in
        Run(parameters: run.parameters, tokens: run.tokens, loss: run.loss * 1.5)
      }
      let nats = try fit(GoldenFit.runs, objective).law.coefficients
      let other = try fit(bits, objective).law.coefficients
      for index in 0..<3 { #expect(agree(other[index], 1.5 * nats[index], to: 1e-8)) }
      for index in 3..<5 { #expect(agree(other[index], nats[index], to: 1e-8)) }
    }
  }

  @Test(
    "every instruction set finds the same fit, in bits of its own",
    arguments: KernelVariant.supported
  )
  func kernels(_ variant: KernelVariant) throws {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: GoldenFit.runs))
    fit.objective = .huber()
    fit.solver = .newton
    fit.kernels = variant
    let result = try fit.run()
    #expect(agree(result.objectiveValue, GoldenObjective.all[0].value, to: 1e-12))
    #if arch(x86_64)
    // Vectors agree to the bit; plain C, without fused multiply-adds, takes another way there.
    fit.kernels = .fastest
    let isSame = try fit.run().search == result.search
    #expect(isSame == ((variant == .portable) == (KernelVariant.fastest == .portable)))
    #endif
  }

  @Test("names are read as they are written")
  func names() throws {
    let objectives: [Objective] = [
      .logLeastSquares, .leastSquares, .huber(), .huber(0.02), .leastAbsoluteDeviations,
      .asymmetric(), .asymmetric(4),
    ]
    for objective in objectives { #expect(Objective(named: objective.name) == objective) }
    #expect(Objective(named: "huber") == .huber(1e-3))
    #expect(Objective(named: "asymmetric") == .asymmetric(10))
    for text in ["", "Huber", "huber:", "huber:-1", "huber:nan", "huber:inf", "lad:2", "mse"] {
      #expect(Objective(named: text) == nil, "\(text)")
    }
  }
}

@Suite("Constraints")
struct ConstraintTests {
  private func fit(_ constraints: [String: ClosedRange<Double>]) throws -> FitResult {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: GoldenFit.runs))
    fit.constraints = constraints
    return try fit.run()
  }

  @Test("a coefficient fixed at its best value changes nothing but its own error")
  func fixedAtOptimum() throws {
    let free = try fit([:])
    let alpha = try #require(free["alpha"]).value
    let held = try fit(["alpha": alpha...alpha])
    #expect(abs(held.residualSumOfSquares / free.residualSumOfSquares - 1) < 1e-10)
    #expect(held["alpha"]?.value == alpha)
    #expect(held["alpha"]?.standardError == nil)
    #expect(held["alpha"]?.reason == "alpha is fixed")
    #expect(held.freeCount == 4)
    #expect(held.degreesOfFreedom == 26)
    #expect(!held.warnings.map(\.id).contains("parameter-at-bound"))
  }

  @Test("a bound that does not bind changes nothing, one that binds is said")
  func bounds() throws {
    let free = try fit([:])
    let wide = try fit(["alpha": 0.1...1, "E": 0.5...3])
    for (value, expected) in zip(wide.law.coefficients, free.law.coefficients) {
      #expect(abs(value / expected - 1) < 1e-7)
    }
    let tight = try fit(["alpha": 0.1...0.3])
    #expect(tight["alpha"]?.value == 0.3)
    #expect(tight.warnings.map(\.id).contains("parameter-at-bound"))
    #expect(tight.residualSumOfSquares > free.residualSumOfSquares)
  }

  @Test("a name that is no coefficient is refused, and a value that cannot be")
  func failures() {
    #expect(
      throws: LawFitError.unknownCoefficient(
        "gamma",
        law: "chinchilla",
        known: ["E", "A", "B", "alpha", "beta"]
      )
    ) { try fit(["gamma": 1...1]) }
    #expect(throws: LawFitError.impossibleConstraint("E", 0...1)) { try fit(["E": 0...1]) }
  }
}

@Suite("Bootstrap")
struct BootstrapTests {
  private func fit(_ bootstrap: Bootstrap, _ threadCount: Int = 1) throws -> FitResult {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: GoldenFit.runs))
    fit.objective = .huber()
    fit.bootstrap = bootstrap
    return try fit.run(on: WorkerPool(threadCount: threadCount))
  }

  @Test("a seed gives the same draws on any number of threads, to the bit")
  func threads() throws {
    let one = try fit(Bootstrap(resampleCount: 50, seed: 3))
    #expect(try fit(Bootstrap(resampleCount: 50, seed: 3), 3).draws == one.draws)
    #expect(try fit(Bootstrap(resampleCount: 50, seed: 4)).draws != one.draws)
    // More resamples begin with the same.
    let more = try fit(Bootstrap(resampleCount: 60, seed: 3)).draws?.coefficients ?? []
    #expect(Array(more.prefix(one.draws?.coefficients.count ?? 0)) == one.draws?.coefficients)
  }

  @Test("a resample has as many runs as the table, of each stratum as many as there are")
  func counts() {
    let plain = Bootstrap(resampleCount: 1, seed: 9)
    let strata = (0..<30).map { $0 / 10 }
    let stratified = Bootstrap(resampleCount: 1, seed: 9, strata: strata)
    let grouped = Bootstrap(resampleCount: 1, seed: 9, groups: (0..<30).map { $0 / 5 })
    for index in 0..<20 {
      #expect(plain.counts(ofResample: index, runCount: 30).reduce(0, +) == 30)
      let counts = stratified.counts(ofResample: index, runCount: 30)
      for stratum in 0..<3 {
        #expect(counts[(stratum * 10)..<(stratum * 10 + 10)].reduce(0, +) == 10)
      }
      // Runs of a group are drawn together.
      let together = grouped.counts(ofResample: index, runCount: 30)
      for group in 0..<6 {
        #expect(Set(together[(group * 5)..<(group * 5 + 5)]).count == 1)
      }
    }
  }

  @Test("errors and intervals are those of the draws, derived ones computed draw by draw")
  func spread() throws {
    let result = try fit(Bootstrap(resampleCount: 200, seed: 1))
    let draws = try #require(result.draws)
    #expect(draws.coefficients.count + draws.unconvergedCount == 200)
    let alphas = draws.coefficients.map { $0[3] }
    let mean = alphas.reduce(0, +) / Double(alphas.count)
    let variance = alphas.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(alphas.count - 1)
    let alpha = try #require(result["alpha"])
    #expect(abs((alpha.standardError ?? 0) / variance.squareRoot() - 1) < 1e-12)
    let inside = alphas.count { alpha.interval?.contains($0) ?? false }
    #expect(abs(Double(inside) / Double(alphas.count) - 0.95) < 0.01)
    // a + b = 1 in every draw, so that their errors are one.
    let (a, b) = (try #require(result["a"]), try #require(result["b"]))
    #expect(abs((a.standardError ?? 0) / (b.standardError ?? 1) - 1) < 1e-9)
    let optimum = try #require(result.optimum(compute: 1e21))
    #expect(optimum.parameters.standardError != nil)
    #expect(optimum.loss.interval?.contains(optimum.loss.value) == true)
  }

  @Test("a robust fit without resamples says why it has no errors")
  func withoutResamples() throws {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: GoldenFit.runs))
    fit.objective = .leastAbsoluteDeviations
    let result = try fit.run()
    #expect(
      result["alpha"]?.reason
        == "only resamples tell the error of a robust fit, and none were asked for"
    )
    #expect(result.aic == nil)
  }
}
