/// Parameters with their residuals and, once asked for, their derivatives.
struct EvaluatedPoint {
  private(set) var parameters: [Double]
  private(set) var residuals: [Double]
  private(set) var sumOfSquares: Double
  private(set) var jacobian: DenseMatrix
  private(set) var columnNorms: [Double] = []

  init(problem: some ResidualProblem, parameters: [Double]) {
    self.parameters = parameters
    var residuals = [Double](repeating: 0, count: problem.residualCount)
    var span = residuals.mutableSpan
    problem.residuals(at: parameters.span, into: &span)
    self.residuals = residuals
    sumOfSquares = residuals.reduce(0) { $0 + $1 * $1 }
    jacobian = DenseMatrix(rowCount: 0, columnCount: 0)
  }

  var isDifferentiated: Bool { !columnNorms.isEmpty }

  /// Whether the residuals, and the derivatives if there are any, are all numbers.
  var isFinite: Bool { sumOfSquares.isFinite && columnNorms.allSatisfy(\.isFinite) }

  /// Computes the derivatives.
  mutating func differentiate(_ problem: some ResidualProblem) {
    var matrix = DenseMatrix(rowCount: problem.residualCount, columnCount: problem.parameterCount)
    problem.jacobian(at: parameters.span, into: &matrix)
    jacobian = matrix
    columnNorms = (0..<problem.parameterCount).map { matrix.norm(ofColumn: $0) }
  }

  /// The parameters that may move: all but those at a bound that the objective pushes against.
  func freeParameters(_ bounds: [ClosedRange<Double>]?) -> [Int] {
    guard let bounds else { return Array(parameters.indices) }
    return parameters.indices.filter { index in
      if bounds[index].lowerBound == bounds[index].upperBound { return false }
      let slope = jacobian.dot(index, residuals)
      if parameters[index] <= bounds[index].lowerBound { return slope < 0 }
      if parameters[index] >= bounds[index].upperBound { return slope > 0 }
      return true
    }
  }

  /// How much the sum of squares falls, without subtracting two nearly equal sums.
  func reduction(to other: EvaluatedPoint) -> Double {
    zip(residuals, other.residuals).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 + $1.1) }
  }
}
