import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("What laws have in common")
struct LawIdentityTests {
  private func loss(_ law: ScalingLaw, at place: LogRun) -> Double {
    law.form.loss(at: place, coefficients: law.coefficients)
  }

  @Test("tied exponents are equal exponents")
  func tied() {
    let tied = ScalingLaw(form: ChinchillaTied(), coefficients: [1.8, 480, 2100, 0.35])
    let plain = ScalingLaw.chinchilla(E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.35)
    for place in ExampleLaw.places { #expect(loss(tied, at: place) == loss(plain, at: place)) }
    #expect(tied.optimum(compute: 1e22) == plain.optimum(compute: 1e22))
    for name in ["a", "b", "G"] { #expect(tied[name] == plain[name]) }
  }

  @Test(
    "over-training at C = k N D is the law with tied exponents, alpha = 2 eta",
    arguments: [6, 7.5]
  )
  func overTraining(k: Double) throws {
    let (E, A, B, eta) = (1.54, 150.0, 190.0, 0.121)
    let law = ScalingLaw(form: OverTraining(), coefficients: [E, A, B, eta])
    let tied = ScalingLaw(
      form: ChinchillaTied(),
      coefficients: [E, A * pow(k, -eta), B * pow(k, -eta), 2 * eta]
    )
    for parameters in [1e6, 3e9, 1e12] {
      for tokens in [1e8, 2e11, 1e13] {
        let place = LogRun(
          parameters: parameters,
          tokens: tokens,
          flopsPerTokenParameter: k
        )
        let (found, expected) = (loss(law, at: place), loss(tied, at: place))
        #expect(abs(found - expected) <= 16 * expected.ulp)
      }
    }
    let best = try #require(law.optimum(compute: 1e22, flopsPerTokenParameter: k))
    let expected = try #require(tied.optimum(compute: 1e22, flopsPerTokenParameter: k))
    #expect(abs(best.parameters / expected.parameters - 1) < 1e-13)
    #expect(abs(best.tokens / expected.tokens - 1) < 1e-13)
    #expect(abs(best.loss / expected.loss - 1) < 1e-14)
    let ratio = try #require(law["M"])
    #expect(abs(ratio / best.tokensPerParameter - 1) < 1e-13)
    #expect(abs(ratio / pow(B / A, 1 / (2 * eta)) - 1) < 1e-13)
  }

  @Test("Kaplan's law with a vanishing floor is Kaplan's law")
  func vanishingFloor() throws {
    let kaplan = PublishedLaw.kaplan
    let floored = ScalingLaw(form: KaplanFloor(), coefficients: [1e-300] + kaplan.coefficients)
    for place in ExampleLaw.places {
      #expect(loss(floored, at: place) == loss(kaplan, at: place))
    }
    #expect(floored.optimum(compute: 1e22) == kaplan.optimum(compute: 1e22))
    let high = ScalingLaw(form: KaplanFloor(), coefficients: [1.5] + kaplan.coefficients)
    let (one, other) = (
      try #require(high.optimum(compute: 1e22)), try #require(kaplan.optimum(compute: 1e22))
    )
    #expect(one.parameters == other.parameters && one.loss == other.loss + 1.5)
    #expect(
      abs(high.loss(parameters: one.parameters, tokens: one.tokens) - one.loss) <= 4 * one.loss.ulp
    )
  }

  @Test("a power with a vanishing floor is a power, and a bend of nothing is none")
  func powers() {
    for variable in RunVariable.allCases {
      let power = ScalingLaw(form: PowerLaw(of: variable), coefficients: [1e14, 0.08])
      let floored = ScalingLaw(
        form: PowerLaw(of: variable, hasFloor: true),
        coefficients: [1e-300, 1e14, 0.08]
      )
      let broken = ScalingLaw(
        form: BrokenPower(of: variable),
        coefficients: [1.5, pow(1e14, 0.08), 0.08, 0, 1e9, 0.1]
      )
      for place in ExampleLaw.places {
        let expected = loss(power, at: place)
        #expect(loss(floored, at: place) == expected)
        #expect(abs(loss(broken, at: place) - (expected + 1.5)) <= 32 * expected.ulp)
      }
    }
  }

  @Test("a sharp bend is two powers that meet")
  func sharpBend() {
    let law = ScalingLaw(
      form: BrokenPower(of: .parameters),
      coefficients: [1.5, 8, 0.1, 0.25, 1e9, 1e-3]
    )
    let (before, after) = (
      law.loss(parameters: 1e6, tokens: 1), law.loss(parameters: 1e12, tokens: 1)
    )
    #expect(abs(before - (1.5 + 8 * pow(1e6, -0.1))) < 1e-14)
    #expect(abs(after - (1.5 + 8 * pow(1e9, -0.1) * pow(1e3, -0.35))) < 1e-14)
  }

  @Test("Kaplan's law is its one-variable laws where the other quantity is endless")
  func kaplanLimits() {
    let law = PublishedLaw.kaplan
    let ofSize = ScalingLaw(form: PowerLaw(of: .parameters), coefficients: [6.4e13, 0.076])
    let ofData = ScalingLaw(form: PowerLaw(of: .tokens), coefficients: [1.8e13, 0.103])
    let size = loss(law, at: LogRun(parameters: 1e9, tokens: 1e300))
    #expect(abs(size / loss(ofSize, at: LogRun(parameters: 1e9, tokens: 1)) - 1) < 1e-14)
    let data = loss(law, at: LogRun(parameters: 1e300, tokens: 1e10))
    #expect(abs(data / loss(ofData, at: LogRun(parameters: 1, tokens: 1e10)) - 1) < 1e-14)
  }
}

// MARK: - Repeated data

@Suite("The law for repeated data")
struct DataConstrainedTests {
  private static let untied = DataConstrained()
  private static let tied = ScalingLaw(
    form: DataConstrained(isTied: true),
    coefficients: ExampleLaw.muennighoff
  )

  @Test("without repeats, up to the best size, it is Chinchilla's to the bit")
  func plain() {
    let coefficients = [1.8172, 482.01, 2085.43, 0.3478, 0.3658]
    let law = ScalingLaw(form: Self.untied, coefficients: coefficients + [15.387756, 5.309743])
    let plain = ScalingLaw(form: Chinchilla(), coefficients: coefficients)
    for tokens in [1e7, 2e10, 3.3e12] {
      let best = pow(
        0.3478 * 482.01 / (0.3658 * 2085.43) * pow(tokens, 0.3658),
        1 / 0.3478
      )
      for share in [1e-3, 0.5, 0.999] {
        let expected = plain.loss(parameters: share * best, tokens: tokens)
        for unique in [nil, tokens, 3 * tokens] {
          let found = law.loss(parameters: share * best, tokens: tokens, uniqueTokens: unique)
          #expect(found == expected)
        }
      }
      #expect(
        law.loss(parameters: 2 * best, tokens: tokens)
          > plain.loss(parameters: 2 * best, tokens: tokens)
      )
    }
    #expect(law.optimum(compute: 1e23) == plain.optimum(compute: 1e23))
  }

  @Test("the closed optimum is the least loss where nothing needs repeating")
  func optimum() throws {
    let best = try #require(Self.tied.optimum(compute: 1e22))
    #expect(
      abs(Self.tied.loss(parameters: best.parameters, tokens: best.tokens) - best.loss) < 1e-14
    )
    for factor in [0.5, 0.99, 1.01, 2] {
      let other = Self.tied.loss(
        parameters: best.parameters * factor,
        tokens: best.tokens / factor
      )
      #expect(other > best.loss)
    }
  }

  @Test("losses of the published constants, worked in Python from the authors' code")
  func published() {
    // N, D, U and the loss.
    let rows = [
      (1e9, 2e10, 2e10, 2.564635032958579), (1e9, 8e10, 2e10, 2.4360199471140724),
      (2.8e9, 5.5e10, 1.4e10, 2.3770889623218348), (8.7e9, 1.78e11, 1.1e10, 2.28286518191142),
      (7e10, 1.4e12, 3.5e11, 2.0319334862102556), (4.2e9, 8.4e10, 4e9, 2.4438587665505946),
      (1.1e9, 1.74e11, 1.5e9, 2.6539093389332544),
    ]
    for (parameters, tokens, unique, expected) in rows {
      let found = Self.tied.loss(parameters: parameters, tokens: tokens, uniqueTokens: unique)
      // Logarithms near 25 times an exponent near 1/3, through exp: an ulp of 8 or so.
      #expect(abs(found - expected) <= 8 * expected.ulp, "\(found - expected)")
    }
    let factor = Self.tied["G"] ?? .nan
    #expect(abs(factor / 0.22580194342312088 - 1) < 1e-14)
  }

  @Test("many repeats are worth R_D, and endless R_D and R_N are no limit")
  func limits() {
    let coefficients = [1.8172, 482.01, 2085.43, 0.3478, 0.3658]
    let law = ScalingLaw(form: Self.untied, coefficients: coefficients + [15, 5])
    let plain = ScalingLaw(form: Chinchilla(), coefficients: coefficients)
    let worn = law.loss(parameters: 1e6, tokens: 1e300, uniqueTokens: 1e10)
    let expected = plain.loss(parameters: 1e6, tokens: 1.6e11)
    #expect(abs(worn - expected) <= 4 * expected.ulp)
    for endless in [1e18, 1e200, .greatestFiniteMagnitude] {
      let fresh = ScalingLaw(form: Self.untied, coefficients: coefficients + [endless, endless])
      let (found, whole) = (
        fresh.loss(parameters: 1e12, tokens: 1e12, uniqueTokens: 1e10),
        plain.loss(parameters: 1e12, tokens: 1e12)
      )
      #expect(abs(found - whole) <= 8 * whole.ulp)
    }
  }

  @Test("loss and gradient are continuous where repeats and excess parameters begin")
  func kinks() {
    let scaled = Self.tied.scaled
    func gradient(_ place: LogRun) -> [Double] {
      var gradient = [Double](repeating: .nan, count: scaled.count)
      var span = gradient.mutableSpan
      Self.tied.form.logLossGradient(place, scaled: scaled.span, gradient: &span)
      return gradient
    }
    let tokens = log(2e10)
    let bestSize = tokens + 2 * log(Self.tied["G"] ?? .nan)
    let step = 1e-7
    for (size, unique) in [(bestSize, tokens - 1), (bestSize - 2, tokens), (bestSize, tokens)] {
      let sides = [-step, 0, step].map { offset in
        gradient(
          LogRun(
            parameters: size + offset - (tokens - unique),
            tokens: tokens,
            compute: 0,
            uniqueTokens: unique - offset
          )
        )
      }
      for (before, (at, after)) in zip(sides[0], zip(sides[1], sides[2])) {
        // The second derivatives jump, by numbers of order (ln D)².
        #expect(abs(at - before) < 1e3 * step && abs(after - at) < 1e3 * step)
      }
    }
  }

  @Test("the loss by repeats has a smooth gradient from no repeat to a million")
  func smallRepeats() {
    let law = ScalingLaw(form: Self.untied, coefficients: [1.8, 480, 2100, 0.35, 0.37, 1e4, 1e4])
    let scaled = law.scaled
    for repeats in [1e-9, 1e-6, 1e-3, 0.1, 10, 999, 1001, 1e6] {
      let place = LogRun(parameters: 1e9, tokens: 1e10 * (1 + repeats), uniqueTokens: 1e10)
      var gradient = [Double](repeating: .nan, count: scaled.count)
      var span = gradient.mutableSpan
      law.form.logLossGradient(place, scaled: scaled.span, gradient: &span)
      let whole = expm1(place.tokens - place.uniqueTokens)
      // q beta R_D (1 − (1 + r) e^(−r))/(D'/U), the bracket by its series where r is small.
      let r = whole / 1e4
      let bracket =
        r < 1e-2
        ? r * r * (1.0 / 2 - r * (1.0 / 3 - r * (1.0 / 8 - r * (1.0 / 30 - r / 144))))
        : 1 - (1 + r) * exp(-r)
      let worth = 1 + 1e4 * (1 - exp(-r))
      let share =
        law.form.termLosses(place, scaled: scaled.span)[1]
        / exp(law.form.logLoss(place, scaled: scaled.span))
      let exact = -share * 0.37 * 1e4 * bracket / worth
      #expect(abs(gradient[5] - exact) <= 1e-10 * abs(exact), "\(repeats)")
    }
  }
}

// MARK: - Published constants

@Suite("Published one-variable laws")
struct PowerLawTests {
  @Test("Kaplan et al. 2020, equations 1.1 to 1.3")
  func kaplan() throws {
    let cases: [(String, LogRun, Double)] = [
      ("power-n", LogRun(parameters: 1.5e9, tokens: 1), pow(8.8e13 / 1.5e9, 0.076)),
      ("power-d", LogRun(parameters: 1, tokens: 2.2e10), pow(5.4e13 / 2.2e10, 0.095)),
      (
        "power-c",
        LogRun(parameters: 0, tokens: 0, compute: log(10 * ComputeFrontier.petaflopDay)),
        pow(1.6e6, 0.057)
      ),
    ]
    for (name, place, expected) in cases {
      let law = try #require(ExampleLaw.named(name))
      let found = law.form.loss(at: place, coefficients: law.coefficients)
      #expect(abs(found - expected) <= 16 * expected.ulp)
      #expect(law.optimum(compute: 1e21) == nil)
      #expect(law.form.variables.count == 1)
    }
  }

  @Test("names, formulas and coefficients")
  func names() {
    let law = PowerLaw(of: .tokens, hasFloor: true)
    #expect(law.name == "power-d-floor")
    #expect(law.formula == "L = E + (D_c/D)^alpha_D")
    #expect(law.coefficients.map(\.name) == ["E", "D_c", "alpha_D"])
    #expect(law.coefficients.map(\.unit) == ["nats per token", "tokens", ""])
    let broken = BrokenPower(of: .compute)
    #expect(broken.name == "broken-c")
    #expect(broken.formula == "L = E + B C^-c_0 (1 + (C/d_1)^(1/f_1))^(-c_1 f_1)")
  }
}
