import LossNumerics

/// What replicated runs say of the noise, and with it of the law.
///
/// Runs of one N, D and U differ in nothing but noise (pure error). Where what the law leaves is
/// more than that, the law is wrong: F = (SS_fit/df_fit)/(SS_pure/df_pure), Draper and Smith,
/// Applied regression analysis, 1998, section 2.1. A row that repeats another in its loss too
/// counts once.
public struct LackOfFit: Sendable, Hashable {
  /// How many places were run more than once.
  public var groupCount: Int

  /// How many runs that are, repeated rows apart.
  public var runCount: Int

  /// The weighted sum of squares about the mean of each place.
  public var pureSumOfSquares: Double

  /// Its degrees of freedom: runs less places.
  public var pureDegreesOfFreedom: Int

  /// What the law leaves beyond that; 0 where rounding would make it negative.
  public var lackSumOfSquares: Double

  /// Its degrees of freedom: places less coefficients.
  public var lackDegreesOfFreedom: Int

  /// Compares the residuals of a fit with the spread of replicates.
  ///
  /// - Returns: `nil` for a table without replicates.
  public init?(_ result: FitResult) {
    let groups = result.table.replicates
    guard !groups.isEmpty else { return nil }
    let residuals = result.residuals
    let weights = result.table.runs.map(\.weight)
    let repeated = Set(result.table.duplicates.map(\.index))
    var pure = 0.0
    for group in groups {
      // The prediction is one for the group, so that residuals differ as the losses do.
      let total = group.reduce(0) { $0 + weights[$1] }
      let mean = group.reduce(0) { $0 + weights[$1] * residuals[$1] } / total
      for run in group {
        pure += weights[run] * (residuals[run] - mean) * (residuals[run] - mean)
      }
    }
    let kept = residuals.indices.filter { !repeated.contains($0) }
    let sum = kept.reduce(0) { $0 + weights[$1] * residuals[$1] * residuals[$1] }
    groupCount = groups.count
    runCount = groups.reduce(0) { $0 + $1.count }
    pureSumOfSquares = pure
    pureDegreesOfFreedom = runCount - groupCount
    lackSumOfSquares = max(0, sum - pure)
    lackDegreesOfFreedom = kept.count - pureDegreesOfFreedom - result.freeCount
    isLeastSquares = result.objective.isLeastSquares
  }

  private var isLeastSquares: Bool
}

extension LackOfFit {
  /// The noise itself: the standard deviation of replicates.
  public var pureStandardDeviation: Double {
    (pureSumOfSquares / Double(pureDegreesOfFreedom)).squareRoot()
  }

  /// The ratio of the mean squares; `nil` where ``reason`` says why.
  public var statistic: Double? {
    guard reason == nil else { return nil }
    return lackSumOfSquares / Double(lackDegreesOfFreedom)
      / (pureSumOfSquares / Double(pureDegreesOfFreedom))
  }

  /// The probability of so large a ratio under a law that holds.
  public var pValue: Double? {
    statistic.map { ratio in
      FDistribution(
        numerator: Double(lackDegreesOfFreedom),
        denominator: Double(pureDegreesOfFreedom)
      ).upperTail(ratio)
    }
  }

  /// Why there is no test.
  public var reason: String? {
    if !isLeastSquares { return "the test is one of least squares" }
    if lackDegreesOfFreedom < 1 { return "no more places than coefficients" }
    return pureSumOfSquares > 0 ? nil : "the replicates do not differ"
  }
}
