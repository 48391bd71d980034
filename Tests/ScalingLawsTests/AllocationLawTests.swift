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

@Suite("Allocation laws and the bias of profiles")
struct AllocationLawTests {
  private let law = ScalingLaw.chinchilla(
    E: 1.8172,
    A: 482.01,
    B: 2085.43,
    alpha: 0.3478,
    beta: 0.3658
  )

  private func agree(_ value: Double?, _ expected: Double, to tolerance: Double = 1e-12) -> Bool {
    value.map { abs($0 - expected) <= tolerance * abs(expected) } ?? false
  }

  // MARK: - Plain values

  @Test("variances of ln G and a give those of N*, D* and their ratio")
  func covariance() throws {
    let fit = AllocationLaw(
      approach: .parametricFit,
      coefficients: AllocationCoefficients(logFactor: -2, parameterExponent: 0.51),
      uncertainty: .covariance(logFactor: 0.09, exponent: 0.0001, covariance: -0.0028, reach: 2),
      level: 0.9
    )
    #expect(agree(fit.a.standardError, 0.01))
    #expect(agree(fit.a.interval?.upperBound, 0.53))
    #expect(agree(fit.b.value, 0.49))
    #expect(agree(fit.b.interval?.lowerBound, 0.47))
    #expect(agree(fit.G.value, exp(-2)))
    #expect(agree(fit.G.standardError, 0.3 * exp(-2)))
    #expect(agree(fit.G.interval?.upperBound, exp(-1.4)))
    let best = fit.optimum(compute: 6 * exp(50))
    let error = (0.09 - 2 * 50 * 0.0028 + 2500 * 0.0001).squareRoot()
    #expect(agree(best.parameters.value, exp(23.5)))
    #expect(agree(best.parameters.standardError, error * exp(23.5), to: 1e-9))
    #expect(agree(best.tokens.value, exp(26.5)))
    #expect(agree(best.tokens.interval?.upperBound, exp(26.5 + 2 * error), to: 1e-9))
    #expect(agree(best.tokensPerParameter.interval?.lowerBound, exp(3 - 4 * error), to: 1e-9))
    #expect(best.loss == nil)
    #expect(best.parameters.level == 0.9)
  }

  @Test("a closed-form law gives the optimum of its surface")
  func closedForm() throws {
    let allocation = AllocationLaw(
      approach: .parametricFit,
      coefficients: AllocationCoefficients(
        logFactor: log(try #require(law["G"])),
        parameterExponent: try #require(law["a"])
      ),
      uncertainty: .unknown("the law was published without errors")
    )
    let best = allocation.optimum(compute: 5.76e23)
    let truth = try #require(law.optimum(compute: 5.76e23))
    #expect(agree(best.parameters.value, truth.parameters))
    #expect(agree(best.tokens.value, truth.tokens))
    #expect(best.tokens.interval == nil)
    #expect(best.tokens.reason == "the law was published without errors")
    #expect(
      allocation.summary(budgets: [5.76e23]) == """
        estimate     value  std. error  95 % interval
        a         0.512612         n/a            n/a
        b         0.487388         n/a            n/a
        G          0.11963         n/a            n/a
        n/a for a, b, G: the law was published without errors

        at 5.76e+23        value  std. error  95 % interval
        N            7.22487e+10         n/a            n/a
        D            1.32874e+12         n/a            n/a
        D/N              18.3912         n/a            n/a
        """
    )
  }

  @Test("draws give percentiles, and their own interpolation between them")
  func draws() {
    let draws = (0...100).map {
      AllocationCoefficients(logFactor: 0, parameterExponent: 0.4 + 0.002 * Double($0))
    }
    let fit = AllocationLaw(
      approach: .isoFLOPProfiles,
      coefficients: AllocationCoefficients(logFactor: 0, parameterExponent: 0.5),
      uncertainty: .draws(draws.reversed(), lost: 3),
      level: 0.9
    )
    #expect(agree(fit.a.interval?.lowerBound, 0.41))
    #expect(agree(fit.a.interval?.upperBound, 0.59))
    // The deviation of 0...100 is √(101·102/12).
    #expect(agree(fit.a.standardError, 0.002 * (101.0 * 102 / 12).squareRoot()))
    #expect(fit.G.standardError == 0)
    #expect(fit.json["estimates"]?["a"]?["interval"]?.array?.count == 2)
    #expect(fit.json.keys == ["approach", "flopsPerTokenParameter", "estimates"])
  }

  // MARK: - Bias

  /// Nine sizes a budget, about the best size times `shift` for each e-fold of compute.
  private func table(width: Double, drift: Double = 0) throws -> RunTable {
    let budgets = (0..<7).map { 6e18 * pow(10, Double($0) / 2.7) }
    let runs = try budgets.flatMap { budget in
      let best = try #require(law.optimum(compute: budget)).parameters
      return (0..<9).map { index in
        let distance = log(width) * (Double(index) / 4 - 1) + drift * log(budget / budgets[3])
        let parameters = best * exp(distance)
        return Run(
          parameters: parameters,
          tokens: budget / 6 / parameters,
          compute: budget,
          loss: 1
        )
      }
    }
    return RunTable(name: "grid", runs: runs)
  }

  private func bias(_ table: RunTable, _ budgets: [Double]) throws -> IsoFLOPBias {
    var known = table
    for (index, run) in table.runs.enumerated() {
      known.runs[index].loss = law.loss(parameters: run.parameters, tokens: run.tokens)
    }
    let result = try IsoFLOPAnalysis(of: known, .init(resampleCount: 0)).run()
    return try #require(try result.bias(on: law, budgets: budgets))
  }

  @Test("profiles centered alike bias N* by one factor and a by nothing, the more the wider")
  func centered() throws {
    // Along its optimum a sum of two powers only changes its scale, so every profile has one shape.
    var last = 0.0
    for width in [1.5, 2, 4, 8, 16] {
      let bias = try bias(table(width: width), [6e18, 1e21, 5.76e23])
      #expect(abs(bias.exponentError) < 1e-13)
      #expect(bias.profileCount == 7)
      let errors = bias.budgets.map(\.relativeError)
      #expect(abs(errors[2] - errors[0]) < 1e-10)
      #expect(errors[0] < last)
      last = errors[0]
    }
    #expect(abs(last + 0.017) < 0.0005)
  }

  @Test("profiles that drift off the best size bias a")
  func drifting() throws {
    let drift = log(3.0) / log(1000.0 / 6)
    let narrow = try bias(table(width: 2, drift: drift), [1e20])
    let wide = try bias(table(width: 16, drift: drift), [1e20])
    #expect(abs(narrow.exponentError) < 0.002)
    #expect(wide.exponentError < -0.005)
    #expect(
      wide.summary == """
        without noise, on the law chinchilla: a 0.507136, truly 0.512612, bias -0.00547633
        C         N* found      N* true       error
        1e+20  8.39101e+08  8.53477e+08  -1.68444 %
        """
    )
    #expect(wide.json["exponentError"]?.double == wide.exponentError)
  }

  @Test("a flat law has no best sizes, and the bias says why")
  func failure() throws {
    let flat = ScalingLaw.chinchilla(E: 2, A: 1e-9, B: 2000, alpha: 0.3, beta: 0.3)
    let result = try IsoFLOPAnalysis(of: .init(name: "g", runs: GoldenProfiles.runs)).run()
    do throws(IsoFLOPError) {
      _ = try result.bias(on: flat)
      Issue.record("expected no best sizes")
    } catch {
      guard case .tooFewProfiles(let refused, let budgets) = error else {
        Issue.record("expected refused budgets, found \(error)")
        return
      }
      #expect(refused.count == 5)
      #expect(budgets == 5)
    }
  }

  // MARK: - Reports

  @Test("a result's JSON has its keys in order, with refusals beside nulls")
  func json() throws {
    var runs = GoldenProfiles.runs
    runs.removeSubrange(2..<7)
    let table = RunTable(name: "runs.csv", runs: runs)
    let result = try IsoFLOPAnalysis(of: table, .init(resampleCount: 30)).run()
    let json = result.json
    #expect(
      json.keys == [
        "approach", "table", "rowCount", "interpolation", "tolerance", "acceptsOutside",
        "budgetCount", "acceptedCount", "budgets", "law", "bootstrap", "warnings",
      ]
    )
    #expect(json["approach"] == "isoflop-profiles")
    #expect(json["rowCount"] == 30)
    #expect(json["acceptedCount"] == 4)
    #expect(json["budgets"]?[0]?["parameters"] == .null)
    #expect(json["budgets"]?[0]?["refusal"] == "2 different sizes, expected 3 or more")
    #expect(json["budgets"]?[1]?["tokens"]?["level"] == 0.95)
    #expect(
      json["bootstrap"] == ["resampleCount": 30, "lostCount": 0, "seed": 0]
    )
    #expect(json["warnings"]?[0]?["id"] == "budget-refused")
  }

  @Test("a summary without resamples")
  func summary() throws {
    let table = RunTable(name: "runs.csv", runs: Array(GoldenProfiles.runs.dropFirst(5)))
    let result = try IsoFLOPAnalysis(of: table, .init(resampleCount: 0)).run()
    #expect(
      result.summary == """
        approach 2 (IsoFLOP profiles, parabola): ln N* = ln G + a ln(C/k)
        runs 30 from runs.csv   budgets 4 of 5   resamples 0, lost 0

        C      runs           N*  95 % interval             D*    D*/N*       L*  curvature
        1e+18     2          n/a            n/a            n/a      n/a      n/a        n/a
        6e+18     7  2.01616e+08            n/a    4.95991e+09  24.6007   3.0205  0.0832792
        3e+19     7  4.50653e+08            n/a     1.1095e+10  24.6198  2.73988  0.0556853
        2e+20     7  1.24979e+09            n/a    2.66712e+10  21.3406  2.45853  0.0454433
        1e+21     7  2.60367e+09            n/a    6.40122e+10  24.5854  2.31303  0.0290749
        n/a at 1e+18: 2 different sizes, expected 3 or more

        estimate     value  std. error  95 % interval
        a         0.504608         n/a            n/a
        b         0.495392         n/a            n/a
        G         0.167563         n/a            n/a
        n/a for a, b, G: no resamples were drawn
        """
    )
  }
}
