import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The optimum at a budget with the errors the fit gives it.
public struct OptimumEstimate: Sendable, Hashable {
  /// The training compute, *C*, in FLOPs.
  public var compute: Double

  /// The optimal number of parameters, `N`.
  public var parameters: Estimate

  /// The optimal number of tokens, `D`.
  public var tokens: Estimate

  /// The optimal tokens for each parameter, `D/N`.
  public var tokensPerParameter: Estimate

  /// The expected loss there, `L`: the error of the law's mean, without that of a single run.
  public var loss: Estimate
}

extension FitResult {
  /// The split of a budget with the least loss, with intervals from the full covariance.
  ///
  /// All four are on a logarithmic scale: ln N = ln G + a ln(C/k), ln D = b ln(C/k) − ln G. At the
  /// optimum the loss does not change with the split (the envelope theorem), so its error is that of
  /// the law at the fixed point.
  ///
  /// - Parameters:
  ///   - compute: The budget, in FLOPs.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  /// - Returns: The optimum, or `nil` where the law has none in closed form.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double = 6
  ) -> OptimumEstimate? {
    let derived = law.form.derivedQuantities(coefficients: law.coefficients)
    guard
      let best = law.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter),
      let factor = derived.first(where: { $0.name == "G" })?.gradient,
      let exponent = derived.first(where: { $0.name == "a" })
    else { return nil }
    let slope = exponent.scale.naturalSlope(at: exponent.scale.scaled(exponent.value))
    let logProduct = log(compute / flopsPerTokenParameter)
    // The product N D is given, so ln D moves against ln N.
    let logParameters = zip(factor, exponent.gradient).map { $0 + logProduct * slope * $1 }
    let drawn = draws?.laws(law.form).compactMap {
      $0.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter)
    }
    var loss = lossEstimate(parameters: best.parameters, tokens: best.tokens)
    if let drawn { loss.spread(of: drawn.map(\.loss)) }
    return OptimumEstimate(
      compute: compute,
      parameters: logarithmicEstimate(
        "N",
        best.parameters,
        logParameters,
        drawn?.map(\.parameters)
      ),
      tokens: logarithmicEstimate(
        "D",
        best.tokens,
        logParameters.map { -$0 },
        drawn?.map(\.tokens)
      ),
      tokensPerParameter: logarithmicEstimate(
        "D/N",
        best.tokensPerParameter,
        logParameters.map { -2 * $0 },
        drawn?.map(\.tokensPerParameter)
      ),
      loss: loss
    )
  }

  /// The loss the law expects of a run, with the error of the fit's mean there.
  ///
  /// - Precondition: `parameters` and `tokens` are positive.
  public func lossEstimate(parameters: Double, tokens: Double) -> Estimate {
    var gradient = [Double](repeating: 0, count: coefficientCount)
    var span = gradient.mutableSpan
    law.form.logLossGradient(
      LogRun(parameters: parameters, tokens: tokens),
      scaled: fit.parameters.span,
      gradient: &span
    )
    return logarithmicEstimate(
      "L",
      law.loss(parameters: parameters, tokens: tokens),
      gradient,
      draws?.laws(law.form).map { $0.loss(parameters: parameters, tokens: tokens) }
    )
  }

  private func logarithmicEstimate(
    _ name: String,
    _ value: Double,
    _ gradient: [Double],
    _ drawn: [Double]?
  ) -> Estimate {
    estimate(
      name,
      value,
      .logarithmic,
      gradient,
      scaledCovariance,
      drawn: drawn?.map { log($0) }
    )
  }
}
