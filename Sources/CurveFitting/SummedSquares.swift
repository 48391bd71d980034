/// Half a sum of squared residuals by its normal equations, for ``GeodesicDescent``.
public protocol SummedSquares: Sendable {
  /// The number of parameters.
  var parameterCount: Int { get }

  /// The values each parameter may take, ends included; `nil` where all may take any.
  var bounds: [ClosedRange<Double>]? { get }

  /// The number of residuals.
  var residualCount: Int { get }

  /// Computes Σr²/2 and its gradient at ``Curvature/parameters``, with JᵀJ for the Hessian.
  ///
  /// What is not finite makes the descent step back.
  func evaluate(_ point: inout Curvature)

  /// Computes −Jᵀr″ for r″ the second derivative of the residuals along a line.
  ///
  /// - Parameters:
  ///   - change: How the parameters change along the line.
  ///   - point: The point, as ``evaluate(_:)`` left it.
  ///   - bend: Gets a number for each parameter.
  func bend(along change: [Double], at point: inout Curvature, into bend: inout [Double])
}
