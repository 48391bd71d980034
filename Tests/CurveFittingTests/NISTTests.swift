import CurveFitting
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Certified problems of NIST")
struct NISTTests {
  @Test("certified values from both published starts", arguments: NISTProblem.all, [1, 2])
  func certified(problem: NISTProblem, start: Int) {
    let data = problem.data
    let fit = LevenbergMarquardt().minimize(
      problem,
      from: start == 1 ? data.firstStart : data.secondStart
    )
    let digits = data.parameters.indices.map { index in
      -log10(abs(fit.parameters[index] / data.parameters[index] - 1))
    }
    print(
      problem.testDescription,
      start,
      fit.termination,
      fit.iterations,
      fit.evaluations,
      fit.relativeGradient,
      digits.min() ?? 0,
      fit.residualSumOfSquares / data.residualSumOfSquares - 1,
      fit.covariance.conditionNumber
    )
  }
}
