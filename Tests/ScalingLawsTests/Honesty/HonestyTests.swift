import CurveFitting
import LossNumerics
import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Figures of Golden/honesty.py, by NumPy and SciPy.
@Suite("Checks of fits against NumPy and SciPy")
struct HonestyGoldenTests {
  private let fit = LawFit(Chinchilla(), to: RunTable(name: "runs.csv", runs: GoldenFit.runs))

  private func agree(_ value: Double?, _ expected: Double, to tolerance: Double = 1e-7) -> Bool {
    value.map { abs($0 / expected - 1) <= tolerance } ?? false
  }

  @Test("leverages, studentized residuals and Cook's distances")
  func influence() throws {
    let influence = try #require(Influence(fit.run()))
    let golden = [
      (0, 0.6131264409015527, 2.140956871836077, 1.2707158562767567),
      (6, 0.08538264614156692, -2.0526350957663237, 0.06970591361496545),
      (14, 0.18575469979872447, -0.4354261201180038, 0.008940357730258983),
      (29, 0.23062928411084713, 0.6507397751647374, 0.0259870079825793),
    ]
    for (row, leverage, studentized, distance) in golden {
      #expect(agree(influence.leverages[row], leverage))
      #expect(agree(influence.studentizedResiduals[row], studentized))
      #expect(agree(influence.cooksDistances[row], distance))
    }
  }

  @Test("added variables")
  func trends() throws {
    let trends = try ResidualTrends(fit.run()).trends
    let golden = [
      ("N", -1.7431930302644383, 0.09409957627227933, -1.280071384373763, 0.21275513603924406),
      ("D", -1.1437045598191713, 0.26402609879873445, -0.4512891115441143, 0.6558326688269148),
      ("C", -1.5941198142836959, 0.12399521126493893, -0.43292533296822794, 0.6689347967489914),
    ]
    #expect(trends.map(\.variable) == golden.map(\.0))
    for (trend, expected) in zip(trends, golden) {
      #expect(agree(trend.slope?.statistic, expected.1), "\(trend.variable)")
      #expect(agree(trend.slope?.pValue, expected.2))
      #expect(agree(trend.curvature?.statistic, expected.3))
      #expect(agree(trend.curvature?.pValue, expected.4))
    }
    #expect(agree(trends[0].slope?.explainedShare, 0.11238408188939963))
  }

  @Test("a fifth of the runs held out")
  func holdout() throws {
    let full = try fit.run()
    let test = try fit.holdout(share: 0.2, judgedBy: full.law)
    #expect(test.split.training.count == 24)
    #expect(test.split.heldOut == [23, 24, 26, 27, 28, 29])
    #expect(agree(test.meanAbsoluteRelativeError, 0.006526977040641276))
    #expect(agree(test.bias, 0.006526977040641276))
    #expect(agree(test.errorInNoise, 1.048934534258248))
    #expect(agree(test.meanAbsoluteReducibleError, 0.05092172367591643))
    // A regret of 0.2 % is a difference of two computes: three digits fewer.
    #expect(agree(test.regret?.mean, 0.0018529283976886912, to: 1e-6))
    #expect(agree(test.regret?.largest, 0.00292615358169912, to: 1e-6))
    var other = fit
    other.form = Kaplan()
    let kaplan = try other.holdout(share: 0.2)
    #expect(agree(kaplan.meanAbsoluteRelativeError, 0.05169994037273651))
    #expect(agree(kaplan.bias, -0.05075042659208943))
    #expect(agree(kaplan.errorInNoise, 1.5630091999936973))
    #expect(kaplan.meanAbsoluteReducibleError == nil)
    #expect(kaplan.reducibleErrorReason == "the law kaplan has no E")
    #expect(kaplan.regret == nil)
  }

  @Test("lack of fit by six replicates")
  func replicates() throws {
    var again = fit
    again.table.runs += GoldenFit.runs.prefix(6).map { run in
      Run(parameters: run.parameters, tokens: run.tokens, loss: run.loss * 1.006)
    }
    let test = try #require(LackOfFit(again.run()))
    #expect(test.groupCount == 6 && test.runCount == 12)
    #expect(test.pureDegreesOfFreedom == 6 && test.lackDegreesOfFreedom == 25)
    #expect(agree(test.pureStandardDeviation, 0.004229963448737802))
    #expect(agree(test.statistic, 3.317574154213651))
    #expect(agree(test.pValue, 0.06973627636807385))
    #expect(LackOfFit(try fit.run()) == nil)
  }

  @Test(
    "what a size off its optimum costs at equal loss",
    arguments: [
      (0.2593041622517849, 4522579157.031036, 464080383680.33325),
      (0.14760806407331173, 18090316628.124146, 105729498610.0631),
      (3.4653233871369586, 2261289578.515518, 3291133393943.2437),
    ]
  )
  func regret(expected: Double, parameters: Double, tokens: Double) {
    let law = ScalingLaw.chinchilla(E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658)
    #expect(agree(law.regret(parameters: parameters, tokens: tokens), expected, to: 1e-9))
  }
}

@Suite("Laws that checks of fits obey")
struct HonestyIdentityTests {
  private func fit(_ form: any ScalingLawForm, _ runs: [Run]) -> LawFit {
    LawFit(form, to: RunTable(name: "runs.csv", runs: runs))
  }

  @Test("leverages add up to the coefficients that move")
  func leverages() throws {
    for form in [Chinchilla(), Kaplan(), ChinchillaTied()] as [any ScalingLawForm] {
      let influence = try #require(Influence(fit(form, GoldenFit.runs).run()))
      let sum = influence.leverages.reduce(0, +)
      #expect(abs(sum - Double(form.coefficients.count)) < 1e-9)
    }
    var fixed = fit(Chinchilla(), GoldenFit.runs)
    fixed.constraints = ["E": 1.8...1.8]
    let influence = try #require(Influence(fixed.run()))
    #expect(abs(influence.leverages.reduce(0, +) - 4) < 1e-9)
  }

  /// ln L = alpha (ln N_c − ln N) is linear in alpha and alpha ln N_c, where the formulas are exact.
  @Test("a linear law without a run is what leverage says")
  func leaveOneOut() throws {
    var generator = SeededGenerator(seed: 3)
    let runs = (0..<20).map { index in
      let size = 1e7 * pow(1.7, Double(index))
      return Run(
        parameters: size,
        tokens: 1e10,
        loss: 40 / pow(size, 0.15) * exp(0.02 * generator.nextNormal())
      )
    }
    let whole = fit(PowerLaw(of: .parameters), runs)
    let result = try whole.run()
    var checks = HonestyChecks()
    checks.reportsOutliers = true
    let report = try whole.honesty(of: result, checks)
    let rows = try #require(report.outliers).influential
    #expect(rows.count == 5)
    let inverse = try #require(result.fit.covariance.inverseNormalMatrix)
    for row in rows {
      let without = try #require(row.lawWithout)
      let one = fit(
        PowerLaw(of: .parameters),
        runs.enumerated().filter { $0.offset != row.index }.map(\.element)
      )
      let other = try one.run()
      for (first, second) in zip(without.coefficients, other.law.coefficients) {
        #expect(abs(first / second - 1) < 1e-9)
      }
      let noise = try #require(other.residualStandardError)
      // The amplitude is N_c, in which the law is not linear.
      for (place, coefficient) in result.law.form.coefficients.enumerated()
      where coefficient.scale == .linear {
        let apart =
          coefficient.scale.scaled(result.law.coefficients[place])
          - coefficient.scale.scaled(without.coefficients[place])
        let shift = apart / (noise * inverse[place, place].squareRoot())
        #expect(abs(row.coefficientShifts[place] - shift) < 1e-7)
      }
      let residual = result.residuals[row.index] / (1 - row.leverage)
      let expected =
        log(runs[row.index].loss)
        - log(without.loss(parameters: runs[row.index].parameters, tokens: 1e10))
      #expect(abs(residual - expected) < 1e-10)
    }
  }

  @Test("runs without noise are predicted, and none of them lies outside")
  func noiseFree() throws {
    for form in [Chinchilla(), ChinchillaTied()] as [any ScalingLawForm] {
      let law = ScalingLaw(
        form: form,
        coefficients: form.coefficients.map {
          ["E": 1.7, "A": 480, "B": 2000, "alpha": 0.35, "beta": 0.37][$0.name] ?? 0.35
        }
      )
      let runs = GoldenFit.runs.map { run in
        Run(
          parameters: run.parameters,
          tokens: run.tokens,
          loss: law.loss(parameters: run.parameters, tokens: run.tokens)
        )
      }
      let whole = fit(form, runs)
      var checks = HonestyChecks()
      checks.holdoutShare = 0.2
      checks.rolloutShares = HonestyChecks.usualRollout
      checks.reportsOutliers = true
      let report = try whole.honesty(of: whole.run(), checks)
      #expect(report.warnings.isEmpty)
      // Absolute deviations have no certificate where all of them are rounding.
      #expect(report.outliers?.rows.isEmpty != false)
      for holdout in report.rollout.map(\.holdout) + [report.holdout] {
        let holdout = try #require(holdout)
        #expect(holdout.meanAbsoluteRelativeError < 1e-9)
        #expect(try #require(holdout.regret).largest < 1e-9)
      }
    }
  }

  @Test("the least compute for a loss is the inverse of the optimum's loss")
  func leastCompute() throws {
    let law = PublishedLaw.besiroglu
    for compute in [1e18, 1e21, 1e25] {
      let best = try #require(law.optimum(compute: compute))
      let found = try #require(law.leastCompute(reaching: best.loss, atMost: 1e30))
      #expect(abs(found / compute - 1) < 1e-11)
      #expect(law.leastCompute(reaching: best.loss / 2, atMost: compute) == compute)
      let regret = try #require(law.regret(parameters: best.parameters, tokens: best.tokens))
      #expect(regret >= 0 && regret < 1e-7)
    }
    #expect(law.leastCompute(reaching: .infinity, atMost: 1e21) == nil)
    #expect(law.leastCompute(reaching: 1e9, atMost: 1e21) == nil)
  }

  @Test(
    "a split keeps every run once, the largest outside",
    arguments: [
      (30, 0.2, 24), (35, 0.2, 28), (34, 0.2, 27), (10, 0.1, 9), (3, 1e-17, 2), (3, 0.99, 0),
    ]
  )
  func split(count: Int, share: Double, training: Int) {
    let runs = (0..<count).map { index in
      Run(parameters: Double(count - index), tokens: 1, loss: 2)
    }
    let split = HoldoutSplit(runs, heldOutShare: share)
    #expect(split.training.count == training)
    #expect((split.training + split.heldOut).sorted() == Array(0..<count))
    #expect(split.heldOut == Array(0..<(count - training)))
  }

  @Test("signs that alternate and signs that do not")
  func signs() throws {
    let alternating = try #require(SignRuns((0..<10).map { $0.isMultiple(of: 2) ? 1 : -1 }))
    #expect(alternating.count == 10 && alternating.expected == 6)
    let halves = try #require(SignRuns((0..<10).map { $0 < 5 ? 1 : -1 }))
    #expect(halves.count == 2)
    #expect(abs(halves.statistic + alternating.statistic) < 1e-15)
    #expect(SignRuns([1, 1, 0, -1]) == nil)
  }
}
