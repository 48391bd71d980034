import CurveFitting
import Testing

/// Every problem to nine digits of every parameter, from both published starts.
///
/// NIST certifies eleven digits, found in quadruple precision.
@Suite("Certified problems of NIST")
struct NISTTests {
  private func agrees(_ value: Double, _ certified: Double, to tolerance: Double) -> Bool {
    abs(value / certified - 1) <= tolerance
  }

  @Test("certified values", arguments: NISTProblem.all, [1, 2])
  func certified(problem: NISTProblem, start: Int) throws {
    let data = problem.data
    let fit = LevenbergMarquardt().minimize(
      problem,
      from: start == 1 ? data.firstStart : data.secondStart
    )
    #expect(fit.isConverged)
    #expect(fit.relativeGradient < 1e-8)
    #expect(agrees(fit.residualSumOfSquares, data.residualSumOfSquares, to: 1e-10))
    let standardErrors = fit.standardErrors
    for index in data.parameters.indices {
      #expect(agrees(fit.parameters[index], data.parameters[index], to: 1e-9))
      let standardError = try #require(standardErrors[index])
      #expect(agrees(standardError, data.standardDeviations[index], to: 1e-8))
    }
  }

  @Test("the models' gradients match central differences", arguments: NISTProblem.all)
  func gradients(problem: NISTProblem) {
    let certified = problem.data.parameters
    let x = problem.data.x[problem.data.x.count / 2]
    let (value, gradient) = problem.model(x, certified)
    for index in certified.indices {
      let h = 1e-6 * abs(certified[index])
      var (above, below) = (certified, certified)
      above[index] += h
      below[index] -= h
      let slope = (problem.model(x, above).0 - problem.model(x, below).0) / (2 * h)
      // Rounding is about 1e−10 of the scale; truncation is below it even for Eckerle4, whose peak
      // is a hundred times narrower than its place is far.
      let scale = abs(gradient[index]) + abs(value / certified[index])
      #expect(abs(slope - gradient[index]) < 1e-7 * scale)
    }
  }
}
