import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a law expects of a run, with the error of its mean and the spread of single runs.
public struct LawPrediction: Sendable, Hashable {
  /// Parameters, *N*.
  public var parameters: Double

  /// Training tokens, *D*.
  public var tokens: Double

  /// Training compute, *C* = k N D, in FLOPs.
  public var compute: Double

  /// The expected loss, `L`; its interval covers the law's mean, not a run.
  public var mean: Estimate

  /// The same with the noise of a run added: its interval covers the loss of one further run.
  public var singleRun: Estimate

  /// How far the place is beyond the fitted runs.
  public var extrapolation: Extrapolation
}

/// How far a place lies beyond the fitted runs: 1 within them, 2 at twice the largest or half the least.
public struct Extrapolation: Sendable, Hashable {
  /// The factor in N; `nil` where the runs' extent is not known.
  public var parameters: Double?

  /// The factor in D.
  public var tokens: Double?

  /// The factor in C.
  public var compute: Double?

  /// The largest known one.
  public var largest: Double? { [parameters, tokens, compute].compactMap(\.self).max() }

  /// Measures how far a place is out.
  public init(
    parameters: Double,
    tokens: Double,
    compute: Double,
    beyond range: CoefficientSet.FittedRange
  ) {
    self.parameters = Self.factor(parameters, range.parameters)
    self.tokens = Self.factor(tokens, range.tokens)
    self.compute = Self.factor(compute, range.compute)
  }

  /// max(1, x/high, low/x).
  public static func factor(_ value: Double, _ range: ClosedRange<Double>?) -> Double? {
    range.map { max(1, value / $0.upperBound, $0.lowerBound / value) }
  }
}

// MARK: - Predicting

extension FittedLaw {
  /// k, 6 where the file does not say.
  public var k: Double { flopsPerTokenParameter ?? 6 }

  /// The loss of a run of these parameters and tokens.
  ///
  /// From draws, error and interval of the mean are their standard deviation and percentiles;
  /// from a covariance they are those of the delta method on ln L, with Student's t.
  ///
  /// - Precondition: Both are positive, and `level` lies between 0 and 1.
  public func prediction(
    parameters: Double,
    tokens: Double,
    level: Double = 0.95
  ) -> LawPrediction {
    precondition(parameters > 0 && tokens > 0, "parameters and tokens are positive")
    let place = LogRun(
      parameters: parameters,
      tokens: tokens,
      flopsPerTokenParameter: k
    )
    let drawn = draws?.map { law.form.loss(at: place, coefficients: $0) }
    return prediction(parameters, tokens, place, drawn, level)
  }

  /// The loss of a run of a table, at the compute and the repeats the table gives it.
  public func prediction(of run: Run, level: Double = 0.95) -> LawPrediction {
    let place = LogRun(run)
    let drawn = draws?.map { law.form.loss(at: place, coefficients: $0) }
    var prediction = prediction(run.parameters, run.tokens, place, drawn, level)
    prediction.compute = run.compute
    prediction.extrapolation.compute = Extrapolation.factor(run.compute, fittedRange.compute)
    return prediction
  }

  /// The loss of the best split of a budget, each draw at the best split of its own.
  ///
  /// - Parameters:
  ///   - compute: The budget, in FLOPs.
  ///   - level: The probability with which intervals cover.
  /// - Returns: The prediction, or `nil` where the law has no optimum in closed form.
  /// - Precondition: `compute` is positive, and `level` lies between 0 and 1.
  public func optimumPrediction(compute: Double, level: Double = 0.95) -> LawPrediction? {
    let frontier = LossFrontier(law, flopsPerTokenParameter: k)
    guard let best = frontier.allocation(compute: compute),
      let place = frontier.place(logCompute: log(compute))
    else { return nil }
    let drawn = frontierDraws(compute)
    var prediction = prediction(best.parameters, best.tokens, place, drawn, level)
    prediction.compute = compute
    return prediction
  }

  /// The least loss of a budget, ``LossFrontier/loss(compute:)`` with its interval.
  ///
  /// The loss does not change with the split at the optimum (the envelope theorem), so by a covariance
  /// its error is that of the law there.
  ///
  /// - Parameters:
  ///   - compute: The budget, in FLOPs.
  ///   - level: The probability with which the interval covers.
  /// - Returns: The loss, or `nil` where the law has no frontier.
  public func frontierLoss(compute: Double, level: Double = 0.95) -> Estimate? {
    let frontier = LossFrontier(law, flopsPerTokenParameter: k)
    return frontier.place(logCompute: log(compute)).map {
      mean(at: $0, frontierDraws(compute), level)
    }
  }

  private func frontierDraws(_ compute: Double) -> [Double]? {
    draws?.map { row in
      let drawn = ScalingLaw(form: law.form, coefficients: row)
      return LossFrontier(drawn, flopsPerTokenParameter: k).loss(compute: compute) ?? .nan
    }
  }

  private func prediction(
    _ parameters: Double,
    _ tokens: Double,
    _ place: LogRun,
    _ drawn: [Double]?,
    _ level: Double
  ) -> LawPrediction {
    precondition(level > 0 && level < 1, "a level of \(level) is no probability")
    let mean = mean(at: place, drawn, level)
    let compute = k * parameters * tokens
    return LawPrediction(
      parameters: parameters,
      tokens: tokens,
      compute: compute,
      mean: mean,
      singleRun: singleRun(mean, level),
      extrapolation: Extrapolation(
        parameters: parameters,
        tokens: tokens,
        compute: compute,
        beyond: fittedRange
      )
    )
  }

  private func mean(at place: LogRun, _ drawn: [Double]?, _ level: Double) -> Estimate {
    let value = law.form.loss(at: place, coefficients: law.coefficients)
    var estimate = Estimate(name: "L", value: value, level: level)
    if let drawn {
      estimate.spread(of: drawn)
    } else if let logError = logError(at: place) {
      estimate.standardError = value * logError
      let reach = exp(quantile(level) * logError)
      if (value * reach).isFinite { estimate.interval = (value / reach)...(value * reach) }
    } else {
      estimate.reason = Self.withoutErrors
    }
    return estimate
  }

  /// √(gᵀ V g), g the gradient of ln L by the scaled coefficients.
  private func logError(at place: LogRun) -> Double? {
    covariance?.variance(along: law.logLossGradient(at: place)).squareRoot()
  }

  private func quantile(_ level: Double) -> Double {
    Estimate.reach(level: level, degreesOfFreedom: degreesOfFreedom)
  }

  /// The mean's error and the noise of a run, independent of one another, added on the residuals' scale.
  private func singleRun(_ mean: Estimate, _ level: Double) -> Estimate {
    var estimate = Estimate(name: "L of a run", value: mean.value, level: level)
    guard let error = mean.standardError else {
      estimate.reason = mean.reason
      return estimate
    }
    guard let noise = residualStandardError, let objective else {
      estimate.reason = "the law comes without the noise of its runs"
      return estimate
    }
    let value = mean.value
    switch objective.residual {
    case .logLoss:
      let spread = (error / value * (error / value) + noise * noise).squareRoot()
      let reach = exp(quantile(level) * spread)
      estimate.standardError = value * spread
      if (value * reach).isFinite { estimate.interval = (value / reach)...(value * reach) }
    case .loss:
      let spread = (error * error + noise * noise).squareRoot()
      estimate.standardError = spread
      let reach = quantile(level) * spread
      if reach.isFinite { estimate.interval = (value - reach)...(value + reach) }
    }
    return estimate
  }
}
