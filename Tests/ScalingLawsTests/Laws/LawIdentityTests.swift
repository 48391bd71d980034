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
