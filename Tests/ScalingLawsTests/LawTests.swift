import ScalingLaws
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The published laws the tests use.
///
/// Besiroglu et al. 2024 (arXiv:2404.10102) and the joint fit of Kaplan et al. 2020
/// (arXiv:2001.08361, table 2).
enum PublishedLaw {
  static let besiroglu = ScalingLaw.chinchilla(
    E: 1.8172,
    A: 482.01,
    B: 2085.43,
    alpha: 0.3478,
    beta: 0.3658
  )
  static let kaplan = ScalingLaw.kaplan(
    N_c: 6.4e13,
    D_c: 1.8e13,
    alpha_N: 0.076,
    alpha_D: 0.103
  )
  static let all = [besiroglu, kaplan]
}

@Suite("Scaling laws")
struct LawTests {
  @Test("the formulas, term by term")
  func formulas() {
    let chinchilla = PublishedLaw.besiroglu.loss(parameters: 70e9, tokens: 1.4e12)
    let expected = 1.8172 + 482.01 / pow(70e9, 0.3478) + 2085.43 / pow(1.4e12, 0.3658)
    #expect(abs(chinchilla - expected) <= 8 * expected.ulp)

    let kaplan = PublishedLaw.kaplan.loss(parameters: 1.5e9, tokens: 2e10)
    let sum = pow(6.4e13 / 1.5e9, 0.076 / 0.103) + 1.8e13 / 2e10
    #expect(abs(kaplan - pow(sum, 0.103)) <= 8 * kaplan.ulp)
  }

  @Test("Kaplan's coefficients far beyond the range of their powers")
  func kaplanWithoutOverflow() {
    // (N_c/N)^(alpha_N/alpha_D) is 10^600 here; the law itself is 10^60.
    let law = ScalingLaw.kaplan(N_c: 1e110, D_c: 1e13, alpha_N: 0.6, alpha_D: 0.1)
    let loss = law.loss(parameters: 1e10, tokens: 1e10)
    #expect(abs(loss / 1e60 - 1) < 1e-12)
  }

  @Test("the optimum at published budgets", arguments: [1e18, 1e21, 5.76e23, 1e26])
  func optimumOfReplication(compute: Double) throws {
    // Worked in Python at C = 6 N D from the replication's rounded coefficients.
    let parameters = [
      1e18: 80531862.26156144, 1e21: 2778459463.0676327, 5.76e23: 72248702500.38242,
      1e26: 1015931913516.6356,
    ]
    let optimum = try #require(PublishedLaw.besiroglu.optimum(compute: compute))
    let expected = try #require(parameters[compute])
    #expect(abs(optimum.parameters / expected - 1) < 1e-9)
  }

  @Test("Kaplan's surface at Chinchilla's budget: 242B parameters, 397B tokens")
  func optimumOfKaplan() throws {
    let optimum = try #require(PublishedLaw.kaplan.optimum(compute: 5.76e23))
    #expect((optimum.parameters / 1e9).rounded() == 242)
    #expect((optimum.tokens / 1e9).rounded() == 397)
  }

  @Test("the optimum spends the budget and no split beats it", arguments: PublishedLaw.all)
  func optimumIsOptimal(law: ScalingLaw) throws {
    for k in [3.0, 6, 6.7] {
      let best = try #require(law.optimum(compute: 1e22, flopsPerTokenParameter: k))
      #expect(abs(k * best.parameters * best.tokens / 1e22 - 1) < 1e-12)
      for factor in [0.5, 0.99, 1.01, 2] {
        let other = law.loss(parameters: best.parameters * factor, tokens: best.tokens / factor)
        #expect(other > best.loss)
      }
    }
  }

  @Test("a + b = 1, and G and a give the optimum", arguments: PublishedLaw.all)
  func derivedQuantities(law: ScalingLaw) throws {
    let (a, b) = (try #require(law["a"]), try #require(law["b"]))
    let G = try #require(law["G"])
    #expect(abs(a + b - 1) < 1e-15)
    let optimum = try #require(law.optimum(compute: 6e21))
    #expect(abs(optimum.parameters / (G * pow(1e21, a)) - 1) < 1e-12)
    #expect(abs(optimum.tokens / (pow(1e21, b) / G) - 1) < 1e-12)
  }
}
