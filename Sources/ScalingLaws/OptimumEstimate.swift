import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The optimum at a budget with the errors that a fit gives it.
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

extension OptimumEstimate {
  /// Estimates a quantity from its name, its value, the gradient of its logarithm by the scaled
  /// coefficients, and the logarithms that draws give it.
  typealias Estimator = (String, Double, [Double], [Double]?) -> Estimate

  /// Estimates the best split of a budget; `nil` where the law has no optimum in closed form.
  ///
  /// All four are on a logarithmic scale: ln N = ln G + a ln(C/k), ln D = b ln(C/k) − ln G. At the
  /// optimum the loss does not change with the split (the envelope theorem), so its error is that of
  /// the law at the fixed point.
  ///
  /// - Parameters:
  ///   - law: The law.
  ///   - compute: The budget, in FLOPs.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  ///   - drawn: Other laws that the fit could have found; `nil` without draws.
  ///   - estimate: Gives a quantity its error.
  init?(
    of law: ScalingLaw,
    compute: Double,
    flopsPerTokenParameter: Double,
    drawn: [ScalingLaw]?,
    estimate: Estimator
  ) {
    guard
      let best = law.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter),
      let logParameters = law.logOptimumGradient(
        logProduct: log(compute / flopsPerTokenParameter)
      )
    else { return nil }
    let splits = drawn?.compactMap {
      $0.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter)
    }
    func logs(_ quantity: (Allocation) -> Double) -> [Double]? {
      splits?.map { log(quantity($0)) }
    }
    self.compute = compute
    parameters = estimate("N", best.parameters, logParameters, logs(\.parameters))
    // The product N D is given, so ln D moves against ln N.
    tokens = estimate("D", best.tokens, logParameters.map { -$0 }, logs(\.tokens))
    tokensPerParameter = estimate(
      "D/N",
      best.tokensPerParameter,
      logParameters.map { -2 * $0 },
      logs(\.tokensPerParameter)
    )
    let place = LogRun(parameters: best.parameters, tokens: best.tokens)
    loss = estimate("L", best.loss, law.logLossGradient(at: place), logs(\.loss))
  }
}

extension ScalingLaw {
  /// The derivatives of ln L by the scaled coefficients.
  func logLossGradient(at place: LogRun) -> [Double] {
    var gradient = [Double](repeating: 0, count: coefficients.count)
    var span = gradient.mutableSpan
    form.logLossGradient(place, scaled: form.scaled(coefficients).span, gradient: &span)
    return gradient
  }

  /// The derivatives of ln N* = ln G + a ln(N D) by the scaled coefficients; `nil` without a closed
  /// form.
  fileprivate func logOptimumGradient(logProduct: Double) -> [Double]? {
    let derived = form.derivedQuantities(coefficients: coefficients)
    guard let factor = derived.first(where: { $0.name == "G" })?.gradient,
      let exponent = derived.first(where: { $0.name == "a" })
    else { return nil }
    let slope = exponent.scale.naturalSlope(at: exponent.scale.scaled(exponent.value))
    return zip(factor, exponent.gradient).map { $0 + logProduct * slope * $1 }
  }
}
