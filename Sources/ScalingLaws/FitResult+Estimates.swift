public import CurveFitting

extension FitResult {
  /// The covariance of the scaled coefficients; `nil` where it cannot be known.
  ///
  /// That of the draws where there are any, else that of ``errorModel``, which least squares have.
  /// Rows and columns of coefficients at a bound are zero.
  public var scaledCovariance: DenseMatrix? {
    guard isConverged else { return nil }
    if let draws { return draws.covariance }
    guard objective.isLeastSquares else { return nil }
    return switch errorModel {
    case .homoscedastic: residualStandardError.flatMap { fit.covariance.scaled(by: $0 * $0) }
    case .heteroscedastic:
      fit.covariance.heteroscedasticityRobust(jacobian: fit.jacobian, residuals: fit.residuals)
    }
  }

  /// The coefficients in formula order, then the derived quantities.
  public var estimates: [Estimate] { coefficientEstimates + derivedEstimates }

  /// The estimate of a name, or `nil`.
  public subscript(name: String) -> Estimate? { estimates.first { $0.name == name } }

  /// The coefficients in formula order.
  public var coefficientEstimates: [Estimate] {
    let covariance = scaledCovariance
    return law.form.coefficients.enumerated().map { index, coefficient in
      var direction = [Double](repeating: 0, count: coefficientCount)
      direction[index] = 1
      return estimate(
        coefficient.name,
        law.coefficients[index],
        coefficient.scale,
        direction,
        covariance,
        drawn: draws?.coefficients.map { $0[index] }
      )
    }
  }

  /// What follows from the coefficients, with errors from their full covariance.
  public var derivedEstimates: [Estimate] {
    let covariance = scaledCovariance
    let drawn = draws?.laws(law.form).map {
      $0.form.derivedQuantities(coefficients: $0.coefficients)
    }
    let quantities = law.form.derivedQuantities(coefficients: law.coefficients)
    return quantities.enumerated().map { place, quantity in
      estimate(
        quantity.name,
        quantity.value,
        quantity.scale,
        quantity.gradient,
        covariance,
        drawn: drawn?.map { quantity.scale.scaled($0[place].value) }
      )
    }
  }

  /// The correlation of two scaled coefficients (log A with alpha, say), or `nil` if not known.
  public func correlation(_ first: Int, _ second: Int) -> Double? {
    guard let covariance = scaledCovariance else { return nil }
    let scale = (covariance[first, first] * covariance[second, second]).squareRoot()
    guard scale > 0 else { return nil }
    return first == second ? 1 : covariance[first, second] / scale
  }

  /// The value with the error of its scaled version, whose gradient is given, and its draws if any.
  func estimate(
    _ name: String,
    _ value: Double,
    _ scale: Coefficient.Scale,
    _ gradient: [Double],
    _ covariance: DenseMatrix?,
    drawn: [Double]?
  ) -> Estimate {
    var estimate = Estimate(name: name, value: value, level: level)
    estimate.profile = profiles?[name]?.interval
    if let reason = reasonWithoutError(gradient, covariance) {
      estimate.reason = reason
    } else if let drawn {
      estimate.spread(of: drawn.map(scale.natural))
    } else if let covariance {
      estimate.spread(
        ofScaledError: covariance.variance(along: gradient).squareRoot(),
        on: scale,
        degreesOfFreedom: degreesOfFreedom
      )
    }
    return estimate
  }

  private func reasonWithoutError(_ gradient: [Double], _ covariance: DenseMatrix?) -> String? {
    guard isConverged else { return "the fit did not converge" }
    guard draws != nil || objective.isLeastSquares else {
      return "only resamples tell the error of a robust fit, and none were asked for"
    }
    if let draws, draws.coefficients.count < 2 { return "no two resamples have a minimum" }
    if let held = fit.parametersAtBound.first(where: { gradient[$0] != 0 }) {
      let name = law.form.coefficients[held].name
      return isFixed(name) ? "\(name) is fixed" : "\(name) is held at its bound"
    }
    if let term = vanishedTerm(gradient) { return "the term \(term.name) has vanished" }
    guard covariance == nil else { return nil }
    return errorModel == .heteroscedastic && fit.parameterCovariance != nil
      ? "one run alone determines a coefficient, so HC3 cannot tell its noise"
      : "the runs do not determine the coefficients"
  }
}
