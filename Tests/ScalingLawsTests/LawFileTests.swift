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

/// A fit of the golden runs, resampled if asked.
private func fitted(_ form: any ScalingLawForm = Chinchilla(), resamples: Int = 0) throws
  -> FitResult
{
  var fit = LawFit(form, to: RunTable(name: "runs.csv", runs: GoldenFit.runs))
  if resamples > 0 { fit.bootstrap = Bootstrap(resampleCount: resamples, seed: 7) }
  return try fit.run()
}

/// A law file as the command writes it, but for its frame.
private func written(_ result: FitResult, draws: Bool = true, validation: String? = nil) -> String {
  var object = result.json
  for (key, value) in result.table.jsonMembers { object[key] = value }
  object["flopsPerTokenParameter"] = 6.25
  object["fittedRange"] = result.table.fittedRange.json
  for (key, value) in result.lawFileMembers(draws: draws, validation: validation) {
    object[key] = value
  }
  return JSONValue.object(object).serialized()
}

private func read(_ text: String) throws -> FittedLaw {
  try FittedLaw(json: JSONValue(parsing: Array(text.utf8), name: "law.json"), name: "law.json")
}

@Suite("Law files")
struct LawFileTests {
  @Test("what is read is what was written, to the last bit")
  func roundTrip() throws {
    let result = try fitted(resamples: 40)
    let law = try read(written(result, validation: "C4, “en”"))
    #expect(law.law == result.law)
    #expect(law.objective == .logLeastSquares)
    #expect(law.covariance == result.scaledCovariance)
    #expect(law.draws?.count == 40)
    #expect(law.draws == result.draws?.laws(Chinchilla()).map(\.coefficients))
    #expect(law.residualStandardError == result.residualStandardError)
    #expect(law.degreesOfFreedom == 25)
    #expect(law.fittedRange == result.table.fittedRange)
    #expect(law.flopsPerTokenParameter == 6.25)
    #expect(law.estimates == result.coefficientEstimates)
    #expect(law.validation == "C4, “en”")
    #expect(law.lossUnit == nil)
    #expect(law.provenance.resampling == FittedLaw.Resampling(resampleCount: 40, seed: 7))
    #expect(law.provenance.rowCount == 30)
    #expect(law.provenance.table == "runs.csv")
    var own = FittedLaw(result, name: "law.json", flopsPerTokenParameter: 6.25)
    own.validation = "C4, “en”"
    #expect(law == own)
  }

  @Test("without draws the covariance is the Jacobian's, and a vanished term leaves none")
  func covariance() throws {
    let result = try fitted()
    #expect(try read(written(result)).covariance == result.scaledCovariance)
    #expect(try read(written(result)).draws == nil)
    let text = written(result, draws: false)
    #expect(!text.contains("covarianceReason"))
    let flat = (1...12).map { (place: Int) -> Run in
      let parameters = 1e7 * Double(place * place)
      let loss = 3 + 1e-9 * Double(place % 3)
      return Run(parameters: parameters, tokens: 1e9 * Double(place % 4 + 1), loss: loss)
    }
    let vanished = try LawFit(Chinchilla(), to: RunTable(name: "flat.csv", runs: flat)).run()
    let members = vanished.lawFileMembers(draws: false, validation: nil)
    #expect(members.first { $0.0 == "covariance" }?.1.isNull == true)
    #expect(members.contains { $0.0 == "covarianceReason" })
  }

  @Test("the best split of a budget has the fit's own errors, from covariance or draws")
  func optimum() throws {
    for form in [Chinchilla(), ChinchillaTied(), Kaplan()] as [any ScalingLawForm] {
      for resamples in [0, 40] {
        let result = try fitted(form, resamples: resamples)
        let law = try read(written(result))
        let best = try #require(law.optimum(compute: 1e22))
        #expect(best == result.optimum(compute: 1e22, flopsPerTokenParameter: 6.25))
        #expect(best.parameters.interval != nil && best.loss.interval != nil)
        #expect(law.level == 0.95)
        let six = law.optimum(compute: 1e22, flopsPerTokenParameter: 6)
        #expect(six == result.optimum(compute: 1e22))
        let narrow = try #require(law.optimum(compute: 1e22, level: 0.5)?.parameters.interval)
        let wide = try #require(best.parameters.interval)
        #expect(wide.lowerBound < narrow.lowerBound && narrow.upperBound < wide.upperBound)
      }
    }
    #expect(try read(written(fitted(PowerLaw(of: .parameters)))).optimum(compute: 1e22) == nil)
  }

  @Test("a quantity that a held coefficient moves has no error, in a file as in its fit")
  func heldOptimum() throws {
    var fit = LawFit(Chinchilla(), to: RunTable(name: "runs.csv", runs: GoldenFit.runs))
    fit.constraints = ["E": 1.8...1.8]
    let result = try fit.run()
    let best = try #require(try read(written(result)).optimum(compute: 1e22))
    #expect(best == result.optimum(compute: 1e22, flopsPerTokenParameter: 6.25))
    #expect(best.parameters.interval != nil)
    #expect(best.loss.reason == "E is fixed")
    // Draws or not, an error that the fit refused stays refused.
    fit.bootstrap = Bootstrap(resampleCount: 20, seed: 1)
    let drawn = try fit.run()
    let again = try #require(try read(written(drawn)).optimum(compute: 1e22))
    #expect(again == drawn.optimum(compute: 1e22, flopsPerTokenParameter: 6.25))
    #expect(again.loss.reason == "E is fixed" && again.loss.standardError == nil)
  }

  @Test("without draws or covariance the split has the reason for its errors' absence")
  func bareOptimum() throws {
    let law = FittedLaw(.chinchilla(E: 1.8, A: 480, B: 2000, alpha: 0.35, beta: 0.36), name: "mine")
    let best = try #require(law.optimum(compute: 1e22))
    #expect(best.parameters.value == law.law.optimum(compute: 1e22)?.parameters)
    #expect(best.parameters.interval == nil)
    #expect(best.parameters.reason == "the law comes without draws and without a covariance")
    #expect(!law.tellsErrors)
    var robust = LawFit(Chinchilla(), to: RunTable(name: "runs.csv", runs: GoldenFit.runs))
    robust.objective = .huber()
    let told = try read(written(robust.run()))
    #expect(told.tellsErrors)
    #expect(
      told.optimum(compute: 1e22)?.parameters.reason
        == "only resamples tell the error of a robust fit, and none were asked for"
    )
  }

  @Test("a file of the first version says what it said")
  func oldFile() throws {
    let law = try read(
      """
      {"schema": "isoloss.fit", "schemaVersion": 1, "version": "0.1.0", "seed": null, "law": "kaplan",
      "rowCount": 20, "degreesOfFreedom": 16, "objective": "log-least-squares", "estimates": {
      "N_c": {"value": 1e13, "standardError": 1e12, "interval": [8e12, 1.2e13], "level": 0.95},
      "D_c": {"value": 2e13, "standardError": null, "interval": null, "level": 0.95, "reason": "no"},
      "alpha_N": {"value": 0.076}, "alpha_D": {"value": 0.095}}, "residualSumOfSquares": 0.0016,
      "sha256": "00", "flopsPerTokenParameter": 6.0,
      "fittedRange": {"parameters": [1e7, 1e9], "tokens": [1e9, 1e11], "compute": null}, "warnings": []}
      """
    )
    #expect(law.law == .kaplan(N_c: 1e13, D_c: 2e13, alpha_N: 0.076, alpha_D: 0.095))
    #expect(law.residualStandardError == 0.01)
    #expect(law.estimates.map(\.standardError) == [1e12, nil, nil, nil])
    #expect(law.estimates[1].reason == "no")
    #expect(law.covariance == nil && law.draws == nil)
    let prediction = law.prediction(parameters: 1e9, tokens: 1e11)
    #expect(prediction.mean.interval == nil)
    #expect(prediction.mean.reason == "the law comes without draws and without a covariance")
    #expect(prediction.singleRun.reason == prediction.mean.reason)
    #expect(prediction.extrapolation.parameters == 1)
    #expect(prediction.extrapolation.compute == nil)
  }

  @Test("a law by hand needs nothing else")
  func byHand() throws {
    let law = try read(
      #"{"law": "chinchilla", "estimates": {"E": 1.8, "A": 480, "B": 2000, "alpha": 0.35, "beta": 0.36}}"#
    )
    #expect(
      law
        == FittedLaw(
          .chinchilla(E: 1.8, A: 480, B: 2000, alpha: 0.35, beta: 0.36),
          name: "law.json"
        )
    )
    #expect(law.k == 6)
  }

  private static let law =
    #""law": "chinchilla", "estimates": {"E": 1.8, "A": 480, "B": 2000, "alpha": 0.35, "beta": 0.36}"#
  private static let names =
    #""coefficients": ["E", "A", "B", "alpha", "beta"], "scales": ["logarithmic", "logarithmic", "logarithmic", "linear", "linear"]"#

  @Test(
    "what a program would act on is checked",
    arguments: [
      (#""draws": 3"#, "expected an array of rows for `draws`, found `3`"),
      (#""draws": []"#, "expected rows for `draws`, found none"),
      (#""draws": [[1, 2]]"#, "expected 5 finite numbers for `draws[0]`, found `[1,2]`"),
      (
        #""draws": [[1.8, 480, 2000, 0.35, 0.36], [1.8, NaN, 2000, 0.35, 0.36]]"#,
        "expected 5 finite numbers for `draws[1]`, found `[1.8,null,2000,0.35,0.36]`"
      ),
      (
        #""draws": [[1.8, 480, 2000, 0.35, "x"]]"#,
        #"expected 5 finite numbers for `draws[0]`, found `[1.8,480,2000,0.35,"x"]`"#
      ),
      (
        #""draws": [[1.8, 480, 2000, 0.35, 0]]"#,
        "expected a positive number for `beta` for `draws[0]`, found `0.0`"
      ),
      (
        #""draws": [[1,2,3,4,5,6,7,8,9]]"#,
        "expected 5 finite numbers for `draws[0]`, found 9 elements"
      ),
      (
        #""covariance": {"coefficients": ["E"]}"#,
        #"expected E, A, B, alpha, beta for `covariance.coefficients`, found `["E"]`"#
      ),
      (
        #""covariance": {"coefficients": ["E", "A", "B", "alpha", "beta"]}"#,
        "expected logarithmic, logarithmic, logarithmic, linear, linear for `covariance.scales`,"
          + " found nothing"
      ),
      (
        "\"covariance\": {\(names), \"matrix\": [[1, 0, 0, 0, 0]]}",
        "expected 5 rows for `covariance.matrix`, found 1"
      ),
      (
        "\"covariance\": {\(names), \"matrix\": [[-1,0,0,0,0],[0,1,0,0,0],[0,0,1,0,0],[0,0,0,1,0],[0,0,0,0,1]]}",
        "expected a symmetric matrix without negative variances for `covariance.matrix`, found another"
      ),
      (
        "\"covariance\": {\(names), \"matrix\": [[1,2,0,0,0],[2,1,0,0,0],[0,0,1,0,0],[0,0,0,1,0],[0,0,0,0,1]]}",
        "expected a symmetric matrix without negative variances for `covariance.matrix`, found another"
      ),
      (
        #""flopsPerTokenParameter": -1"#,
        "expected a positive number for `flopsPerTokenParameter`, found `-1`"
      ),
      (
        #""residualStandardError": Infinity"#,
        "expected a positive number for `residualStandardError`, found `inf`"
      ),
      (
        #""degreesOfFreedom": 2.5"#,
        "expected a whole number for `degreesOfFreedom`, found `2.5`"
      ),
      (
        #""tableLossUnit": "bans""#,
        #"expected one that `isoloss fit` writes for `tableLossUnit`, found `"bans"`"#
      ),
      (
        #""parameterConvention": "some""#,
        #"expected one that `isoloss fit` writes for `parameterConvention`, found `"some"`"#
      ),
      (#""validation": {}"#, "expected a text for `validation`, found an object"),
    ]
  )
  func hostile(_ member: String, _ message: String) throws {
    let error = #expect(throws: ScalingLawFileError.self) { try read("{\(Self.law), \(member)}") }
    #expect(error?.description == "law.json: \(message)")
  }

  @Test("a covariance that is flat somewhere is a covariance")
  func singular() throws {
    let zero = "[0,0,0,0,0]"
    let law = try read(
      "{\(Self.law), \"covariance\": {\(Self.names), \"matrix\": [[4,2,0,0,0],[2,1,0,0,0],\(zero),\(zero),\(zero)]}}"
    )
    let sample = try #require(law.sample(count: 50, seed: 1))
    for drawn in sample.laws.compactMap(\.self) {
      #expect(drawn.coefficients.suffix(2) == [0.35, 0.36])
      // Half an ulp of ln 2000 is 4 of e to it.
      #expect(abs(drawn.coefficients[2] - 2000) <= 4 * 2000.0.ulp)
      // ln E moves by twice what ln A moves by.
      let moves = zip(drawn.coefficients, law.law.coefficients).map { log($0 / $1) }
      #expect(abs(moves[0] - 2 * moves[1]) < 1e-12)
    }
  }
}

@Suite("Predictions of law files")
struct LawPredictionTests {
  @Test("the mean is the fit's own, by its covariance and by its draws")
  func mean() throws {
    for resamples in [0, 60] {
      let result = try fitted(resamples: resamples)
      let law = FittedLaw(result, name: "law.json")
      let own = law.prediction(parameters: 7e9, tokens: 1.4e11).mean
      let fits = result.lossEstimate(parameters: 7e9, tokens: 1.4e11)
      #expect(abs(own.value / fits.value - 1) < 1e-14)
      let (error, expected) = try (#require(own.standardError), #require(fits.standardError))
      #expect(abs(error / expected - 1) < 1e-10)
      let (interval, wanted) = try (#require(own.interval), #require(fits.interval))
      #expect(abs(interval.lowerBound / wanted.lowerBound - 1) < 1e-12)
      #expect(abs(interval.upperBound / wanted.upperBound - 1) < 1e-12)
    }
  }

  @Test("a single run varies by the mean's error and the noise together")
  func singleRun() throws {
    let law = FittedLaw(try fitted(), name: "law.json")
    let prediction = law.prediction(parameters: 7e9, tokens: 1.4e11, level: 0.9)
    let noise = try #require(law.residualStandardError)
    let error = try #require(prediction.mean.standardError) / prediction.mean.value
    let spread = (error * error + noise * noise).squareRoot()
    // Student's t of 25 degrees of freedom, 95 %: 1.7081407612518986 (SciPy).
    let reach = exp(1.7081407612518986 * spread)
    let interval = try #require(prediction.singleRun.interval)
    #expect(abs(interval.upperBound / (prediction.mean.value * reach) - 1) < 1e-12)
    #expect(abs(interval.lowerBound * reach / prediction.mean.value - 1) < 1e-12)
    var raw = law
    raw.objective = .leastSquares
    raw.residualStandardError = 0.02
    let absolute = try #require(
      raw.prediction(parameters: 7e9, tokens: 1.4e11, level: 0.9).singleRun.interval
    )
    let width = absolute.upperBound - absolute.lowerBound
    let whole = (error * error * prediction.mean.value * prediction.mean.value + 0.0004)
      .squareRoot()
    #expect(abs(width / (2 * 1.7081407612518986 * whole) - 1) < 1e-10)
  }

  @Test("the optimum of a budget has the error of the fit's optimum")
  func optimum() throws {
    for resamples in [0, 60] {
      let result = try fitted(resamples: resamples)
      let law = FittedLaw(result, name: "law.json")
      let own = try #require(law.optimumPrediction(compute: 1e22))
      let fits = try #require(result.optimum(compute: 1e22))
      #expect(abs(own.parameters / fits.parameters.value - 1) < 1e-12)
      #expect(abs(own.mean.value / fits.loss.value - 1) < 1e-12)
      let (interval, wanted) = try (#require(own.mean.interval), #require(fits.loss.interval))
      #expect(abs(interval.lowerBound / wanted.lowerBound - 1) < 1e-12)
      #expect(abs(interval.upperBound / wanted.upperBound - 1) < 1e-12)
    }
  }

  @Test("beyond the runs by a factor, on either side")
  func extrapolation() {
    var law = FittedLaw(.kaplan(N_c: 1e13, D_c: 2e13, alpha_N: 0.076, alpha_D: 0.095), name: "law")
    law.fittedRange = .init(parameters: 1e7...1e9, tokens: 1e9...1e11, compute: 6e16...6e20)
    let factors = law.prediction(parameters: 5e9, tokens: 2.5e8).extrapolation
    #expect(factors.parameters == 5)
    #expect(factors.tokens == 4)
    #expect(factors.compute == 1)
    #expect(factors.largest == 5)
  }
}
