import CurveFitting

/// What single runs do to a least-squares fit, one number a run each.
///
/// In the linear approximation about the minimum: Cook and Weisberg, Residuals and influence in
/// regression, 1982; Belsley, Kuh and Welsch, Regression diagnostics, 1980.
public struct Influence: Sendable, Hashable {
  /// How much each run pulls its own prediction: hᵢ of the hat matrix J (JᵀJ)⁻¹ Jᵀ.
  ///
  /// They add up to the number of coefficients the fit moved.
  public var leverages: [Double]

  /// Residuals over their standard errors by the noise of all other runs; Student's t if noise is
  /// normal.
  public var studentizedResiduals: [Double]

  /// How far all predictions move without each run, in units of the noise (Cook's distance).
  public var cooksDistances: [Double]

  /// Each coefficient with a run less that without it, in standard errors: one row a run (DFBETAS).
  public var coefficientShifts: [[Double]]

  /// Derives influence from a fit.
  ///
  /// - Returns: `nil` for other objectives than least squares, without a minimum or two degrees of
  ///   freedom, without residuals, and where the runs do not determine the coefficients.
  public init?(_ result: FitResult) {
    let fit = result.fit
    guard result.objective.isLeastSquares, result.isConverged, result.degreesOfFreedom > 1,
      result.residualSumOfSquares > 0, let inverse = fit.covariance.inverseNormalMatrix
    else { return nil }
    let degrees = Double(result.degreesOfFreedom)
    let (sum, free) = (result.residualSumOfSquares, Double(result.freeCount))
    leverages = []
    studentizedResiduals = []
    cooksDistances = []
    coefficientShifts = []
    for (row, residual) in fit.residuals.enumerated() {
      let gradient = (0..<fit.jacobian.columnCount).map { fit.jacobian[row, $0] }
      let pull = inverse.times(gradient)
      let leverage = zip(gradient, pull).reduce(0) { $0 + $1.0 * $1.1 }
      // One that is alone in determining a coefficient comes out short of 1 by rounding.
      let rest = max(1 - leverage, .ulpOfOne)
      let others = max(0, sum - residual * residual / rest) / (degrees - 1)
      leverages.append(leverage)
      studentizedResiduals.append(residual / (others * rest).squareRoot())
      cooksDistances.append(
        residual * residual * leverage / (free * (sum / degrees) * rest * rest)
      )
      coefficientShifts.append(
        pull.enumerated().map { place, value in
          // The Jacobian is that of the residuals, minus that of the predictions.
          let error = (others * inverse[place, place]).squareRoot()
          return error > 0 ? -value * residual / rest / error : 0
        }
      )
    }
  }
}
