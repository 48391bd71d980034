import LossNumerics
import Testing

extension GoldenDistribution {
  var distribution: any ContinuousDistribution {
    switch self {
    case .t(let v): StudentT(degreesOfFreedom: v)
    case .chi(let k): ChiSquared(degreesOfFreedom: k)
    case .f(let n, let d): FDistribution(numerator: n, denominator: d)
    case .normal: NormalDistribution.standard
    }
  }
}

@Suite("Distributions")
struct DistributionTests {
  /// A tail e^−d has lost what d itself cannot hold, d ulps; the rest is rounding on the way.
  private func tolerance(_ tail: Double) -> Double {
    32 * .ulpOfOne * max(1, Double(abs(tail.exponent)))
  }

  @Test("upper tails match 60-digit arithmetic")
  func tails() {
    for (golden, x, expected) in GoldenDistributions.tails {
      let value = golden.distribution.upperTail(x)
      let error = abs(value / expected - 1)
      if !(error <= tolerance(expected)) {
        Issue.record("\(golden) above \(x): \(value), not \(expected): \(error / .ulpOfOne)")
      }
    }
  }

  @Test("quantiles match 60-digit arithmetic")
  func quantiles() {
    for (golden, probability, expected) in GoldenDistributions.quantiles {
      let value = golden.distribution.quantile(probability)
      let error = abs(value / expected - 1)
      if !(error <= 32 * .ulpOfOne) {
        Issue.record("\(golden) at \(probability): \(value), not \(expected): \(error / .ulpOfOne)")
      }
    }
  }

  private static let some: [GoldenDistribution] = [
    .normal, .t(1), .t(4.5), .t(1e6), .chi(1), .chi(2), .chi(40), .f(2, 5), .f(5, 235),
  ]

  @Test("the density is the slope of the cumulative probability")
  func densityIsSlope() {
    for golden in Self.some {
      let distribution = golden.distribution
      for x in [0.3, 1, 2.5] {
        let h = 1e-5
        let slope = (distribution.cumulative(x + h) - distribution.cumulative(x - h)) / (2 * h)
        // h² f''/6 is below 2e−10 here, rounding 1e−16/h below 1e−10.
        #expect(abs(slope - distribution.density(x)) < 1e-9, "\(golden) at \(x)")
      }
    }
  }

  @Test("tails add to one, and quantiles undo the cumulative probability")
  func roundTrip() {
    for golden in Self.some {
      let distribution = golden.distribution
      for probability in [1e-9, 0.01, 0.3, 0.5, 0.77, 0.999] {
        let x = distribution.quantile(probability)
        let back = distribution.cumulative(x)
        #expect(abs(back / probability - 1) < 1e-12, "\(golden) at \(probability)")
        #expect(abs(back + distribution.upperTail(x) - 1) <= 2 * .ulpOfOne)
      }
    }
  }

  @Test("the ends")
  func ends() {
    for golden in Self.some {
      let distribution = golden.distribution
      #expect(distribution.quantile(1) == .infinity)
      #expect(distribution.upperTail(.infinity) == 0)
      #expect(distribution.cumulative(-.infinity) == 0)
      #expect(distribution.cumulative(distribution.quantile(0)) == 0)
    }
    #expect(StudentT(degreesOfFreedom: 3).quantile(0.5) == 0)
    #expect(
      StudentT(degreesOfFreedom: .infinity).quantile(0.3)
        == NormalDistribution.standard.quantile(0.3)
    )
  }

  @Test("a number that is no probability traps")
  func noProbability() async {
    await #expect(processExitsWith: .failure) {
      _ = StudentT(degreesOfFreedom: 3).quantile(1.5)
    }
  }
}
