#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension FitResult {
  /// The split of a budget with the least loss, with intervals from the full covariance.
  ///
  /// At a budget of ``LawFit/profiledBudgets`` the interval of the profile likelihood stands beside.
  ///
  /// - Parameters:
  ///   - compute: The budget, in FLOPs.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  /// - Returns: The optimum, or `nil` where the law has none in closed form.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double = 6
  ) -> OptimumEstimate? {
    var optimum = OptimumEstimate(
      of: law,
      compute: compute,
      flopsPerTokenParameter: flopsPerTokenParameter,
      drawn: draws?.laws(law.form),
      estimate: logarithmicEstimate
    )
    let profile = profiles?.optimum(
      compute: compute,
      flopsPerTokenParameter: flopsPerTokenParameter
    )
    optimum?.parameters.profile = profile?.parameters.interval
    optimum?.tokens.profile = profile?.tokens.interval
    optimum?.tokensPerParameter.profile = profile?.tokensPerParameter.interval
    return optimum
  }

  /// The loss the law expects of a run, with the error of the fit's mean there.
  ///
  /// - Precondition: `parameters` and `tokens` are positive.
  public func lossEstimate(parameters: Double, tokens: Double) -> Estimate {
    logarithmicEstimate(
      "L",
      law.loss(parameters: parameters, tokens: tokens),
      law.logLossGradient(at: LogRun(parameters: parameters, tokens: tokens)),
      draws?.laws(law.form).map { log($0.loss(parameters: parameters, tokens: tokens)) }
    )
  }

  private func logarithmicEstimate(
    _ name: String,
    _ value: Double,
    _ gradient: [Double],
    _ drawn: [Double]?
  ) -> Estimate {
    estimate(name, value, .logarithmic, gradient, scaledCovariance, drawn: drawn)
  }
}
