import CurveFitting
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

@Suite("Fit results")
struct FitResultTests {
  private func fit(_ form: any ScalingLawForm, _ runs: [Run]) throws -> FitResult {
    try LawFit(form, to: RunTable(name: "runs.csv", runs: runs)).run()
  }

  @Test("the summary")
  func summary() throws {
    let expected = """
      law chinchilla: L = E + A/N^alpha + B/D^beta
      runs 30 from runs.csv   degrees of freedom 25
      objective log-least-squares   rss 0.00116868   noise 0.683719 %   R² of ln L 0.999491
      aic -292.592   aicc -288.94   bic -284.185
      converged yes (gradient below tolerance)   starts at this minimum 81 of 81

      estimate     value  std. error  95 % interval
      E           1.8202   0.0185243        1.78244   1.85875
      A          502.012     129.084        295.612   852.523
      B          2173.43     266.082        1689.05   2796.71
      alpha     0.351001   0.0156045       0.318863  0.383139
      beta      0.367295  0.00661911       0.353663  0.380928

      compute-optimal at C = k N D: N* = G (C/k)^a, D* = (C/k)^b / G
      a         0.511343   0.0136049       0.483316  0.539298
      b         0.488657   0.0136049       0.460702  0.516684
      G         0.122049   0.0682874      0.0385553  0.386353

      residuals of ln L         min         25 %       median        75 %        max
                         -0.0126343  -0.00402007  -0.00118189  0.00471999  0.0107166
      largest: line 8: -0.0126343, line 11: -0.0115049, line 15: 0.0107166
      """
    #expect(try fit(Chinchilla(), GoldenFit.runs).summary == expected)
  }

  @Test("the JSON has the promised keys and values")
  func json() throws {
    let result = try fit(Chinchilla(), GoldenFit.runs)
    let json = JSONValue.object(result.json)
    #expect(json["schema"] == "isoloss.fit")
    #expect(json["schemaVersion"] == 1)
    #expect(json["rowCount"] == 30)
    #expect(json["objective"] == "log-least-squares")
    #expect(
      json["estimates"]?.object?.keys == ["E", "A", "B", "alpha", "beta", "a", "b", "G"]
    )
    let alpha = try #require(result["alpha"])
    #expect(json["estimates"]?["alpha"]?["value"]?.double == alpha.value)
    #expect(json["estimates"]?["alpha"]?["standardError"]?.double == alpha.standardError)
    #expect(json["estimates"]?["alpha"]?["interval"]?[1]?.double == alpha.interval?.upperBound)
    #expect(json["estimates"]?["alpha"]?["level"]?.double == 0.95)
    #expect(json["correlations"]?["A"]?["alpha"]?.double == result.correlation(1, 3))
    #expect(json["correlations"]?["A"]?["A"]?.double == 1)
    #expect(json["termination"] == "gradientTolerance")
    #expect(json["aiccReason"] == nil)
    #expect(json["minima"]?["found"]?[0]?["startCount"] == 81)
    #expect(json["residualSummary"]?["largest"]?.array?.count == 3)
    #expect(json.nonFinitePaths.isEmpty)
  }

  @Test("a criterion that is null has its reason beside it")
  func absentCriteria() throws {
    let law = PublishedLaw.besiroglu
    let many = (0..<10).flatMap { copy in
      GoldenFit.runs.map { run in
        Run(
          parameters: run.parameters * (1 + 0.01 * Double(copy)),
          tokens: run.tokens,
          loss: run.loss
        )
      }
    }
    let json = JSONValue.object(try fit(law.form, many).json)
    #expect(json["aicc"] == .null)
    #expect(
      json["aiccReason"]
        == "n/(p + 1) is 40 or more, where the correction is too small to matter"
    )
  }

  @Test("a law survives the way through JSON text", arguments: PublishedLaw.all)
  func lawRoundTrip(law: ScalingLaw) throws {
    let text = JSONValue.object(law.json).serialized()
    let back = try ScalingLaw(json: JSONValue(parsing: [UInt8](text.utf8), name: "x"), name: "x")
    #expect(back == law)
    let result = try fit(law.form, GoldenFit.runs)
    let fitted = try ScalingLaw(json: .object(result.json), name: "x")
    #expect(fitted == result.law)
  }

  private static let laws = ScalingLaw.forms.map { "`\($0.name)`" }.joined(separator: ", ")

  @Test(
    "JSON that is no law",
    arguments: [
      ("[1]", "law.json: expected a JSON object such as `isoloss fit --json` writes"),
      (
        #"{"schema": "isoloss.plan"}"#,
        "law.json: expected the schema `isoloss.fit`, found `isoloss.plan`"
      ),
      (
        #"{"schemaVersion": 2}"#,
        "law.json: expected schema version 1 at most, found 2: a newer isoloss wrote it"
      ),
      ("{}", "law.json: expected `law` to be one of \(laws), found nothing"),
      (
        #"{"law": "x"}"#,
        "law.json: expected `law` to be one of \(laws), found `x`"
      ),
      (
        #"{"law": "chinchilla", "estimates": {"E": 1.8}}"#,
        "law.json: expected a number `estimates.A.value` of the law `chinchilla`, found none"
      ),
      (
        #"{"law": "chinchilla", "estimates": {"E": 1.8, "A": {"value": -4}}}"#,
        "law.json: expected a positive number for `A`, found `-4.0`"
      ),
      (
        #"{"law":"kaplan","estimates":{"N_c":1,"D_c":1,"alpha_N":5,"alpha_D":1e-308}}"#,
        "law.json: expected a number from 0.001 to 5 for `alpha_D`, found `1e-308`"
      ),
      (
        #"{"law":"kaplan","estimates":{"N_c":1,"D_c":1,"alpha_N":5.5,"alpha_D":0.1}}"#,
        "law.json: expected a number from 0.001 to 5 for `alpha_N`, found `5.5`"
      ),
    ]
  )
  func noLaw(text: String, message: String) throws {
    let json = try JSONValue(parsing: [UInt8](text.utf8), name: "law.json")
    let error = #expect(throws: ScalingLawFileError.self) {
      _ = try ScalingLaw(json: json, name: "law.json")
    }
    #expect(error.map { "\($0)" } == message)
  }
}

@Suite("Warnings of fits")
struct FitWarningTests {
  private func fit(_ form: any ScalingLawForm, _ runs: [Run]) throws -> FitResult {
    try LawFit(form, to: RunTable(name: "runs.csv", runs: runs)).run()
  }

  @Test("runs without a floor drive E to its bound, which is said and has no error")
  func atBound() throws {
    let law = ScalingLaw.chinchilla(E: 1e-6, A: 400, B: 2000, alpha: 0.3, beta: 0.3)
    // A concave bend that no floor explains: the small models do better than the power laws say.
    let runs = GoldenFit.runs.map { run in
      let bend = 1 - 0.02 * (22 / (run.parameters / 1e7).squareRoot())
      return Run(
        parameters: run.parameters,
        tokens: run.tokens,
        loss: bend * law.loss(parameters: run.parameters, tokens: run.tokens)
      )
    }
    let result = try fit(Chinchilla(), runs)
    #expect(result.warnings.map(\.id).contains("parameter-at-bound"))
    let E = try #require(result["E"])
    #expect(E.standardError == nil)
    #expect(E.interval == nil)
    #expect(E.reason == "E is held at its bound")
    #expect(result["alpha"]?.standardError != nil)
  }

  @Test("a fit that stopped early is a result, which says so and has no errors")
  func notConverged() throws {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs.csv", runs: GoldenFit.runs))
    fit.minimizer.iterationLimit = 1
    fit.polisher.iterationLimit = 1
    let result = try fit.run()
    #expect(!result.isConverged)
    #expect(result.termination == .iterationLimit)
    #expect(result.warnings.map(\.id).contains("not-converged"))
    #expect(result["alpha"]?.standardError == nil)
    #expect(result["alpha"]?.reason == "the fit did not converge")
    let json = JSONValue.object(result.json)
    #expect(json["isConverged"] == false)
    #expect(json.nonFinitePaths.isEmpty)
    #expect(result.summary.contains("converged no (iteration limit reached)"))
  }

  /// Thirty runs whose loss is noise about a constant.
  private func noise(seed: UInt64) -> [Run] {
    var generator = SeededGenerator(seed: seed)
    return GoldenFit.runs.map { run in
      let loss = 3 * (1 + 0.01 * generator.nextNormal())
      return Run(parameters: run.parameters, tokens: run.tokens, loss: loss)
    }
  }

  @Test("losses that are noise alone determine no term", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func noiseAlone(seed: UInt64) throws {
    let result = try fit(Chinchilla(), noise(seed: seed))
    let ids = result.warnings.map(\.id)
    #expect(ids.contains("vanishing-term"))
    for estimate in result.estimates where estimate.standardError == nil {
      #expect(estimate.reason != nil)
    }
    // Without a floor, noise about a constant asks for exponents of zero and endless scales.
    let error = #expect(throws: LawFitError.self) { try fit(Kaplan(), noise(seed: seed)) }
    #expect(error.map { "\($0)".hasSuffix("the runs do not determine it") } == true)
  }

  @Test("a term that runs do not show has no errors, and the other has")
  func vanishedTerm() throws {
    let law = ScalingLaw.chinchilla(E: 1.8, A: 1e-9, B: 2000, alpha: 0.35, beta: 0.36)
    var generator = SeededGenerator(seed: 7)
    let runs = GoldenFit.runs.map { run in
      let loss = law.loss(parameters: run.parameters, tokens: run.tokens)
      return Run(
        parameters: run.parameters,
        tokens: run.tokens,
        loss: loss * (1 + 0.005 * generator.nextNormal())
      )
    }
    let result = try fit(Chinchilla(), runs)
    #expect(result.warnings.map(\.id).contains("vanishing-term"))
    #expect(result["beta"]?.standardError != nil)
  }

  @Test("an interval of E that reaches the smallest loss, and an exponent's that contains 0")
  func wideInterval() throws {
    var floors = 0
    var exponents = 0
    for seed in 1...8 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let runs = GoldenFit.runs.map { run in
        let loss = run.loss * exp(0.3 * generator.nextNormal())
        return Run(parameters: run.parameters, tokens: run.tokens, loss: loss)
      }
      let result = try fit(Chinchilla(), runs)
      let messages = result.warnings.filter { $0.kind == .wideInterval }.map(\.message)
      let smallest = runs.map(\.loss).min() ?? 0
      let reaches = (result["E"]?.interval?.upperBound ?? 0) >= smallest
      #expect(messages.contains { $0.contains("reaches the smallest loss") } == reaches)
      let bottoms = ["alpha", "beta"].map { result[$0]?.interval?.lowerBound ?? 1 }
      let crossing = bottoms.count { $0 <= 0 }
      #expect(messages.count { $0.contains("contains 0") } == crossing)
      floors += reaches ? 1 : 0
      exponents += crossing
    }
    #expect(floors > 0 && exponents > 0)
  }

  @Test("the intervals of a and b stay between 0 and 1 and mirror each other")
  func shares() throws {
    var generator = SeededGenerator(seed: 21)
    let runs = GoldenFit.runs.map { run in
      let loss = run.loss * exp(0.3 * generator.nextNormal())
      return Run(parameters: run.parameters, tokens: run.tokens, loss: loss)
    }
    let result = try fit(Chinchilla(), runs)
    for name in ["a", "b"] {
      guard let interval = result[name]?.interval else { continue }
      #expect(interval.lowerBound >= 0 && interval.upperBound <= 1)
    }
    let golden = try fit(Chinchilla(), GoldenFit.runs)
    let (a, b) = (try #require(golden["a"]?.interval), try #require(golden["b"]?.interval))
    #expect(abs(a.lowerBound + b.upperBound - 1) < 1e-14)
    #expect(abs(a.upperBound + b.lowerBound - 1) < 1e-14)
  }

  @Test("runs that determine the law have no such warnings")
  func noTermWarnings() throws {
    for form in PublishedLaw.all.map(\.form) {
      let ids = try fit(form, GoldenFit.runs).warnings.map(\.id)
      #expect(!ids.contains("vanishing-term"))
      #expect(!ids.contains("wide-interval"))
    }
  }

  @Test("a narrow range of sizes")
  func narrowRange() throws {
    let runs = GoldenFit.runs.map { run in
      Run(
        parameters: 1e9 * (run.parameters / 1e9).squareRoot().squareRoot().squareRoot(),
        tokens: run.tokens,
        loss: run.loss
      )
    }
    let result = try fit(Chinchilla(), runs)
    let narrow = result.warnings.filter { $0.id == "narrow-range" }
    #expect(
      narrow.map(\.message) == [
        "the runs' N spans a factor of only 2.06709: exponents need a factor of 4.5 or more"
      ]
    )
  }

  @Test("runs along one line in size and length leave the law ill-conditioned")
  func conditionNumber() throws {
    let law = PublishedLaw.besiroglu
    let runs = (0..<20).map { index in
      let parameters = 1e7 * Double(1 << index)
      let tokens = 20 * parameters * (1 + 0.1 * Double(index % 3))
      let noise = 1 + 0.001 * Double((index * 7) % 5 - 2)
      return Run(
        parameters: parameters,
        tokens: tokens,
        loss: noise * law.loss(parameters: parameters, tokens: tokens)
      )
    }
    let result = try fit(Chinchilla(), runs)
    let ids = result.warnings.map(\.id)
    #expect(ids.contains("condition-number"))
    #expect(ids.contains("one-multiplier"))
  }
}
