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
  /// - Parameters:
  ///   - compute: The budget, in FLOPs.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  /// - Returns: The optimum, or `nil` where the law has none in closed form.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double = 6
  ) -> OptimumEstimate? {
    OptimumEstimate(
      of: law,
      compute: compute,
      flopsPerTokenParameter: flopsPerTokenParameter,
      drawn: draws?.laws(law.form),
      estimate: logarithmicEstimate
    )
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
