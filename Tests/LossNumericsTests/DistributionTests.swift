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

  @Test(
    "chi-squared of 1e11 degrees of freedom as Golden/large_gamma.py has it",
    arguments: [
      (99_997_316_718.427, 9.862706808950492e-10), (99_999_552_786.4045, 0.1586552539280533),
      (100_000_000_000.0, 0.5000005947080397), (100_000_223_606.79774, 0.6914628548908608),
    ]
  )
  func largeShape(x: Double, lower: Double) {
    let distribution = ChiSquared(degreesOfFreedom: 1e11)
    // The golden sum of 1e7 terms is good to about 1e−12; c₁/s adds 1e−13 of 1e−6.
    #expect(abs(distribution.cumulative(x) / lower - 1) < 1e-11)
    #expect(abs(distribution.upperTail(x) / (1 - lower) - 1) < 1e-11)
  }

  @Test("the expansion of large shapes meets the series at its border")
  func border() {
    for deviations in [-5.0, -1, 0, 0.3, 4] {
      let tails = [2e10.nextDown, 2e10].map { freedom in
        ChiSquared(degreesOfFreedom: freedom).upperTail(2e10 + deviations * (4e10).squareRoot())
      }
      #expect(abs(tails[0] / tails[1] - 1) < 1e-9)
    }
  }

  @Test("degrees of freedom beyond all counting end", arguments: [1e13, 1e20, 1e300])
  func hugeShape(freedom: Double) {
    let distribution = ChiSquared(degreesOfFreedom: freedom)
    #expect(abs(distribution.cumulative(freedom) - 0.5) < 1e-5)
    #expect(distribution.cumulative(freedom / 2) == 0)
    #expect(distribution.upperTail(freedom * 2) == 0)
    #expect(abs(distribution.quantile(0.975) / freedom - 1) < 1e-5)
  }

  @Test("a number that is no probability traps")
  func noProbability() async {
    await #expect(processExitsWith: .failure) {
      _ = StudentT(degreesOfFreedom: 3).quantile(1.5)
    }
  }
}
