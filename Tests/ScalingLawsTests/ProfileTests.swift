import CurveFitting
import Execution
import FileFormats
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

@Suite("Profile likelihoods")
struct ProfileTests {
  /// Golden/profiles.py on the rows of ``GoldenFit``.
  private static let golden = [
    ("E", 1.7784497561209687, 1.8564235604549917),
    ("A", 295.4916694107062, 870.5721380350917),
    ("B", 1687.7077907398673, 2812.5126657614273),
    ("alpha", 0.31869279397662925, 0.38430672672813404),
    ("beta", 0.3536212553517593, 0.38124364247718545),
    ("a", 0.48321511946978796, 0.5404748361222372),
  ]

  private func fit(
    _ form: any ScalingLawForm = Chinchilla(),
    _ runs: [Run] = GoldenFit.runs,
    _ change: (inout LawFit) -> Void = { _ in }
  ) throws -> FitResult {
    var fit = LawFit(form, to: RunTable(name: "runs", runs: runs))
    fit.findsProfiles = true
    change(&fit)
    return try fit.run()
  }

  private func agree(_ value: Double?, _ expected: Double?, to tolerance: Double) -> Bool {
    guard let value, let expected else { return false }
    return abs(value - expected) <= tolerance * abs(expected)
  }

  @Test("intervals as SciPy's root finder over its own fits gives")
  func golden() throws {
    let result = try fit()
    for (name, low, high) in Self.golden {
      let profile = try #require(result[name]?.profile)
      // SciPy's fits leave 1e−8 of the sum of squares where it is flat.
      #expect(agree(profile.lower, low, to: 1e-6), "\(name)")
      #expect(agree(profile.upper, high, to: 1e-6), "\(name)")
    }
    #expect(!result.warnings.contains { $0.kind == .profileOpen })
  }

  @Test("N* at a budget has the interval that SciPy's root finder gives, and D* the other of C/k")
  func split() throws {
    let result = try fit { $0.profiledBudgets = [1e22, 1e24] }
    let best = try #require(result.optimum(compute: 1e22))
    // Golden/profiles.py.
    let profile = try #require(best.parameters.profile)
    #expect(agree(profile.lower, 6_846_574_189.522115, to: 1e-6))
    #expect(agree(profile.upper, 11_028_835_364.977009, to: 1e-6))
    let tokens = try #require(best.tokens.profile)
    let product = 1e22 / 6
    #expect(agree(tokens.lower, profile.upper.map { product / $0 }, to: 1e-14))
    #expect(agree(tokens.upper, profile.lower.map { product / $0 }, to: 1e-14))
    let ratio = try #require(best.tokensPerParameter.profile)
    #expect(agree(ratio.upper, profile.lower.map { product / $0 / $0 }, to: 1e-14))
    #expect(best.loss.profile == nil)
    #expect(result.optimum(compute: 1e23)?.parameters.profile == nil)
    #expect(result.optimum(compute: 1e22, flopsPerTokenParameter: 7)?.tokens.profile == nil)
    // The farther away, the less is known.
    let far = try #require(result.optimum(compute: 1e24)?.parameters.profile?.range)
    let near = try #require(profile.range)
    #expect(far.upperBound / far.lowerBound > near.upperBound / near.lowerBound)
    #expect(result.summary.contains("N at 1e+22"))
    let json = best.parameters.json
    #expect(json["profile"]?["interval"]?[0]?.double == profile.lower)
    let curve = try #require(result.profiles?.optimum(compute: 1e22, flopsPerTokenParameter: 6))
    for one in [curve.parameters, curve.tokens, curve.tokensPerParameter] {
      #expect(one.values == one.values.sorted() && one.values.count > 4)
      let lowest = try #require(one.objectives.min())
      #expect(agree(lowest, result.residualSumOfSquares, to: 1e-10))
    }
  }

  @Test("the profile of N* is the same in every unit, and whichever amplitude gives way")
  func splitIdentities() throws {
    let one = try fit { $0.profiledBudgets = [1e22] }
    let rescaled = GoldenFit.runs.map { run in
      Run(parameters: 1e-6 * run.parameters, tokens: 1e-9 * run.tokens, loss: run.loss / log(2))
    }
    let other = try fit(Chinchilla(), rescaled) { $0.profiledBudgets = [1e7] }
    let expected = try #require(one.optimum(compute: 1e22)?.parameters.profile)
    let found = try #require(other.optimum(compute: 1e7)?.parameters.profile)
    #expect(agree(found.lower, expected.lower.map { 1e-6 * $0 }, to: 1e-8))
    #expect(agree(found.upper, expected.upper.map { 1e-6 * $0 }, to: 1e-8))
    // A constraint that binds nothing leaves ln B to move, in the runs' own units.
    let held = try fit {
      $0.profiledBudgets = [1e22]
      $0.constraints = ["A": 1e-3...1e6]
    }
    let same = try #require(held.optimum(compute: 1e22)?.parameters.profile)
    #expect(agree(same.lower, expected.lower, to: 1e-6))
    #expect(agree(same.upper, expected.upper, to: 1e-6))
    let both = try fit {
      $0.profiledBudgets = [1e22]
      $0.constraints = ["A": 1e-3...1e6, "B": 1e-3...1e6]
    }
    #expect(
      both.optimum(compute: 1e22)?.parameters.profile?.reason
        == "A and B are constrained, and one has to give way"
    )
  }

  @Test("with tied exponents N* is (A/B)^(1/(2 alpha)) √(C/k), the profile of that")
  func tiedSplit() throws {
    let result = try fit(ChinchillaTied()) { $0.profiledBudgets = [6e20, 6e24] }
    let near = try #require(result.optimum(compute: 6e20)?.parameters.profile?.range)
    let far = try #require(result.optimum(compute: 6e24)?.parameters.profile?.range)
    // D/N is the same at every budget, and so is its interval.
    #expect(agree(far.lowerBound, 100 * near.lowerBound, to: 1e-7))
    #expect(agree(far.upperBound, 100 * near.upperBound, to: 1e-7))
    let kaplan = try fit(Kaplan()) { $0.profiledBudgets = [6e20] }
    #expect(
      kaplan.optimum(compute: 6e20)?.parameters.profile?.reason
        == "the law kaplan is no sum of a term of N and a term of D"
    )
    let power = try fit(PowerLaw(of: .parameters)) { $0.profiledBudgets = [6e20] }
    #expect(power.profiles?.optima == [])
  }

  @Test("where the law is linear in a coefficient, its profile interval is the t interval")
  func linear() throws {
    for name in ["E", "A", "B"] {
      let result = try fit { fit in
        fit.objective = .leastSquares
        fit.constraints = ["alpha": 0.35...0.35, "beta": 0.37...0.37]
      }
      let estimate = try #require(result[name])
      let error = try #require(estimate.standardError)
      let reach = StudentT(degreesOfFreedom: 27).quantile(0.975) * error
      // Ends are settled to 1e−9 of their distance, values to the gradient's rounding.
      #expect(agree(estimate.profile?.lower, estimate.value - reach, to: 1e-8), "\(name)")
      #expect(agree(estimate.profile?.upper, estimate.value + reach, to: 1e-8), "\(name)")
    }
  }

  @Test("a and b are two words for one thing, and so are their profiles")
  func exponents() throws {
    let result = try fit()
    let (a, b) = (try #require(result["a"]?.profile), try #require(result["b"]?.profile))
    #expect(agree(a.lower, b.upper.map { 1 - $0 }, to: 1e-8))
    #expect(agree(a.upper, b.lower.map { 1 - $0 }, to: 1e-8))
  }

  @Test("the curve holds the minimum, rises to both sides and meets the threshold at the ends")
  func curve() throws {
    for form in [Chinchilla(), Kaplan()] as [any ScalingLawForm] {
      let result = try fit(form)
      for curve in try #require(result.profiles).curves {
        let values = curve.values
        #expect(values == values.sorted())
        let lowest = try #require(
          curve.objectives.indices.min {
            curve.objectives[$0] < curve.objectives[$1]
          }
        )
        #expect(agree(curve.objectives[lowest], result.residualSumOfSquares, to: 1e-10))
        #expect(agree(values[lowest], result[curve.name]?.value, to: 1e-8), "\(curve.name)")
        for (place, value) in values.enumerated()
        where value == curve.interval.lower || value == curve.interval.upper {
          #expect(agree(curve.objectives[place], curve.threshold, to: 1e-9), "\(curve.name)")
        }
        #expect(zip(curve.objectives[lowest...], curve.objectives[(lowest + 1)...]).allSatisfy(<=))
        #expect(
          zip(curve.objectives[...lowest], curve.objectives[1...].prefix(lowest)).allSatisfy(>=)
        )
      }
    }
  }

  @Test("units of parameters, tokens and loss change nothing but units")
  func units() throws {
    let rescaled = GoldenFit.runs.map { run in
      Run(parameters: 1e-6 * run.parameters, tokens: 1e-9 * run.tokens, loss: run.loss / log(2))
    }
    let (one, other) = (try fit(), try fit(Chinchilla(), rescaled))
    for name in ["alpha", "beta", "a"] {
      #expect(agree(other[name]?.profile?.lower, one[name]?.profile?.lower, to: 1e-8), "\(name)")
      #expect(agree(other[name]?.profile?.upper, one[name]?.profile?.upper, to: 1e-8), "\(name)")
    }
    let floor = one["E"]?.profile?.lower.map { $0 / log(2) }
    #expect(agree(other["E"]?.profile?.lower, floor, to: 1e-8))
  }

  @Test("a wider level gives a wider interval")
  func levels() throws {
    let (narrow, wide) = (try fit { $0.level = 0.5 }, try fit { $0.level = 0.99 })
    for estimate in narrow.coefficientEstimates {
      let inner = try #require(estimate.profile?.range)
      let outer = try #require(wide[estimate.name]?.profile?.range)
      #expect(outer.lowerBound < inner.lowerBound && inner.upperBound < outer.upperBound)
    }
  }

  @Test("threads change nothing, to the bit")
  func threads() throws {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: GoldenFit.runs))
    fit.findsProfiles = true
    let (alone, shared) = (try fit.run(), try fit.run(on: WorkerPool(threadCount: 3)))
    #expect(alone.profiles == shared.profiles)
  }

  @Test("runs that do not show a term leave its profile open, and the warning names the side")
  func open() throws {
    // Noise of 1 % drowns what few sizes, all large, say of A/N^alpha.
    var generator = SeededGenerator(seed: 11)
    let law = ScalingLaw(form: Chinchilla(), coefficients: [1.8, 480, 2000, 0.35, 0.37])
    let runs = [1e10, 1.5e10, 2e10, 3e10].flatMap { size in
      [1e9, 3e9, 1e10, 3e10, 1e11].map { tokens in
        let noise = exp(0.02 * (generator.nextUniform() - 0.5))
        let loss = law.loss(parameters: size, tokens: tokens) * noise
        return Run(parameters: size, tokens: tokens, loss: loss)
      }
    }
    let result = try fit(Chinchilla(), runs)
    let alpha = try #require(result.profiles?["alpha"])
    #expect(alpha.interval.range == nil)
    let messages = result.warnings.filter { $0.kind == .profileOpen }.map(\.message)
    #expect(
      messages.contains(
        "the profile likelihood of alpha is open below: the runs do not bound it there"
      )
    )
    #expect(result.summary.contains("open"))
  }

  @Test("what is held has no profile, and says so")
  func held() throws {
    let result = try fit { $0.constraints = ["alpha": 0.35...0.35] }
    #expect(result["alpha"]?.profile?.reason == "it is held at a value")
    #expect(result["a"]?.profile?.reason == "it is held at a value")
    #expect(result["beta"]?.profile?.range != nil)
  }

  @Test("a law without residuals has no likelihood to profile")
  func perfect() throws {
    let result = try fit(Chinchilla(), lawRows())
    // Residuals that are rounding alone may be left; then intervals are as narrow.
    for curve in try #require(result.profiles).curves {
      let isNarrow = curve.interval.range.map { $0.upperBound / $0.lowerBound < 1 + 1e-6 }
      #expect(curve.interval.reason == "the law leaves no residuals" || isNarrow == true)
    }
  }

  @Test("robust objectives are refused")
  func refused() {
    #expect(throws: LawFitError.self) { try fit { $0.objective = .huber() } }
    #expect(
      "\(LawFitError.noLikelihood(objective: "lad"))"
        == "the objective lad has no likelihood to profile; least squares have one"
    )
  }

  @Test("a checkpoint stops the walk")
  func checkpoint() throws {
    struct Stop: Error {}
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs", runs: GoldenFit.runs))
    fit.startLimit = 1
    fit.findsProfiles = true
    #expect(throws: Stop.self) {
      let first = Counter()
      _ = try fit.run { if first.next() == 8 { throw Stop() } }
    }
  }
}
