/// How much more compute the first law needs at one budget of the second.
public struct MultiplierEstimate: Sendable, Hashable {
  /// The budget of the second law, C, in FLOPs.
  public var compute: Double

  /// The least loss of the first law with this budget.
  public var firstLoss: Estimate

  /// The least loss of the second law with it.
  public var secondLoss: Estimate

  /// m = C_first(L_second(C))/C; `nil` where the first law reaches no such loss.
  public var value: Double?

  /// Why there is no value.
  public var reason: String?

  /// The lower end of the interval; `nil` where it is open or not known.
  public var lower: Double?

  /// The upper end; `nil` where it is open or not known.
  public var upper: Double?

  /// Why an end is missing.
  public var intervalReason: String?

  /// m times the standard deviation of ln m over the draws; `nil` where one of them has no multiplier.
  public var standardError: Double?

  /// The probability with which the interval covers.
  public var level: Double

  /// How many draws have a loss that the first law never reaches: there m is infinite.
  public var infiniteCount: Int

  /// How many draws make no law, or none with numbers: they leave both ends as open as they could.
  public var undefinedCount: Int

  /// How far the budget lies beyond the fitted runs of the first and the second law.
  public var extrapolation: [Double?]
}

/// How ln m changes with ln C over the budgets both laws were fitted to.
///
/// Between two frontiers E + P C^(−gamma) of one floor ln m is a straight line of slope
/// gamma_second/gamma_first − 1, so a slope of 0 says that one number m describes the difference
/// at every budget. Its interval comes from the draws, each with a slope of its own: errors of m at
/// neighboring budgets are all but the same, which a sum of squares over a grid would not know.
public struct MultiplierTrend: Sendable, Hashable {
  /// The slope of the least-squares line through ln m on ln C, at budgets evenly spaced in ln C.
  public var slope: Double

  /// The standard deviation of the draws' slopes; `nil` where one of them has none.
  public var standardError: Double?

  /// The lower end of its interval; `nil` where open or not known.
  public var lower: Double?

  /// The upper end.
  public var upper: Double?

  /// The geometric mean of m over the budgets.
  public var meanMultiplier: Double

  /// Why an end is missing.
  public var intervalReason: String?

  /// The probability with which the interval covers.
  public var level: Double

  /// Whether the interval holds 0, so that one constant m may stand for all; `nil` without draws.
  public var isConsistentWithConstant: Bool?
}

/// A comparison worked out.
public struct LawComparisonResult: Sendable, Hashable {
  /// The multiplier at each budget asked for.
  public var points: [MultiplierEstimate]

  /// The multiplier over the common range, evenly spaced in ln C; empty without one.
  public var curve: [MultiplierEstimate]

  /// Whether one multiplier is enough; `nil` without a common range, or where m does not exist in all.
  public var trend: MultiplierTrend?
}
