import CurveFitting

extension FittedLaw {
  /// Why a coefficient of a file has no error where the file gives neither error nor reason.
  static let unsaid = "the file does not say"

  /// Why nothing that follows from a law has an error.
  static let withoutErrors = "the law comes without draws and without a covariance"

  /// The level of the intervals that the fit gave the coefficients.
  public var level: Double { estimates.first?.level ?? 0.95 }

  /// Whether anything is said of the law's errors, be it why there are none.
  package var tellsErrors: Bool {
    sampleSource != nil || estimates.contains { $0.reason != Self.unsaid }
  }

  /// The split of a budget with the least loss, with the intervals that the fit itself would give.
  ///
  /// From draws, errors and intervals are their standard deviations and percentiles, each draw at its
  /// own best split; from a covariance they are those of the delta method on logarithms, with
  /// Student's t. A quantity that depends on a coefficient without an error has none, for the same
  /// reason. ``FitResult/optimum(compute:flopsPerTokenParameter:)`` of the fit gives the same.
  ///
  /// - Parameters:
  ///   - compute: The budget, in FLOPs.
  ///   - flopsPerTokenParameter: k in C = k · N · D; that of the file where it is `nil`.
  ///   - level: The probability with which intervals cover; that of the fit where it is `nil`.
  /// - Returns: The optimum, or `nil` where the law has none in closed form.
  /// - Precondition: `level` lies between 0 and 1.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double? = nil,
    level: Double? = nil
  ) -> OptimumEstimate? {
    let level = level ?? self.level
    precondition(level > 0 && level < 1, "a level of \(level) is no probability")
    return OptimumEstimate(
      of: law,
      compute: compute,
      flopsPerTokenParameter: flopsPerTokenParameter ?? k,
      drawn: draws?.map { ScalingLaw(form: law.form, coefficients: $0) }
    ) { name, value, gradient, drawn in
      estimate(Estimate(name: name, value: value, level: level), gradient, drawn)
    }
  }

  /// A logarithmic quantity with the error that draws or the covariance give it.
  private func estimate(
    _ bare: Estimate,
    _ gradient: [Double],
    _ drawn: [Double]?
  ) -> Estimate {
    var estimate = bare
    let scale = Coefficient.Scale.logarithmic
    if let reason = reasonWithoutError(gradient) {
      estimate.reason = reason
    } else if let drawn {
      estimate.spread(of: drawn.map(scale.natural))
    } else if let covariance {
      estimate.spread(
        ofScaledError: covariance.variance(along: gradient).squareRoot(),
        on: scale,
        degreesOfFreedom: degreesOfFreedom
      )
    } else {
      estimate.reason = Self.withoutErrors
    }
    return estimate
  }

  /// Why the fit gave a coefficient no error on which the quantity depends, where the file says it.
  private func reasonWithoutError(_ gradient: [Double]) -> String? {
    for (estimate, slope) in zip(estimates, gradient)
    where slope != 0 && estimate.standardError == nil && estimate.reason != Self.unsaid {
      if let reason = estimate.reason { return reason }
    }
    return nil
  }
}
