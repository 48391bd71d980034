/// A function of parameters with its gradient and Hessian, to be minimized by ``NewtonMinimizer``.
public protocol CurvedFunction: Sendable {
  /// The number of parameters.
  var parameterCount: Int { get }

  /// The values each parameter may take, ends included; `nil` where all may take any.
  var bounds: [ClosedRange<Double>]? { get }

  /// Computes value, gradient and Hessian at ``Curvature/parameters``.
  ///
  /// What is not finite makes the minimizer step back.
  func evaluate(_ point: inout Curvature)
}

/// A function at a point: its value and first two derivatives, in memory that is used again.
public struct Curvature: Sendable {
  /// Where.
  public var parameters: [Double]

  /// The value.
  public var value = 0.0

  /// The derivative by each parameter.
  public var gradient: [Double]

  /// The second derivatives, symmetric, row by row.
  public var hessian: [Double]

  /// What each component of the gradient would be if its parts did not cancel, the sum of their sizes.
  ///
  /// A parameter of none has no effect.
  public var scales: [Double]

  /// A value that rounding alone could make.
  public var roundoff = 0.0

  /// Memory for a function's own use.
  public var scratch: [Double] = []

  /// Creates a point.
  public init(parameters: [Double]) {
    self.parameters = parameters
    gradient = Array(repeating: 0, count: parameters.count)
    hessian = Array(repeating: 0, count: parameters.count * parameters.count)
    scales = gradient
  }
}
