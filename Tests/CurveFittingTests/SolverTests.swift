import CurveFitting
import Execution
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A problem given by closures.
struct ClosureProblem: ResidualProblem {
  var residualCount: Int
  var parameterCount: Int
  var bounds: [ClosedRange<Double>]?
  var residual: @Sendable (_ row: Int, _ b: [Double]) -> Double
  var slope: @Sendable (_ row: Int, _ column: Int, _ b: [Double]) -> Double

  func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>) {
    let b = parameters.indices.map { parameters[$0] }
    for row in 0..<residualCount { residuals[row] = residual(row, b) }
  }

  func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix) {
    let b = parameters.indices.map { parameters[$0] }
    for row in 0..<residualCount {
      for column in 0..<parameterCount { jacobian[row, column] = slope(row, column, b) }
    }
  }
}

/// A straight line b₀ + b₁ x.
private func line(
  _ x: [Double],
  _ y: [Double],
  bounds: [ClosedRange<Double>]? = nil
) -> ClosureProblem {
  ClosureProblem(
    residualCount: x.count,
    parameterCount: 2,
    bounds: bounds,
    residual: { row, b in y[row] - b[0] - b[1] * x[row] },
    slope: { row, column, _ in column == 0 ? -1 : -x[row] }
  )
}

@Suite("Levenberg-Marquardt")
struct SolverTests {
  private let x: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]
  private let y = [2.1, 3.9, 6.2, 7.8, 10.1, 12.2, 13.8, 16.1]

  @Test("a line: closed-form slope, intercept and standard errors")
  func straightLine() throws {
    let fit = LevenbergMarquardt().minimize(line(x, y), from: [100, -50])
    let count = Double(x.count)
    let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    let slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
    // The gradient tolerance leaves 1e−10 of a standard error.
    #expect(abs(fit.parameters[1] - slope) < 1e-11)
    #expect(abs(fit.parameters[0] - (meanY - slope * meanX)) < 1e-11)
    let variance = try #require(fit.residualVariance)
    let errors = fit.standardErrors
    #expect(abs(try #require(errors[1]) / (variance / spread).squareRoot() - 1) < 1e-12)
    let interceptError = (variance * (1 / count + meanX * meanX / spread)).squareRoot()
    #expect(abs(try #require(errors[0]) / interceptError - 1) < 1e-12)
    #expect(fit.degreesOfFreedom == 6)
  }

  @Test("a bound holds one parameter and the other is the best given it")
  func bound() {
    let problem = line(x, y, bounds: [0.5...10, -100...100])
    let fit = LevenbergMarquardt().minimize(problem, from: [5, 5])
    #expect(fit.parametersAtBound == [0])
    #expect(fit.parameters[0] == 0.5)
    let best =
      zip(x, y).reduce(0) { $0 + $1.0 * ($1.1 - 0.5) } / x.reduce(0) { $0 + $1 * $1 }
    #expect(abs(fit.parameters[1] - best) < 1e-14)
    #expect(fit.isConverged)
    #expect(fit.standardErrors[0] == nil)
    #expect(fit.standardErrors[1] != nil)
  }

  @Test("a start outside the bounds is moved inside; a bound not needed is left again")
  func boundLeft() {
    let problem = line(x, y, bounds: [-10...10, 0...1000])
    let fit = LevenbergMarquardt().minimize(problem, from: [-50, -3])
    #expect(fit.parametersAtBound == [])
    let free = LevenbergMarquardt().minimize(line(x, y), from: [0, 0])
    #expect(abs(fit.parameters[1] - free.parameters[1]) < 1e-12)
  }

  @Test("a curve without noise is met to rounding")
  func noResiduals() {
    let problem = ClosureProblem(
      residualCount: 12,
      parameterCount: 2,
      residual: { row, b in 3 * exp(-0.25 * Double(row)) - b[0] * exp(-b[1] * Double(row)) },
      slope: { row, column, b in
        let e = exp(-b[1] * Double(row))
        return column == 0 ? -e : b[0] * Double(row) * e
      }
    )
    let fit = LevenbergMarquardt().minimize(problem, from: [1, 1])
    #expect(fit.isConverged)
    #expect(abs(fit.parameters[0] - 3) < 1e-14)
    #expect(abs(fit.parameters[1] - 0.25) < 1e-14)
  }

  @Test("parameters that only act together have no standard errors")
  func singular() {
    let problem = ClosureProblem(
      residualCount: 5,
      parameterCount: 2,
      residual: { row, b in Double(row * row) - (b[0] + b[1]) * Double(row) },
      slope: { row, _, _ in -Double(row) }
    )
    let fit = LevenbergMarquardt().minimize(problem, from: [0, 1])
    #expect(fit.isConverged)
    #expect(fit.covariance.conditionNumber == .infinity)
    #expect(fit.parameterCovariance == nil)
    #expect(fit.standardErrors == [nil, nil])
  }

  @Test("residuals that are no numbers end the fit, and a limit stops it, without a trap")
  func stops() {
    let broken = ClosureProblem(
      residualCount: 3,
      parameterCount: 1,
      residual: { _, b in log(b[0]) },
      slope: { _, _, b in 1 / b[0] }
    )
    let fit = LevenbergMarquardt().minimize(broken, from: [-1])
    #expect(fit.termination == .nonFinite)
    #expect(!fit.isConverged)

    var hasty = LevenbergMarquardt()
    hasty.iterationLimit = 2
    let bennett = NISTProblem.all.last { $0.testDescription == "Bennett5" }
    let stopped = bennett.map { hasty.minimize($0, from: $0.data.firstStart) }
    #expect(stopped?.termination == .iterationLimit)
    #expect(stopped?.iterations == 2)
  }

  @Test("slopes that are no numbers are no convergence", arguments: [Double.nan, .infinity])
  func slopesNotNumbers(_ slope: Double) {
    let problem = ClosureProblem(
      residualCount: 3,
      parameterCount: 2,
      residual: { row, b in Double(row) - b[0] - b[1] },
      slope: { row, column, _ in row == 1 && column == 1 ? slope : -1 }
    )
    let fit = LevenbergMarquardt().minimize(problem, from: [1, 1])
    #expect(fit.termination == .nonFinite)
    #expect(!fit.isConverged)
  }

  @Test("lengths of columns beyond 1e154 and below 1e-154", arguments: [1e200, 1e-200, 1])
  func norms(scale: Double) {
    var matrix = DenseMatrix(rowCount: 2, columnCount: 1)
    (matrix[0, 0], matrix[1, 0]) = (3 * scale, 4 * scale)
    #expect(abs(matrix.norm(ofColumn: 0) / (5 * scale) - 1) < 1e-15)
  }

  @Test("HC3 has no error where a row alone determines a parameter")
  func fullLeverage() {
    let problem = ClosureProblem(
      residualCount: 6,
      parameterCount: 2,
      residual: { row, b in Double(row) - b[0] - (row == 0 ? b[1] : 0) },
      slope: { row, column, _ in column == 0 || row == 0 ? -1 : 0 }
    )
    let fit = LevenbergMarquardt().minimize(problem, from: [0, 0])
    let robust = fit.covariance.heteroscedasticityRobust(
      jacobian: fit.jacobian,
      residuals: fit.residuals
    )
    #expect(robust == nil)
    #expect(fit.parameterCovariance != nil)
  }

  @Test("as many parameters as residuals: solved, without a variance")
  func noFreedom() {
    let fit = LevenbergMarquardt().minimize(line([1, 2], [3, 5]), from: [0, 0])
    #expect(abs(fit.parameters[1] - 2) < 1e-14)
    #expect(fit.residualVariance == nil)
    #expect(fit.standardErrors == [nil, nil])
  }

  @Test("HC3 of a mean is the sum of squared residuals over (n − 1)²")
  func robustMean() throws {
    let problem = ClosureProblem(
      residualCount: 8,
      parameterCount: 1,
      residual: { row, b in y[row] - b[0] },
      slope: { _, _, _ in -1 }
    )
    let fit = LevenbergMarquardt().minimize(problem, from: [0])
    let robust = try #require(
      fit.covariance.heteroscedasticityRobust(jacobian: fit.jacobian, residuals: fit.residuals)
    )
    // With leverage 1/n: n⁻² Σ r²/(1 − 1/n)² = Σ r²/(n − 1)².
    #expect(abs(robust[0, 0] / (fit.residualSumOfSquares / 49) - 1) < 1e-14)
  }
}

/// Where Levenberg-Marquardt ends from a start.
private func levenbergMarquardt(_ problem: some ResidualProblem, _ start: [Double]) -> LocalMinimum
{
  LevenbergMarquardt().minimize(problem, from: start).point
}

@Suite("Multistart")
struct MultistartTests {
  @Test("two minima, each with its starts, the lower first")
  func twoMinima() throws {
    // (b² − 4)² + (0.1 (b − 1))² has minima near 2 and −2.
    let problem = ClosureProblem(
      residualCount: 2,
      parameterCount: 1,
      residual: { row, b in row == 0 ? b[0] * b[0] - 4 : 0.1 * (b[0] - 1) },
      slope: { row, _, b in row == 0 ? 2 * b[0] : 0.1 }
    )
    let starts = [3.0, 1, 5, 0.5, -1, -7, 2].map { [$0] }
    let result = Multistart().run(starts: starts) { levenbergMarquardt(problem, $0) }
    #expect(result.minima.map(\.startCount).reduce(0, +) + result.unconvergedCount == 7)
    #expect(result.minima.count == 2)
    let best = try #require(result.best)
    #expect(abs(best.parameters[0] - 2) < 0.01)
    #expect(result.minima[0].point.objective < result.minima[1].point.objective)
  }

  @Test("threads change nothing, to the bit", arguments: [2, 3, 8])
  func threads(_ count: Int) throws {
    let problem = try #require(NISTProblem.all.last { $0.testDescription == "Bennett5" })
    let starts = (1...20).map { factor in problem.data.firstStart.map { $0 * Double(factor) / 8 } }
    let alone = Multistart().run(starts: starts) { levenbergMarquardt(problem, $0) }
    let pool = WorkerPool(threadCount: count)
    #expect(alone.best != nil)
    let shared = Multistart().run(starts: starts, on: pool) { levenbergMarquardt(problem, $0) }
    #expect(shared == alone)
  }

  @Test("a checkpoint that throws stops every thread", arguments: [1, 2, 4])
  func checkpoint(_ threadCount: Int) throws {
    struct Stop: Error {}
    let problem = try #require(NISTProblem.all.last { $0.testDescription == "Bennett5" })
    let starts = Array(repeating: problem.data.firstStart, count: 100)
    let asked = Atomic<Int>(0)
    #expect(throws: Stop.self) {
      try Multistart().run(starts: starts, on: WorkerPool(threadCount: threadCount)) { start in
        if asked.add(1, ordering: .relaxed).newValue >= 5 { throw Stop() }
        return levenbergMarquardt(problem, start)
      }
    }
    // At most one more question for each fit that was under way.
    #expect(asked.load(ordering: .relaxed) < 5 + threadCount)
  }

  @Test("starts that never converge are counted, not minima")
  func unconverged() {
    let problem = ClosureProblem(
      residualCount: 2,
      parameterCount: 1,
      residual: { _, _ in .nan },
      slope: { _, _, _ in 1 }
    )
    let result = Multistart().run(starts: [[1], [2]]) { levenbergMarquardt(problem, $0) }
    #expect(result.best == nil)
    #expect(result.unconvergedCount == 2)
    #expect(result.startCount == 2)
    #expect(result.unfinished == nil)
  }

  @Test("the lowest of the fits that a limit stopped is kept")
  func unfinished() throws {
    var solver = LevenbergMarquardt()
    solver.iterationLimit = 2
    let problem = try #require(NISTProblem.all.last { $0.testDescription == "Bennett5" })
    let result = Multistart().run(starts: [problem.data.firstStart]) { [solver] start in
      solver.minimize(problem, from: start).point
    }
    #expect(result.best == nil)
    #expect(result.unconvergedCount == 1)
    #expect(result.unfinished?.termination == .iterationLimit)
  }
}

@Suite("Decompositions")
struct DecompositionTests {
  @Test("singular values of a Hilbert matrix keep their digits")
  func hilbert() {
    var matrix = DenseMatrix(rowCount: 6, columnCount: 6)
    for row in 0..<6 {
      for column in 0..<6 { matrix[row, column] = 1 / Double(row + column + 1) }
    }
    // Worked with mpmath at 50 digits: mp.svd_r(mp.hilbert(6)).
    let condition = 14951058.640131217
    let singular = SingularValueDecomposition(PivotedQR(matrix).triangle)
    // The matrix itself is only known to rounding, which moves its condition by 1e−16 · 1e7.
    #expect(abs(singular.conditionNumber / condition - 1) < 4e-9)
  }

  @Test("Q keeps lengths and R rebuilds the columns")
  func qr() {
    var matrix = DenseMatrix(rowCount: 4, columnCount: 3)
    let entries: [Double] = [1, 2, 3, 4, 2, 1, 0, 5, -1, 7, 2, 2]
    for index in entries.indices { matrix[index % 4, index / 4] = entries[index] }
    let factors = PivotedQR(matrix)
    for (place, column) in factors.permutation.enumerated() {
      #expect(
        abs(factors.triangle.norm(ofColumn: place) - matrix.norm(ofColumn: column)) < 1e-14
      )
      let rotated = factors.transposedProduct((0..<4).map { matrix[$0, column] })
      for row in 0..<3 { #expect(abs(rotated[row] - factors.triangle[row, place]) < 1e-14) }
    }
  }
}
