import CurveFitting
import Execution
import FileFormats
import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Compute frontiers")
struct LossFrontierTests {
  private static let surfaces = CoefficientSet.published.compactMap { set -> ScalingLaw? in
    if case .surface(let law) = set.model { law } else { nil }
  }

  @Test("the loss is that of the law's optimum, for every published surface", arguments: surfaces)
  func optimum(_ law: ScalingLaw) throws {
    let frontier = LossFrontier(law)
    for compute in [1e15, 1e18, 1e21, 5.76e23, 1e27] {
      let best = try #require(law.optimum(compute: compute))
      let loss = try #require(frontier.loss(compute: compute))
      #expect(abs(loss - best.loss) <= 16 * best.loss.ulp)
    }
  }

  @Test("the way back is exact to 1e-12", arguments: surfaces)
  func inverse(_ law: ScalingLaw) throws {
    for k in [6.0, 6.9] {
      let frontier = LossFrontier(law, flopsPerTokenParameter: k)
      for compute in [1e12, 1e18, 1e21, 5.76e23, 1e27] {
        let loss = try #require(frontier.loss(compute: compute))
        // The loss as a number keeps so much of what is above the floor.
        let kept = loss.ulp / (loss - frontier.floor) / 0.05
        let back = try frontier.compute(loss: loss)
        #expect(abs(back / compute - 1) <= 1e-12 + kept)
      }
    }
  }

  @Test("a frontier is one power of compute above the floor")
  func powerLaw() throws {
    // L - E = P (C/k)^(-alpha beta/(alpha + beta)), by the closed form of the optimum.
    let frontier = LossFrontier(.chinchilla(E: 1.8, A: 480, B: 2000, alpha: 0.35, beta: 0.36))
    let (low, high) = try (
      #require(frontier.loss(compute: 1e18)), #require(frontier.loss(compute: 1e24))
    )
    let exponent = 0.35 * 0.36 / 0.71
    #expect(abs(log((low - 1.8) / (high - 1.8)) / log(1e6) - exponent) < 1e-13)
  }

  @Test("where there is no budget")
  func absences() {
    let frontier = LossFrontier(.chinchilla(E: 1.8, A: 480, B: 2000, alpha: 0.35, beta: 0.36))
    let below = #expect(throws: FrontierError.self) { try frontier.compute(loss: 1.8) }
    #expect(
      below?.description
        == "no compute gives a loss of 1.8: the law does not go below 1.8"
    )
    let far = #expect(throws: FrontierError.self) { try frontier.compute(loss: 1e300) }
    #expect(far?.description == "no compute that makes sense gives a loss of 1e+300")
    // The next number above the floor is some compute away, and found.
    #expect(throws: Never.self) { try frontier.compute(loss: 1.8 + 1e-12) }
  }
}

/// A law with as much of a file as comparisons look at.
private func named(
  _ name: String,
  _ law: ScalingLaw,
  range: ClosedRange<Double>? = 1e18...1e22,
  change: (inout FittedLaw) -> Void = { _ in }
) -> FittedLaw {
  var fitted = FittedLaw(law, name: name)
  fitted.fittedRange.compute = range
  change(&fitted)
  return fitted
}

private func chinchilla(
  _ E: Double,
  _ A: Double,
  _ B: Double,
  _ alpha: Double,
  _ beta: Double
) -> ScalingLaw {
  .chinchilla(E: E, A: A, B: B, alpha: alpha, beta: beta)
}

@Suite("Compute multipliers")
struct ComputeMultiplierTests {
  private let old = chinchilla(1.8172, 482.01, 2085.43, 0.3478, 0.3658)

  @Test(
    "two laws with nothing in common, against SciPy's brentq",
    arguments: [
      (1e19, 2.927103234205302, 2.7438885214180972, 2.750861371876309),
      (1e21, 2.3055285712614575, 2.2476028027043364, 2.0303842432369326),
      (1e23, 2.032051877317934, 2.0241681380975947, 1.2332894152669656),
    ]
  )
  func golden(_ compute: Double, _ first: Double, _ second: Double, _ multiplier: Double) throws {
    let other = chinchilla(1.8412, 310.5, 1402.7, 0.3391, 0.3544)
    let result = try LawComparison(named("a", old), named("b", other)).result(at: [compute])
    let point = result.points[0]
    #expect(abs(point.firstLoss.value / first - 1) < 1e-13)
    #expect(abs(point.secondLoss.value / second - 1) < 1e-13)
    // brentq knows the loss to an ulp, of which the slope of ln C by L makes a few hundred.
    #expect(abs(try #require(point.value) / multiplier - 1) < 1e-12)
    #expect(point.lower == nil && point.upper == nil)
    #expect(
      point.intervalReason == "`a` and `b` come without draws and without a covariance"
    )
  }

  @Test("parameters worth n of the other's and tokens worth d make a multiplier of n d, everywhere")
  func worth() throws {
    // A_B = A/n^alpha and B_B = B/d^beta: L_B(N, D) = L_A(n N, d D), so L_B*(C) = L_A*(n d C).
    let (n, d) = (1.7, 2.3)
    let new = chinchilla(1.8172, 482.01 / pow(n, 0.3478), 2085.43 / pow(d, 0.3658), 0.3478, 0.3658)
    let result = try LawComparison(named("a", old), named("b", new)).result(at: [1e12, 1e20, 1e28])
    for point in result.points + result.curve {
      #expect(abs(try #require(point.value) / (n * d) - 1) < 1e-12)
    }
    let trend = try #require(result.trend)
    #expect(abs(trend.slope) < 1e-13)
    #expect(abs(trend.meanMultiplier / (n * d) - 1) < 1e-12)
    #expect(trend.isConsistentWithConstant == nil)
    // The other way round it is the inverse.
    let back = try LawComparison(named("b", new), named("a", old)).result(at: [1e20])
    #expect(abs(try #require(back.points[0].value) * n * d - 1) < 1e-12)
  }

  @Test("tied exponents in closed form")
  func tied() throws {
    // With alpha = beta, L - E = 2 sqrt(A B) (C/6)^(-alpha/2): m = (A_A B_A/(A_B B_B))^(1/alpha).
    let first = chinchilla(1.7, 500, 900, 0.4, 0.4)
    let second = chinchilla(1.7, 420, 700, 0.4, 0.4)
    let result = try LawComparison(named("a", first), named("b", second)).result(at: [1e21])
    let expected = pow(500.0 * 900 / (420 * 700), 1 / 0.4)
    #expect(abs(try #require(result.points[0].value) / expected - 1) < 1e-12)
  }

  @Test("one floor and two exponents make a straight line in logarithms")
  func slope() throws {
    let second = chinchilla(1.8172, 300, 1500, 0.33, 0.37)
    let result = try LawComparison(named("a", old), named("b", second)).result(at: [1e21])
    let gammas = [(0.3478, 0.3658), (0.33, 0.37)].map { $0 * $1 / ($0 + $1) }
    #expect(abs(try #require(result.trend).slope - (gammas[1] / gammas[0] - 1)) < 1e-12)
    #expect(result.curve.count == 33)
    #expect(result.curve.first?.compute == 1e18 && result.curve.last?.compute == 1e22)
  }

  @Test("Kaplan's law, without a floor, and Chinchilla's")
  func acrossForms() throws {
    let kaplan = ScalingLaw.kaplan(N_c: 9.8e12, D_c: 1.5e10, alpha_N: 0.093, alpha_D: 0.33)
    let result = try LawComparison(named("a", kaplan), named("b", old)).result(at: [1e20])
    let multiplier = try #require(result.points[0].value)
    let reached = try #require(LossFrontier(kaplan).loss(compute: 1e20 * multiplier))
    #expect(abs(reached / result.points[0].secondLoss.value - 1) < 1e-12)
  }

  @Test("budgets stand in the middle and at the end of what both were fitted to")
  func budgets() throws {
    let comparison = try LawComparison(
      named("a", old, range: 1e17...1e22),
      named("b", old, range: 1e18...1e24)
    )
    let computes = try comparison.defaultComputes()
    #expect(comparison.commonRange == 1e18...1e22)
    #expect(abs(computes[0] / 1e20 - 1) < 1e-12)
    #expect(computes[1] == 1e22)
    let point = try comparison.result(at: [1e23]).points[0]
    #expect(point.extrapolation == [10, 1])
    let apart = try LawComparison(named("a", old, range: 1e17...1e18), named("b", old, range: nil))
    let error = #expect(throws: LawComparisonError.self) { try apart.result() }
    #expect(
      error?.description
        == "no budget lies in both fitted ranges (`a`: 1e+17 to 1e+18 FLOPs; `b`: not known): say at"
        + " which to compare"
    )
    #expect(try apart.result(at: [1e20]).curve.isEmpty)
    #expect(try apart.result(at: [1e20]).trend == nil)
  }
}

@Suite("Intervals of compute multipliers")
struct MultiplierIntervalTests {
  private static let center = [1.8, 480, 2000, 0.35, 0.36]

  /// Draws whose floors are given, all else equal.
  private func drawn(_ name: String, floors: [Double]) -> FittedLaw {
    named(name, chinchilla(1.8, 480, 2000, 0.35, 0.36)) { law in
      law.draws = floors.map { [$0] + Self.center.dropFirst() }
    }
  }

  @Test("a draw that never gets there leaves the upper end open")
  func infinite() throws {
    let floors = (0..<100).map { $0 < 10 ? 3.0 : 1.8 + 0.001 * Double($0) }
    let first = drawn("a", floors: floors)
    let second = drawn("b", floors: Array(repeating: 1.8, count: 100))
    let point = try LawComparison(first, second).result(at: [1e21]).points[0]
    #expect(point.infiniteCount == 10)
    #expect(point.undefinedCount == 0)
    #expect(point.lower != nil)
    #expect(point.upper == nil)
    #expect(point.standardError == nil)
    #expect(
      point.intervalReason == "in 10 of 100 draws the first law never reaches the loss"
    )
    // Within 80 % they are not among the rest.
    let narrow = try LawComparison(first, second, level: 0.75).result(at: [1e21]).points[0]
    #expect(narrow.upper != nil && narrow.intervalReason == nil)
  }

  @Test("a law that never gets there has no multiplier, and says so")
  func noValue() throws {
    let first = named("a", chinchilla(2.9, 480, 2000, 0.35, 0.36))
    let second = named("b", chinchilla(1.8, 480, 2000, 0.35, 0.36))
    let result = try LawComparison(first, second).result(at: [1e22])
    #expect(result.points[0].value == nil)
    let loss = try #require(LossFrontier(second.law).loss(compute: 1e22))
    #expect(
      result.points[0].reason
        == "`a` does not go below 2.9 at any budget, and `b` reaches \(loss.sixDigits)"
    )
    #expect(result.trend == nil)
  }

  @Test("draws that make no law leave both ends open")
  func undefined() throws {
    let first = named("a", chinchilla(1.8, 480, 2000, 0.35, 0.36)) { law in
      // Exponents of 0.35 ± 0.35: every sixth draw has a negative one.
      var covariance = DenseMatrix(rowCount: 5, columnCount: 5)
      covariance[3, 3] = 0.35 * 0.35
      law.covariance = covariance
    }
    let second = drawn("b", floors: Array(repeating: 1.8, count: 200))
    let comparison = try LawComparison(first, second)
    #expect(comparison.sources == [.covariance, .bootstrap])
    #expect(comparison.drawCount == 200)
    let point = try comparison.result(at: [1e21]).points[0]
    #expect(point.undefinedCount > 10)
    #expect(point.lower == nil && point.upper == nil)
    #expect(
      point.intervalReason == "\(point.undefinedCount) of 200 draws make no law"
    )
  }

  @Test("draws of one resampling of one table belong together; others do not")
  func pairing() throws {
    let floors = (0..<50).map { 1.7 + 0.004 * Double($0) }
    var first = drawn("a", floors: floors)
    first.provenance.sha256 = "00"
    first.provenance.resampling = .init(resampleCount: 50, seed: 3)
    var second = first
    let joint = try LawComparison(first, second)
    #expect(joint.pairing == .joint)
    let point = try joint.result(at: [1e21]).points[0]
    #expect(point.lower == 1 && point.upper == 1 && point.standardError == 0)
    second.provenance.resampling = .init(resampleCount: 50, seed: 4)
    let apart = try LawComparison(first, second)
    #expect(apart.pairing == .independent)
    let wide = try apart.result(at: [1e21]).points[0]
    #expect(try #require(wide.lower) < 1 && #require(wide.upper) > 1)
    // A lost resample moves those behind it.
    first.provenance.resampling = .init(resampleCount: 51, unconvergedCount: 1, seed: 3)
    #expect(try LawComparison(first, first).pairing == .independent)
  }

  @Test("draws from a covariance have that covariance, whatever the threads")
  func parametric() throws {
    let runs = RunTable(name: "runs.csv", runs: GoldenFit.runs)
    let law = FittedLaw(try LawFit(Chinchilla(), to: runs).run(), name: "law")
    let covariance = try #require(law.covariance)
    let sample = try #require(law.sample(count: 20_000, seed: 5))
    let scaled = sample.laws.compactMap { $0.map { $0.form.scaled($0.coefficients) } }
    #expect(scaled.count == 20_000)
    let draws = BootstrapDraws(bootstrap: Bootstrap(), coefficients: scaled, unconvergedCount: 0)
    let found = try #require(draws.covariance)
    for row in 0..<5 {
      for column in 0..<5 {
        let scale = (covariance[row, row] * covariance[column, column]).squareRoot()
        // Five standard errors of a covariance of so many draws.
        #expect(
          abs(found[row, column] - covariance[row, column]) < 5 * scale
            * (2.0 / 20_000).squareRoot()
        )
      }
    }
    let comparison = try LawComparison(law, law, drawCount: 100, seed: 9)
    let alone = try comparison.result()
    #expect(try comparison.result(on: WorkerPool(threadCount: 3)) == alone)
    #expect(alone.trend?.isConsistentWithConstant == true)
    #expect(try #require(alone.points[0].lower) < 1 && #require(alone.points[0].upper) > 1)
  }
}

@Suite("What compares")
struct ComparabilityTests {
  private func law(_ name: String, _ change: (inout FittedLaw) -> Void) -> FittedLaw {
    named(name, chinchilla(1.8, 480, 2000, 0.35, 0.36), change: change)
  }

  private func refusal(
    _ first: (inout FittedLaw) -> Void,
    _ second: (inout FittedLaw) -> Void
  ) -> String? {
    let laws = (law("a.json", first), law("b.json", second))
    do throws(LawComparisonError) {
      _ = try LawComparison(laws.0, laws.1)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("two declared kinds of loss, text or parameters are refused")
  func refusals() {
    #expect(
      refusal({ $0.lossUnit = .natsPerToken }, { $0.lossUnit = .bitsPerByte })
        == "`a.json` predicts nats per token, `b.json` bits per byte: compute is compared at equal"
        + " loss, and these have no loss in common"
    )
    #expect(
      refusal({ $0.validation = "C4" }, { $0.validation = "Pile" })
        == "the losses of `a.json` were measured on `C4`, those of `b.json` on `Pile`: compute is"
        + " compared at equal loss on one text"
    )
    #expect(
      refusal({ $0.parameterConvention = .total }, { $0.parameterConvention = .nonEmbedding })
        == "`a.json` counts all parameters, `b.json` parameters without embeddings: their compute is"
        + " not the same quantity"
    )
    #expect(refusal({ $0.validation = "C4" }, { $0.validation = "C4" }) == nil)
  }

  @Test("what one law does not declare is a warning")
  func warnings() throws {
    let first = law("a.json") {
      $0.lossUnit = .natsPerToken
      $0.validation = "C4"
      $0.parameterConvention = .total
      $0.flopsPerTokenParameter = 6
    }
    let second = law("b.json") { $0.flopsPerTokenParameter = 7 }
    #expect(
      try LawComparison(first, second).warnings.map { "\($0.id): \($0.message)" } == [
        "flops-per-token-parameter: `a.json` counts 6 FLOPs a parameter and token, `b.json` 7: part of"
          + " the multiplier is that",
        "undeclared-loss-unit: `b.json` does not say what the losses are in",
        "undeclared-validation: `b.json` does not say what the losses were measured on",
        "undeclared-parameter-convention: `b.json` does not say whether parameters count embeddings",
      ]
    )
    var again = first
    again.flopsPerTokenParameter = nil
    #expect(try LawComparison(first, again).warnings.isEmpty)
  }
}

extension Double {
  /// As reports write it.
  fileprivate var sixDigits: String { ScalingLaws.sixDigits(self) }
}
