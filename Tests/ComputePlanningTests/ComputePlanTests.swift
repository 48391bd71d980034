import ComputePlanning
import FileFormats
import Foundation
import ScalingLaws
import Testing

@Suite("Compute plans")
struct ComputePlanTests {
  static let surfaces = CoefficientSet.published.filter {
    if case .surface = $0.model { true } else { false }
  }

  // MARK: Ways back

  @Test(
    "each coordinate of an optimum leads back to it",
    arguments: surfaces,
    [1e15, 1e20, 5.76e23, 1e28]
  )
  func roundTrip(_ set: CoefficientSet, _ compute: Double) throws {
    let source = LawSource.published(set)
    let there = try ComputePlan(.compute(compute)).answer(from: source)
    let byParameters = try ComputePlan(.parameters(there.parameters)).answer(from: source)
    let byTokens = try ComputePlan(.tokens(there.tokens)).answer(from: source)
    // ln C is good to a unit in the last place near 60, so C to 1e-14, twice rounded.
    #expect(abs(byParameters.compute / compute - 1) < 1e-13)
    #expect(abs(byTokens.compute / compute - 1) < 1e-13)
    #expect(byParameters.parameters == there.parameters)
    #expect(byTokens.tokens == there.tokens)
  }

  @Test(
    "the loss of an optimum leads back to its compute",
    arguments: surfaces,
    [1e18, 1e21, 5.76e23]
  )
  func lossRoundTrip(_ set: CoefficientSet, _ compute: Double) throws {
    let source = LawSource.published(set)
    let loss = try #require(try ComputePlan(.compute(compute)).answer(from: source).loss)
    let back = try ComputePlan(.loss(loss)).answer(from: source)
    // d ln C = dL / (slope · (L − E)): near the floor an ulp of loss moves C by about 1e-14.
    #expect(abs(back.compute / compute - 1) < 1e-12)
    #expect(try #require(back.loss) <= loss)
  }

  @Test("the least compute for a loss agrees with the closed form")
  func lossInClosedForm() throws {
    // L − E = K (C/6)^(−αβ/(α+β)), K = A G^−α + B G^β.
    let (E, A, B, alpha, beta) = (1.8172, 482.01, 2085.43, 0.3478, 0.3658)
    let G = pow(alpha * A / (beta * B), 1 / (alpha + beta))
    let K = A * pow(G, -alpha) + B * pow(G, beta)
    for loss in [1.9, 2.1, 2.5, 3, 5] {
      let expected = 6 * pow((loss - E) / K, -(alpha + beta) / (alpha * beta))
      let answer = try ComputePlan(.loss(loss)).answer(from: .published(.epoch))
      #expect(abs(answer.compute / expected - 1) < 1e-12)
    }
  }

  @Test("a frontier leads back too", arguments: [1e18, 5.76e23])
  func frontierRoundTrip(_ compute: Double) throws {
    let source = LawSource.published(.kaplan)
    let there = try ComputePlan(.compute(compute)).answer(from: source)
    for question in [PlanQuestion.parameters(there.parameters), .tokens(there.tokens)] {
      let back = try ComputePlan(question).answer(from: source)
      #expect(abs(back.compute / compute - 1) < 1e-13)
      #expect(abs(back.tokensPerParameter / there.tokensPerParameter - 1) < 1e-13)
    }
  }

  @Test("an optimum is one: moving along equal compute costs", arguments: surfaces)
  func isOptimal(_ set: CoefficientSet) throws {
    guard case .surface(let law) = set.model else { return }
    let best = try ComputePlan(.compute(1e22)).answer(from: .published(set))
    for factor in [0.5, 0.99, 1.01, 2] {
      let loss = law.loss(parameters: best.parameters * factor, tokens: best.tokens / factor)
      #expect(loss > (try #require(best.loss)))
    }
  }

  // MARK: FLOPs per token and parameter

  @Test("half the FLOPs per token are twice the budget")
  func flopsPerToken() throws {
    let six = try ComputePlan(.compute(2e21)).answer(from: .published(.epoch))
    let three = try ComputePlan(.compute(1e21), flopsPerTokenParameter: 3)
      .answer(from: .published(.epoch))
    #expect(six.parameters == three.parameters)
    #expect(six.tokens == three.tokens)
    let back = try ComputePlan(.parameters(three.parameters), flopsPerTokenParameter: 3)
      .answer(from: .published(.epoch))
    #expect(abs(back.compute / 1e21 - 1) < 1e-13)
  }

  // MARK: Warnings

  @Test("far outside the fitted runs a plan says by how much")
  func extrapolation() throws {
    let far = try ComputePlan(.compute(5.76e23)).answer(from: .published(.epoch))
    #expect(
      far.warnings.map(\.message)
        == ["compute is 44 times above the largest fitted run (1.3e+22)"]
    )
    #expect(far.warnings.map(\.id) == ["extrapolation"])
    let near = try ComputePlan(.compute(1e23)).answer(from: .published(.epoch))
    #expect(near.warnings.isEmpty)
    let small = try ComputePlan(.compute(1e15)).answer(from: .published(.epoch))
    #expect(
      small.warnings.map(\.message)
        == ["compute is 1400 times below the smallest fitted run (1.4e+18)"]
    )
  }

  @Test("a frontier that does not multiply to its budget says so")
  func frontierProduct() throws {
    let answer = try ComputePlan(.compute(5.76e23)).answer(from: .published(.kaplan))
    #expect(
      answer.warnings.map(\.id) == ["unadjusted-schedules", "extrapolation", "frontier-product"]
    )
    #expect(
      answer.warnings.last?.message
        == "the published N and D give 6·N·D = 1.8 times the budget: this source counts its "
        + "compute otherwise"
    )
  }

  // MARK: Several sources, own laws

  @Test("sources are answered side by side, and one without an answer does not silence the rest")
  func sideBySide() throws {
    let plan = ComputePlan(
      .loss(1.75),
      sources: [.published(.epoch), .published(.hoffmann), .published(.kaplan)]
    )
    let answers = plan.answers
    #expect(answers.count == 3)
    #expect(
      answers[0]
        == .failure(.belowIrreducibleLoss(loss: 1.75, irreducibleLoss: 1.8172, law: "epoch"))
    )
    #expect(try answers[1].get().coefficientSet == "hoffmann")
    #expect(answers[2] == .failure(.noLoss(law: "kaplan")))
  }

  @Test("a law of one's own is planned with like a published one")
  func ownLaw() throws {
    let law = ScalingLaw.chinchilla(E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658)
    let range = CoefficientSet.FittedRange(compute: 1e18...1e20)
    let source = LawSource.law(law, name: "runs.csv", fittedRange: range)
    let own = try ComputePlan(.compute(1e22)).answer(from: source)
    let epoch = try ComputePlan(.compute(1e22)).answer(from: .published(.epoch))
    #expect(own.parameters == epoch.parameters && own.loss == epoch.loss)
    #expect(own.coefficientSet == "runs.csv")
    #expect(
      own.warnings == [.extrapolation(quantity: "compute", factor: 100, isAbove: true, bound: 1e20)]
    )
  }

  @Test("doubts about a law come before the plan's own warnings")
  func caveats() throws {
    let law = ScalingLaw.chinchilla(E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658)
    let source = LawSource.law(
      law,
      name: "law.json",
      fittedRange: .init(compute: 1e18...1e20),
      caveats: [.init(id: "not-converged", message: "the fit stopped")]
    )
    let answer = try ComputePlan(.compute(1e22)).answer(from: source)
    #expect(answer.warnings.map(\.id) == ["not-converged", "extrapolation"])
    #expect(answer.warnings[0].message == "the fit stopped")
  }

  @Test("a fit gives its errors and warnings to the plan of a budget")
  func uncertainty() throws {
    let law = ScalingLaw.chinchilla(E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658)
    var runs: [Run] = []
    for parameters in [3e7, 1e8, 3e8, 1e9, 3e9] {
      for tokens in [1e9, 4e9, 16e9, 64e9] {
        let loss = law.loss(parameters: parameters, tokens: tokens)
        let noisy = loss * (1 + 0.002 * Double(runs.count * 7 % 5 - 2))
        runs.append(Run(parameters: parameters, tokens: tokens, loss: noisy))
      }
    }
    let table = RunTable(name: "runs.csv", runs: runs)
    let fit = try LawFit(Chinchilla(), to: table).run()
    let source = LawSource.fit(fit, name: "runs.csv")
    let answer = try ComputePlan(.compute(1e21)).answer(from: source)
    let errors = try #require(answer.uncertainty)
    #expect(errors == fit.optimum(compute: 1e21))
    #expect(errors.parameters.value == answer.parameters)
    #expect(errors.loss.value == answer.loss)
    #expect(source.fittedRange == table.fittedRange)
    let json = JSONValue.object(answer.json)
    let interval = try #require(errors.tokens.interval)
    #expect(json["uncertainty"]?["tokens"]?["interval"]?[0]?.double == interval.lowerBound)
    #expect(
      json["uncertainty"]?["loss"]?["standardError"]?.double == errors.loss.standardError
    )
    // What a file holds of the fit says the same, and what a law by hand lacks is not made up.
    let fitted = LawSource.fitted(FittedLaw(fit, name: "runs.csv"))
    #expect(try ComputePlan(.compute(1e21)).answer(from: fitted) == answer)
    #expect(fitted.fittedRange == table.fittedRange)
    let bare = LawSource.fitted(FittedLaw(fit.law, name: "runs.csv"))
    #expect(try ComputePlan(.compute(1e21)).answer(from: bare).uncertainty == nil)
    // With the parameters given, the budget is what is uncertain.
    #expect(try ComputePlan(.parameters(1e9)).answer(from: fitted).uncertainty == nil)
    #expect(try ComputePlan(.parameters(1e9)).answer(from: source).uncertainty == nil)
    #expect(try ComputePlan(.compute(1e21)).answer(from: .published(.epoch)).uncertainty == nil)
  }

  // MARK: Failures

  @Test(
    "questions without an answer say why",
    arguments: [
      (PlanQuestion.compute(-1), "expected a finite number above 0 for compute, found `-1`"),
      (.tokens(.nan), "expected a finite number above 0 for tokens, found `nan`"),
      (.loss(.infinity), "expected a finite number above 0 for loss, found `inf`"),
      (
        .loss(1.8),
        "a loss of 1.8 is out of reach: the irreducible loss E of `epoch` is 1.8172, and no compute "
          + "goes below it"
      ),
      (.parameters(1e300), "parameters of 1e+300 leads to numbers beyond all bounds under `epoch`"),
      (.compute(6), "compute of 6 leads to less than one parameter or token under `epoch`"),
      (.tokens(1e-300), "tokens of 1e-300 leads to numbers beyond all bounds under `epoch`"),
    ]
  )
  func failures(question: PlanQuestion, message: String) {
    let error = #expect(throws: PlanError.self) {
      try ComputePlan(question).answer(from: .published(.epoch))
    }
    #expect(error?.description == message)
  }

  @Test("a frontier has no loss to ask for")
  func noLoss() {
    let error = #expect(throws: PlanError.self) {
      try ComputePlan(.loss(2)).answer(from: .published(.kaplan))
    }
    #expect(
      error?.description
        == "`kaplan` gives parameters and tokens for a budget but no loss; ask a set that has one, "
        + "such as `epoch`"
    )
  }

  @Test(
    "absurd but finite questions neither trap nor hang",
    arguments: [
      PlanQuestion.compute(.leastNonzeroMagnitude), .compute(1.7e308), .loss(1e308),
      .loss(1.8172.nextUp),
      .parameters(.leastNonzeroMagnitude), .tokens(1.7e308),
    ]
  )
  func absurd(_ question: PlanQuestion) {
    for set in CoefficientSet.published {
      for result in ComputePlan(question, sources: [.published(set)]).answers {
        guard case .success(let answer) = result else { continue }
        #expect(answer.parameters.isFinite && answer.tokens.isFinite && answer.compute > 0)
      }
    }
  }

  @Test(
    "laws of absurd coefficients neither trap nor answer what is no split of the budget",
    arguments: [
      ScalingLaw.kaplan(N_c: 1, D_c: 1, alpha_N: 5, alpha_D: 1e-308),
      .kaplan(N_c: 1e120, D_c: 1e-120, alpha_N: 5, alpha_D: 1e-3),
      .chinchilla(E: 1, A: 1e300, B: 1e-300, alpha: 1e-3, beta: 1e-3),
      .chinchilla(E: 1, A: .nan, B: 1, alpha: 0.3, beta: 0.3),
      .chinchilla(E: 1e-300, A: 1e-300, B: 1e300, alpha: 5, beta: 1e-3),
      .chinchilla(E: .infinity, A: 1, B: 1, alpha: 0, beta: 0),
    ]
  )
  func absurdLaw(law: ScalingLaw) {
    let source = LawSource.law(law, name: "law.json", fittedRange: .init())
    for question in [
      PlanQuestion.compute(1e21), .compute(1e300), .loss(2), .parameters(1e9), .tokens(1e10),
    ] {
      guard let answer = try? ComputePlan(question).answer(from: source) else { continue }
      #expect(abs(6 * answer.parameters * answer.tokens / answer.compute - 1) < 1e-6)
      #expect(answer.loss?.isFinite == true)
    }
    let error = #expect(throws: PlanError.self) {
      let wild = ScalingLaw.kaplan(N_c: 1, D_c: 1, alpha_N: 5, alpha_D: 1e-308)
      return try ComputePlan(.loss(2)).answer(
        from: .law(wild, name: "law.json", fittedRange: .init())
      )
    }
    #expect(
      error?.description == "loss of 2 leads to numbers beyond all bounds under `law.json`"
    )
  }

  // MARK: Documentation

  @Test("the article's examples say what it says")
  func article() throws {
    let answer = try ComputePlan(.compute(1e21)).answer(from: .published(.epoch))
    #expect(String(format: "%.3e", answer.parameters) == "2.778e+09")
    #expect(String(format: "%.3e", answer.tokens) == "5.999e+10")
    #expect(String(format: "%.1f", answer.tokensPerParameter) == "21.6")
    #expect(String(format: "%.4f", try #require(answer.loss)) == "2.3055")
    let h100 = try AcceleratorCatalog.accelerator(named: "H100")
    let plan = ComputePlan(.compute(1e24), hardware: Hardware(h100, count: 1024))
    let time = try #require(try plan.answer(from: .published(.epoch)).time)
    #expect(String(format: "%.1f", time.hours) == "685.4")
  }

  // MARK: JSON

  @Test("JSON has the keys of the contract, in order")
  func json() throws {
    let hardware = Hardware(try AcceleratorCatalog.accelerator(named: "H100"), count: 8)
    let answer = try ComputePlan(.compute(1e21), hardware: hardware).answer(
      from: .published(.epoch)
    )
    #expect(
      answer.json.keys == [
        "coefficientSet", "compute", "parameters", "tokens", "tokensPerParameter", "loss", "time",
        "warnings",
      ]
    )
    #expect(answer.json["loss"]?.double == answer.loss)
    #expect(answer.json["time"]?["count"] == 8)
    let kaplan = try ComputePlan(.compute(1e21)).answer(from: .published(.kaplan)).json
    #expect(kaplan["loss"] == .null)
    #expect(
      kaplan["lossAbsence"]
        == "`kaplan` was published as parameters and tokens of a budget, without a loss"
    )
    #expect(kaplan["warnings"]?[0]?["id"] == "unadjusted-schedules")
  }
}
