import CurveFitting
import Execution
import LossNumerics
import ScalingLaws
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Law fits")
struct LawFitTests {
  private func fit(_ form: any ScalingLawForm, _ runs: [Run]) throws -> FitResult {
    try LawFit(form, to: RunTable(name: "runs", runs: runs)).run()
  }

  /// Whether two numbers agree; the gradient tolerance alone leaves 1e−10 of a standard error.
  private func agree(_ value: Double, _ expected: Double, to tolerance: Double = 1e-9) -> Bool {
    abs(value - expected) <= tolerance * abs(expected)
  }

  @Test("thirty noisy runs: values, errors, intervals and criteria as SciPy and 40 digits give")
  func golden() throws {
    let cases: [(any ScalingLawForm, GoldenFit)] = [
      (Chinchilla(), .chinchilla), (Kaplan(), .kaplan),
    ]
    for (form, golden) in cases {
      let result = try fit(form, GoldenFit.runs)
      #expect(result.isConverged)
      #expect(result.fit.relativeGradient < 1e-8)
      #expect(agree(result.residualSumOfSquares, golden.rss, to: 1e-12))
      #expect(agree(try #require(result.aic), golden.aic))
      #expect(agree(try #require(result.aicc), golden.aicc))
      #expect(agree(try #require(result.bic), golden.bic))
      #expect(agree(try #require(result.correlation(0, 1)), golden.firstCorrelation, to: 1e-8))
      for (name, value, standardError, low, high) in golden.estimates {
        let estimate = try #require(result[name])
        #expect(abs(estimate.value - value) < 1e-8 * standardError, "\(name)")
        #expect(agree(try #require(estimate.standardError), standardError, to: 1e-8), "\(name)")
        #expect(agree(try #require(estimate.interval).lowerBound, low, to: 1e-8), "\(name)")
        #expect(agree(try #require(estimate.interval).upperBound, high, to: 1e-8), "\(name)")
      }
    }
  }

  @Test("every start of the shares reaches the optimum")
  func starts() throws {
    let result = try fit(Chinchilla(), GoldenFit.runs)
    #expect(result.search.minima.count == 1)
    #expect(result.search.minima.first?.startCount == 81)
    #expect(result.search.unconvergedCount == 0)
  }

  @Test("runs without noise give back the law", arguments: PublishedLaw.all)
  func recovery(law: ScalingLaw) throws {
    let runs = GoldenFit.runs.map { run in
      Run(
        parameters: run.parameters,
        tokens: run.tokens,
        loss: law.loss(parameters: run.parameters, tokens: run.tokens)
      )
    }
    let result = try fit(law.form, runs)
    for (value, expected) in zip(result.law.coefficients, law.coefficients) {
      #expect(agree(value, expected, to: 1e-8))
    }
    #expect(result.isConverged)
    // Sums of squares that are rounding alone are one minimum, however they differ.
    let same = result.search.minima.filter { $0.point.objective < 1e-20 }
    #expect(same.count == 1)
    #expect(!result.warnings.map(\.id).contains("second-minimum"))
  }

  @Test("gradients of ln L match central differences", arguments: PublishedLaw.all)
  func gradients(law: ScalingLaw) {
    let scaled = zip(law.form.coefficients, law.coefficients).map { $0.scale.scaled($1) }
    for (parameters, tokens) in [(1e6, 1e7), (1e9, 2e10), (1e13, 1e9)] {
      let place = LogRun(parameters: parameters, tokens: tokens)
      var gradient = [Double](repeating: .nan, count: scaled.count)
      var span = gradient.mutableSpan
      law.form.logLossGradient(place, scaled: scaled.span, gradient: &span)
      for index in scaled.indices {
        let h = 1e-5 * max(abs(scaled[index]), 0.1)
        var (above, below) = (scaled, scaled)
        above[index] += h
        below[index] -= h
        let rise =
          law.form.logLoss(place, scaled: above.span) - law.form.logLoss(place, scaled: below.span)
        // Truncation h² f‴/6 with f‴ of order (ln N)³ = 3e4 at most; rounding 1e−15/h.
        #expect(abs(rise / (2 * h) - gradient[index]) < 1e-6 * max(1, abs(gradient[index])))
      }
    }
  }

  @Test(
    "gradients of the derived quantities match central differences",
    arguments: PublishedLaw.all
  )
  func derivedGradients(law: ScalingLaw) {
    let form = law.form
    let scaled = zip(form.coefficients, law.coefficients).map { $0.scale.scaled($1) }
    func derived(_ scaled: [Double]) -> [Double] {
      let natural = zip(form.coefficients, scaled).map { $0.scale.natural($1) }
      return form.derivedQuantities(coefficients: natural).map { $0.scale.scaled($0.value) }
    }
    for (place, quantity) in form.derivedQuantities(coefficients: law.coefficients).enumerated() {
      for index in scaled.indices {
        let h = 1e-6
        var (above, below) = (scaled, scaled)
        above[index] += h
        below[index] -= h
        let slope = (derived(above)[place] - derived(below)[place]) / (2 * h)
        // ln G bends fast in exponents near 0.1: f‴ h² is below 1e−7 of the slope.
        #expect(
          abs(slope - quantity.gradient[index]) < 1e-6 * max(1, abs(slope)),
          "\(quantity.name)"
        )
      }
    }
  }

  /// Factors of parameters, tokens and losses.
  private static let units: [(Double, Double, Double)] = [
    (1, 1, 1e3), (1, 1, 1e-7), (1e6, 1e6, 1), (1e-3, 1e-3, 1), (1e-6, 1e-9, 1 / log(2)),
  ]

  @Test("units of parameters, tokens and loss change nothing but units", arguments: units)
  func unitInvariance(parameters: Double, tokens: Double, loss: Double) throws {
    let rescaled = GoldenFit.runs.map { run in
      Run(
        parameters: parameters * run.parameters,
        tokens: tokens * run.tokens,
        loss: loss * run.loss
      )
    }
    for form in PublishedLaw.all.map(\.form) {
      let (one, other) = (try fit(form, GoldenFit.runs), try fit(form, rescaled))
      #expect(one.warnings == other.warnings)
      #expect(one.search.minima.map(\.startCount) == other.search.minima.map(\.startCount))
      #expect(agree(other.residualSumOfSquares, one.residualSumOfSquares))
      #expect(agree(other.fit.covariance.conditionNumber, one.fit.covariance.conditionNumber))
      for name in ["alpha", "beta", "alpha_N", "alpha_D", "a", "b"] {
        guard let expected = one[name], let found = other[name] else { continue }
        #expect(agree(found.value, expected.value), "\(name)")
        let (error, low) = (expected.standardError ?? .nan, expected.interval?.lowerBound ?? .nan)
        #expect(agree(found.standardError ?? .nan, error), "\(name)")
        #expect(agree(found.interval?.lowerBound ?? .nan, low), "\(name)")
      }
      let (best, rescaledBest) = (
        try #require(one.optimum(compute: 1e21)),
        try #require(other.optimum(compute: 1e21 * parameters * tokens))
      )
      // A logarithm near 700 times an exponent has lost three digits; the exponent's agree to 1e−10.
      #expect(agree(rescaledBest.parameters.value, parameters * best.parameters.value, to: 1e-8))
      #expect(agree(rescaledBest.loss.value, loss * best.loss.value))
      let relative = { (estimate: Estimate) in (estimate.standardError ?? .nan) / estimate.value }
      #expect(agree(relative(rescaledBest.loss), relative(best.loss), to: 1e-8))
      #expect(agree(relative(rescaledBest.parameters), relative(best.parameters), to: 1e-8))
    }
    let (one, other) = (try fit(Chinchilla(), GoldenFit.runs), try fit(Chinchilla(), rescaled))
    #expect(agree(try #require(other["E"]).value, loss * (try #require(one["E"])).value))
  }

  @Test("a checkpoint is asked before each step and stops the fit")
  func checkpoint() {
    struct Stop: Error {}
    let asked = Atomic<Int>(0)
    #expect(throws: Stop.self) {
      _ = try LawFit(Chinchilla(), to: RunTable(name: "runs", runs: GoldenFit.runs)).run {
        if asked.add(1, ordering: .relaxed).newValue == 10 { throw Stop() }
      }
    }
    #expect(asked.load(ordering: .relaxed) == 10)
  }

  @Test("threads change nothing, to the bit", arguments: [2, 3])
  func threads(_ count: Int) throws {
    for form in PublishedLaw.all.map(\.form) {
      let fit = LawFit(form, to: RunTable(name: "runs", runs: GoldenFit.runs))
      let (alone, shared) = (try fit.run(), try fit.run(on: WorkerPool(threadCount: count)))
      #expect(shared.law == alone.law)
      #expect(shared.search == alone.search)
    }
  }

  @Test("HC3 changes the errors to those of 40 digits, and not the values")
  func robustErrors() throws {
    let cases: [(any ScalingLawForm, [(String, Double)])] = [
      (Chinchilla(), GoldenFit.chinchillaHC3), (Kaplan(), GoldenFit.kaplanHC3),
    ]
    for (form, golden) in cases {
      var problem = LawFit(form, to: RunTable(name: "runs", runs: GoldenFit.runs))
      let plain = try problem.run()
      problem.errorModel = .heteroscedastic
      let robust = try problem.run()
      #expect(robust.law == plain.law)
      for (name, error) in golden {
        #expect(agree(try #require(robust[name]?.standardError), error, to: 1e-8), "\(name)")
      }
    }
  }

  @Test("intervals of the optimum: those of G and a where they must agree")
  func optimumIntervals() throws {
    for form in PublishedLaw.all.map(\.form) {
      let result = try fit(form, GoldenFit.runs)
      // At C = k the optimum is G parameters and 1/G tokens.
      let atOne = try #require(result.optimum(compute: 6))
      let factor = try #require(result["G"])
      #expect(agree(atOne.parameters.value, factor.value))
      #expect(
        agree(try #require(atOne.parameters.standardError), try #require(factor.standardError))
      )
      let top = try #require(factor.interval).upperBound
      #expect(agree(try #require(atOne.tokens.interval).lowerBound, 1 / top))
      // Far out, the error of ln N grows as that of a.
      let (near, far) = (result.optimum(compute: 1e22), result.optimum(compute: 1e300))
      let spread = { (estimate: Estimate?) -> Double in
        guard let interval = estimate?.interval else { return .nan }
        return log(interval.upperBound / interval.lowerBound)
      }
      #expect(spread(far?.parameters) > spread(near?.parameters))
      let loss = try #require(near?.loss.interval)
      #expect(loss.contains(try #require(near?.loss.value)))
    }
  }

  @Test("the optimum's error is that of moving the coefficients, by central differences")
  func optimumGradient() throws {
    for form in PublishedLaw.all.map(\.form) {
      let result = try fit(form, GoldenFit.runs)
      let covariance = try #require(result.scaledCovariance)
      var gradients: [[Double]] = [[], []]
      for index in result.fit.parameters.indices {
        let h = 1e-6
        let optima = [h, -h].map { step in
          var scaled = result.fit.parameters
          scaled[index] += step
          let natural = zip(form.coefficients, scaled).map { $0.scale.natural($1) }
          return ScalingLaw(form: form, coefficients: natural).optimum(compute: 1e21)
        }
        let (above, below) = (try #require(optima[0]), try #require(optima[1]))
        gradients[0].append(log(above.parameters / below.parameters) / (2 * h))
        gradients[1].append(log(above.loss / below.loss) / (2 * h))
      }
      let optimum = try #require(result.optimum(compute: 1e21))
      for (gradient, estimate) in zip(gradients, [optimum.parameters, optimum.loss]) {
        let variance = zip(gradient, covariance.times(gradient)).reduce(0) { $0 + $1.0 * $1.1 }
        let error = try #require(estimate.standardError) / estimate.value
        #expect(agree(error, variance.squareRoot(), to: 1e-5))
      }
    }
  }
}

@Suite("Runs that cannot be fitted")
struct LawFitFailureTests {
  private func failure(_ runs: [Run]) -> String? {
    #expect(throws: LawFitError.self) {
      _ = try LawFit(Chinchilla(), to: RunTable(name: "runs", runs: runs)).run()
    }.map { "\($0)" }
  }

  @Test("too few runs")
  func tooFew() {
    #expect(
      failure(Array(GoldenFit.runs.prefix(5)))
        == "the law chinchilla has 5 coefficients and needs more runs than that, found 5"
    )
    #expect(
      failure([])
        == "the law chinchilla has 5 coefficients and needs more runs than that, found 0"
    )
  }

  @Test("one size, or one length")
  func oneValue() {
    let oneSize = GoldenFit.runs.map { run in
      Run(parameters: 1e9, tokens: run.tokens, loss: run.loss)
    }
    #expect(
      failure(oneSize)
        == "all runs have the same parameters, 1e+09; a law of both needs runs that differ in each"
    )
    let oneLength = GoldenFit.runs.map { run in
      Run(parameters: run.parameters, tokens: 2e10, loss: run.loss)
    }
    #expect(
      failure(oneLength)
        == "all runs have the same tokens, 2e+10; a law of both needs runs that differ in each"
    )
  }

  @Test("runs that repeat each other")
  func repeated() {
    let two = (0..<40).map { index in
      let run = GoldenFit.runs[7 * (index % 2)]
      return Run(
        parameters: run.parameters,
        tokens: run.tokens,
        loss: run.loss + 0.001 * Double(index)
      )
    }
    #expect(
      failure(two)
        == "40 runs, but only 2 different pairs of parameters and tokens; the law chinchilla has 5"
        + " coefficients and needs more pairs than that"
    )
    #expect(
      failure(Array(GoldenFit.runs.prefix(10)))
        == "only 2 different parameters in the runs; the law chinchilla needs 3"
    )
    let lengths = GoldenFit.runs.map { run in
      Run(
        parameters: run.parameters,
        tokens: run.line % 2 == 0 ? 1e9 : 3e10,
        loss: run.loss
      )
    }
    #expect(
      failure(lengths) == "only 2 different tokens in the runs; the law chinchilla needs 3"
    )
    let kaplan = LawFit(Kaplan(), to: RunTable(name: "runs", runs: lengths))
    #expect(throws: Never.self) { try kaplan.run() }
    let equal = GoldenFit.runs.map { run in
      Run(parameters: run.parameters, tokens: run.tokens, loss: 3)
    }
    #expect(
      failure(equal) == "all runs have the same loss, 3; a law needs runs that differ in it"
    )
  }

  @Test("a quantity that is no positive number")
  func notPositive() {
    var runs = GoldenFit.runs
    runs[3].loss = -1
    #expect(failure(runs) == "expected positive loss in run 4, found -1.0")
    runs[3].loss = .infinity
    #expect(failure(runs) == "expected positive loss in run 4, found inf")
  }

  @Test("runs at the ends of the range of numbers end in a result or an error, not in a trap")
  func extremes() {
    var generator = SeededGenerator(seed: 4)
    for scale in [1e-300, 1e-5, 1e300] {
      let runs = (0..<12).map { _ in
        Run(
          parameters: scale * (1 + generator.nextUniform()),
          tokens: 1 + generator.nextUniform(),
          loss: scale * (1 + generator.nextUniform())
        )
      }
      for form in ScalingLaw.forms {
        var fit = LawFit(form, to: RunTable(name: "runs", runs: runs))
        fit.minimizer.iterationLimit = 20
        fit.polisher.iterationLimit = 20
        let result = try? fit.run()
        #expect(result.map { $0.summary.isEmpty } != true)
      }
    }
  }
}
