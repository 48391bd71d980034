import ComputePlanning
import Foundation
import ScalingLaws
import Testing

/// The optimum of a set at a budget, computed elsewhere.
///
/// The closed form in plain Python, 2026-11-20; see Golden/README.md.
struct GoldenOptimum: Sendable, CustomTestStringConvertible {
  var set: CoefficientSet
  var compute: Double
  var parameters: Double
  var tokens: Double
  var tokensPerParameter: Double
  var loss: Double
  var testDescription: String { "\(set.name) at \(compute)" }
}

@Suite("Published sets")
struct PublishedSetTests {
  @Test("optima agree with the reference to 12 digits", arguments: GoldenOptimum.all)
  func optima(_ golden: GoldenOptimum) throws {
    let answer = try ComputePlan(.compute(golden.compute)).answer(from: .published(golden.set))
    let loss = try #require(answer.loss)
    // exp and log of numbers near 50 keep 14 digits; both sides lose some.
    #expect(abs(answer.parameters / golden.parameters - 1) < 1e-12)
    #expect(abs(answer.tokens / golden.tokens - 1) < 1e-12)
    #expect(abs(answer.tokensPerParameter / golden.tokensPerParameter - 1) < 1e-12)
    #expect(abs(loss / golden.loss - 1) < 1e-13)
  }

  @Test(
    "tokens per parameter at the budget of Chinchilla, as published accounts give them",
    arguments: [
      (CoefficientSet.hoffmannRounded, "92.65"), (.hoffmann, "58.93"), (.epoch, "18.39"),
      (.epochHuber, "17.92"), (.muennighoff, "19.61"),
    ]
  )
  func chinchillaBudget(set: CoefficientSet, ratio: String) throws {
    let answer = try ComputePlan(.compute(5.76e23)).answer(from: .published(set))
    #expect(String(format: "%.2f", answer.tokensPerParameter) == ratio)
  }

  @Test("Kaplan's frontier and Kaplan's surface differ, as published")
  func kaplan() throws {
    let plan = ComputePlan(.compute(5.76e23))
    let frontier = try plan.answer(from: .published(.kaplan))
    #expect((frontier.parameters / 1e9).rounded() == 804)
    #expect((frontier.tokens / 1e9).rounded() == 216)
    #expect(frontier.loss == nil)
    #expect(frontier.lossAbsence?.contains("without a loss") == true)
    let surface = try plan.answer(from: .published(.kaplanSurface))
    #expect((surface.parameters / 1e9).rounded() == 242)
    #expect((surface.tokens / 1e9).rounded() == 397)
    #expect(surface.loss != nil && surface.lossAbsence == nil)
  }

  @Test(
    "worked examples at 1e20 FLOPs",
    arguments: [
      // Printed to four digits. With every digit of the TeX source `hoffmann` gives 7.749e8 and
      // 2.151e10; rounding its exponents to 0.3392 and 0.2849 first gives 7.741e8 and 2.153e10.
      (CoefficientSet.hoffmannRounded, "6.449e+08", "2.585e+10", "40.1"),
      (.hoffmann, "7.749e+08", "2.151e+10", "27.8"), (.epoch, "8.535e+08", "1.953e+10", "22.9"),
    ]
  )
  func smallBudget(set: CoefficientSet, n: String, d: String, ratio: String) throws {
    let answer = try ComputePlan(.compute(1e20)).answer(from: .published(set))
    #expect(String(format: "%.3e", answer.parameters) == n)
    #expect(String(format: "%.3e", answer.tokens) == d)
    #expect(String(format: "%.1f", answer.tokensPerParameter) == ratio)
  }

  @Test("every set has a name of its own and is found by it")
  func names() throws {
    let names = CoefficientSet.published.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.first == "epoch", "the default stands first")
    for set in CoefficientSet.published { #expect(try CoefficientSet.named(set.name) == set) }
    let error = #expect(throws: UnknownCoefficientSet.self) {
      try CoefficientSet.named("chinchila")
    }
    #expect(
      error?.description
        == "unknown coefficient set `chinchila`; known: `epoch`, `epoch-huber`, `hoffmann`, "
        + "`hoffmann-rounded`, `muennighoff`, `kaplan`, `kaplan-surface`"
    )
  }

  @Test("rounded and unrounded digits agree where they were rounded")
  func digits() {
    // The paper prints A 406.4, B 410.7, E 1.69, alpha 0.34, beta 0.28.
    guard case .surface(let law) = CoefficientSet.hoffmann.model else {
      Issue.record("hoffmann is a surface")
      return
    }
    let printed = law.coefficients.map { String(format: "%.4g", $0) }
    #expect(printed == ["1.693", "406.4", "410.7", "0.3392", "0.2849"])
  }

  @Test("the rounded set warns of itself, the default does not")
  func caveats() throws {
    let plan = ComputePlan(.compute(1e21))
    let rounded = try plan.answer(from: .published(.hoffmannRounded))
    #expect(rounded.warnings.map(\.id) == ["contradicts-own-table"])
    #expect(try plan.answer(from: .published(.epoch)).warnings.isEmpty)
  }
}
