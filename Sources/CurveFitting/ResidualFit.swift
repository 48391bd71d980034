/// A minimum with the residuals and derivatives there, as facts; statistics are derived from them.
///
/// A fit that stopped early is a result, not an error: read ``termination`` before trusting
/// ``parameters``.
public struct ResidualFit: Sendable, Hashable {
  /// The parameters at the end.
  public var parameters: [Double]

  /// What was minimized, at the end; for least squares the sum of squares.
  public var objective: Double

  /// The residuals there.
  public var residuals: [Double]

  /// The derivative of each residual (row) by each parameter (column) there.
  public var jacobian: DenseMatrix

  /// What ``jacobian`` says about the parameters' uncertainty.
  public var covariance: ParameterCovariance

  /// The parameters that ended at one of their bounds, by index.
  public var parametersAtBound: [Int]

  /// The share of the residuals' length that a linear step inside the bounds could still remove.
  ///
  /// |P r|/|r| with P the projection on the Jacobian's columns: at least the cosine of the residuals
  /// with each of them, and zero at a minimum, whatever the scale of anything (the criterion of
  /// Bates and Watts, Technometrics 23, 1981).
  public var relativeGradient: Double

  /// Why the iteration stopped.
  public var termination: Termination

  /// The number of steps taken.
  public var iterations: Int

  /// The number of times the residuals were computed.
  public var evaluations: Int

  /// Collects the facts.
  public init(
    parameters: [Double],
    objective: Double,
    residuals: [Double],
    jacobian: DenseMatrix,
    covariance: ParameterCovariance,
    parametersAtBound: [Int],
    relativeGradient: Double,
    termination: Termination,
    iterations: Int,
    evaluations: Int
  ) {
    self.parameters = parameters
    self.objective = objective
    self.residuals = residuals
    self.jacobian = jacobian
    self.covariance = covariance
    self.parametersAtBound = parametersAtBound
    self.relativeGradient = relativeGradient
    self.termination = termination
    self.iterations = iterations
    self.evaluations = evaluations
  }
}

extension ResidualFit {
  /// The minimum without its residuals; each parameter's scale is the norm of its column.
  public var point: LocalMinimum {
    LocalMinimum(
      parameters: parameters,
      objective: objective,
      scales: parameters.indices.map { jacobian.norm(ofColumn: $0) },
      parametersAtBound: parametersAtBound,
      relativeGradient: relativeGradient,
      termination: termination,
      iterations: iterations,
      evaluations: evaluations
    )
  }
}

// MARK: - Statistics

extension ResidualFit {
  /// Whether the iteration reached a minimum.
  public var isConverged: Bool { termination.isConverged }

  /// The sum of squared residuals.
  public var residualSumOfSquares: Double { residuals.reduce(0) { $0 + $1 * $1 } }

  /// Residuals less parameters.
  public var degreesOfFreedom: Int { residuals.count - parameters.count }

  /// The estimate of the variance of one residual, or `nil` without degrees of freedom.
  public var residualVariance: Double? {
    degreesOfFreedom > 0 ? residualSumOfSquares / Double(degreesOfFreedom) : nil
  }

  /// The covariance of the parameters if all residuals have one variance; `nil` if not known.
  ///
  /// Rows and columns of parameters at a bound are zero: they were held there.
  public var parameterCovariance: DenseMatrix? {
    guard let residualVariance else { return nil }
    return covariance.scaled(by: residualVariance)
  }

  /// The standard error of each parameter, `nil` where it cannot be known.
  public var standardErrors: [Double?] {
    guard let matrix = parameterCovariance else {
      return Array(repeating: nil, count: parameters.count)
    }
    return parameters.indices.map { index in
      parametersAtBound.contains(index) ? nil : matrix[index, index].squareRoot()
    }
  }
}
