/// A least-squares problem: residuals as a function of parameters, with their derivatives.
///
/// The solver minimizes the sum of squared residuals and knows nothing else of the matter. The
/// residual of an observation is observed minus predicted; its row of the Jacobian is then minus
/// the gradient of the prediction. Starts are searched on several threads, hence `Sendable`.
public protocol ResidualProblem: Sendable {
  /// The number of residuals.
  var residualCount: Int { get }

  /// The number of parameters, at most ``residualCount``.
  var parameterCount: Int { get }

  /// The values each parameter may take, ends included; `nil` where all may take any.
  var bounds: [ClosedRange<Double>]? { get }

  /// Writes the residuals at some parameters.
  ///
  /// A residual that is not finite makes the solver step back.
  func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>)

  /// Writes the derivative of each residual (row) by each parameter (column).
  func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix)
}

extension ResidualProblem {
  /// No bounds.
  public var bounds: [ClosedRange<Double>]? { nil }
}
