/// A problem in which some residuals count more: each is multiplied by the root of its weight.
public struct WeightedProblem<Base: ResidualProblem>: ResidualProblem {
  private let base: Base
  private let roots: [Double]

  /// Creates a weighted problem.
  ///
  /// - Precondition: There is one weight a residual, none negative.
  public init(_ base: Base, weights: [Double]) {
    precondition(weights.count == base.residualCount, "one weight a residual")
    precondition(weights.allSatisfy { $0 >= 0 }, "weights are not negative")
    self.base = base
    roots = weights.map { $0.squareRoot() }
  }

  /// As many as there are weights.
  public var residualCount: Int { base.residualCount }
  /// That of the problem.
  public var parameterCount: Int { base.parameterCount }
  /// Those of the problem.
  public var bounds: [ClosedRange<Double>]? { base.bounds }

  /// Residuals, each times the root of its weight.
  public func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>) {
    base.residuals(at: parameters, into: &residuals)
    for (row, root) in roots.enumerated() { residuals[row] *= root }
  }

  /// Derivatives, each row times the root of its weight.
  public func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix) {
    base.jacobian(at: parameters, into: &jacobian)
    for column in 0..<parameterCount {
      for (row, root) in roots.enumerated() { jacobian[row, column] *= root }
    }
  }
}
