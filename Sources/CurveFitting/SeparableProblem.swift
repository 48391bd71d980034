/// A least-squares problem whose model is linear in some parameters: y ≈ Φ(a) c.
///
/// The columns of Φ are functions of the nonlinear parameters a alone; given them, the best c
/// follows from a linear solve. ``VariableProjection`` therefore searches over a only. Weights
/// stand in both sides: each row of y and Φ is multiplied by the root of its weight.
public protocol SeparableProblem: Sendable {
  /// What is fitted, y, one number a row.
  var observations: [Double] { get }

  /// The number of columns of Φ and of linear parameters.
  var linearCount: Int { get }

  /// The number of nonlinear parameters.
  var nonlinearCount: Int { get }

  /// The values each nonlinear parameter may take, ends included; `nil` where all may take any.
  var bounds: [ClosedRange<Double>]? { get }

  /// Writes Φ, a row an observation and a column a linear parameter.
  func basis(at nonlinear: Span<Double>, into basis: inout DenseMatrix)

  /// Writes the derivative of Φ by one nonlinear parameter, shaped like Φ.
  ///
  /// `derivative` comes with zeros; columns that do not depend on the parameter may be left alone.
  func basisDerivative(
    at nonlinear: Span<Double>,
    by parameter: Int,
    into derivative: inout DenseMatrix
  )
}

extension SeparableProblem {
  /// No bounds.
  public var bounds: [ClosedRange<Double>]? { nil }
}

extension SeparableProblem {
  /// Φ at nonlinear parameters.
  func basis(at nonlinear: Span<Double>) -> DenseMatrix {
    var basis = DenseMatrix(rowCount: observations.count, columnCount: linearCount)
    self.basis(at: nonlinear, into: &basis)
    return basis
  }

  /// The derivative of Φ by a nonlinear parameter.
  func basisDerivative(at nonlinear: Span<Double>, by parameter: Int) -> DenseMatrix {
    var derivative = DenseMatrix(rowCount: observations.count, columnCount: linearCount)
    basisDerivative(at: nonlinear, by: parameter, into: &derivative)
    return derivative
  }
}
