import CurveFitting
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A certified problem whose model is linear in some of its parameters.
struct SeparableNISTProblem: SeparableProblem, CustomTestStringConvertible {
  /// The columns at x for nonlinear parameters a, and their derivatives by each of them.
  typealias Columns = @Sendable (_ x: Double, _ a: [Double]) -> ([Double], [[Double]])

  var testDescription: String
  var data: NISTData

  /// The places of both kinds among the certified parameters.
  var linear: [Int]
  var nonlinear: [Int]
  var columns: Columns

  init(
    _ name: String,
    _ data: NISTData,
    linear: [Int],
    nonlinear: [Int],
    _ columns: @escaping Columns
  ) {
    testDescription = name
    (self.data, self.linear, self.nonlinear, self.columns) = (data, linear, nonlinear, columns)
  }

  var observations: [Double] { data.y }
  var linearCount: Int { linear.count }
  var nonlinearCount: Int { nonlinear.count }

  func basis(at nonlinear: Span<Double>, into basis: inout DenseMatrix) {
    let a = nonlinear.indices.map { nonlinear[$0] }
    for (row, x) in data.x.enumerated() {
      for (column, value) in columns(x, a).0.enumerated() { basis[row, column] = value }
    }
  }

  func basisDerivative(
    at nonlinear: Span<Double>,
    by parameter: Int,
    into derivative: inout DenseMatrix
  ) {
    let a = nonlinear.indices.map { nonlinear[$0] }
    for (row, x) in data.x.enumerated() {
      for (column, value) in columns(x, a).1[parameter].enumerated() {
        derivative[row, column] = value
      }
    }
  }

  static let all = [
    Self("Misra1a", .misra1a, linear: [0], nonlinear: [1]) { x, a in
      let e = exp(-a[0] * x)
      return ([1 - e], [[x * e]])
    },
    Self("BoxBOD", .boxBOD, linear: [0], nonlinear: [1]) { x, a in
      let e = exp(-a[0] * x)
      return ([1 - e], [[x * e]])
    },
    Self("Lanczos3", .lanczos3, linear: [0, 2, 4], nonlinear: [1, 3, 5]) { x, a in
      let e = a.map { exp(-$0 * x) }
      return (e, [[-x * e[0], 0, 0], [0, -x * e[1], 0], [0, 0, -x * e[2]]])
    },
    Self("MGH17", .mgh17, linear: [0, 1, 2], nonlinear: [3, 4]) { x, a in
      let e = a.map { exp(-$0 * x) }
      return ([1] + e, [[0, -x * e[0], 0], [0, 0, -x * e[1]]])
    },
    Self("Eckerle4", .eckerle4, linear: [0], nonlinear: [1, 2]) { x, a in
      let z = (x - a[1]) / a[0]
      let value = exp(-0.5 * z * z) / a[0]
      return ([value], [[value * (z * z - 1) / a[0]], [value * z / a[0]]])
    },
    Self("Rat42", .rat42, linear: [0], nonlinear: [1, 2]) { x, a in
      let e = exp(a[0] - a[1] * x)
      let slope = e / ((1 + e) * (1 + e))
      return ([1 / (1 + e)], [[-slope], [slope * x]])
    },
  ]
}

@Suite("Variable projection")
struct VariableProjectionTests {
  private func agrees(_ value: Double, _ certified: Double, to tolerance: Double) -> Bool {
    abs(value / certified - 1) <= tolerance
  }

  /// Eight digits of every parameter from both published starts, with either derivative.
  ///
  /// Up to what leaves the model as it is: MGH17's terms may be exchanged, Eckerle4's amplitude and
  /// width both negative. MGH10 is left out: without its amplitude its first start leads to a pole.
  @Test(
    "certified values of NIST",
    arguments: SeparableNISTProblem.all,
    VariableProjection.Derivative.allCases
  )
  func certified(problem: SeparableNISTProblem, derivative: VariableProjection.Derivative) {
    var projection = VariableProjection()
    projection.derivative = derivative
    for start in [problem.data.firstStart, problem.data.secondStart] {
      let fit = projection.minimize(problem, from: problem.nonlinear.map { start[$0] })
      #expect(fit.isConverged)
      #expect(agrees(fit.residualSumOfSquares, problem.data.residualSumOfSquares, to: 1e-9))
      let found = (fit.linear + fit.nonlinear).map { abs($0) }.sorted()
      let certified = problem.data.parameters.map { abs($0) }.sorted()
      for (value, expected) in zip(found, certified) { #expect(agrees(value, expected, to: 1e-8)) }
    }
  }

  @Test("the covariance of the nonlinear parameters is that of the whole problem")
  func covariance() throws {
    for problem in SeparableNISTProblem.all {
      let start = problem.nonlinear.map { problem.data.secondStart[$0] }
      let fit = VariableProjection().minimize(problem, from: start)
      let freedom = problem.data.y.count - problem.data.parameters.count
      let matrix = try #require(
        fit.projected.covariance.scaled(by: fit.residualSumOfSquares / Double(freedom))
      )
      // J of P y is P J plus what falls with the residuals: as far as those are small.
      for (place, index) in problem.nonlinear.enumerated() {
        let error = matrix[place, place].squareRoot()
        #expect(agrees(error, problem.data.standardDeviations[index], to: 0.1))
      }
    }
  }

  @Test("its Jacobian matches central differences", arguments: SeparableNISTProblem.all)
  func gradient(problem: SeparableNISTProblem) {
    // Minimization at once stops by its limit: the Jacobian at the start is in the result.
    var projection = VariableProjection()
    projection.solver.iterationLimit = 0
    let point = problem.nonlinear.map { 1.01 * problem.data.parameters[$0] }
    let fit = projection.minimize(problem, from: point).projected
    for column in point.indices {
      let h = 1e-5 * abs(point[column])
      var (above, below) = (point, point)
      above[column] += h
      below[column] -= h
      let high = projection.minimize(problem, from: above).projected.residuals
      let low = projection.minimize(problem, from: below).projected.residuals
      let size = fit.jacobian.norm(ofColumn: column)
      for row in high.indices {
        let slope = (high[row] - low[row]) / (2 * h)
        // Eckerle4's peak is a hundred times narrower than its place is far: truncation 1e-10 ·
        // 1e6.
        #expect(abs(slope - fit.jacobian[row, column]) < 1e-3 * size)
      }
    }
  }

  @Test("columns that depend on each other are told, and leave the rest determined")
  func dependentColumns() {
    let twice = SeparableNISTProblem("twice", .misra1a, linear: [0, 0], nonlinear: [1]) { x, a in
      let e = exp(-a[0] * x)
      return ([1 - e, 2 - 2 * e], [[x * e, 2 * x * e]])
    }
    let fit = VariableProjection().minimize(twice, from: [0.0005])
    #expect(fit.rank == 1)
    #expect(!fit.isConverged)
    #expect(fit.linear.contains(0))
    #expect(agrees(fit.nonlinear[0], NISTData.misra1a.parameters[1], to: 1e-8))
  }

  @Test("a model that is not finite ends as such")
  func notFinite() {
    let broken = SeparableNISTProblem("broken", .misra1a, linear: [0], nonlinear: [1]) { _, _ in
      ([.infinity], [[.nan]])
    }
    let fit = VariableProjection().minimize(broken, from: [1])
    #expect(fit.projected.termination == .nonFinite)
    #expect(!fit.isConverged)
    #expect(fit.linear[0].isNaN)
  }
}
