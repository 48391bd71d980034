import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

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
