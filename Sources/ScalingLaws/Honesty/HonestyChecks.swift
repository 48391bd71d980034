public import Execution

/// Which checks of a fit are made beyond those that always are.
///
///     var checks = HonestyChecks()
///     checks.holdoutShare = 0.2
///     let report = try fit.honesty(of: result, checks)
///     for warning in report.warnings { print(warning.id, warning.message) }
public struct HonestyChecks: Sendable {
  /// The share of the runs, those of the largest compute, that is held out and predicted.
  public var holdoutShare: Double?

  /// The shares of the runs that train, one test each.
  public var rolloutShares: [Double] = []

  /// The laws that are compared.
  public var comparedLaws: [any ScalingLawForm] = []

  /// Whether outliers and influence are reported, with a fit that leaves the outliers out.
  public var reportsOutliers = false

  /// When a run counts as an outlier.
  public var outlierRule = OutlierRule()

  /// k in C = k · N · D.
  public var flopsPerTokenParameter = 6.0

  /// Asks for nothing beyond the checks that are always made.
  public init() {}

  /// Half of the runs to nine in ten.
  public static let usualRollout = [0.5, 0.6, 0.7, 0.8, 0.9]

  /// The share held out where laws are compared and none is asked for.
  public static let usualHoldout = 0.2
}

/// What checks of a fit found.
public struct HonestyReport: Sendable, Hashable {
  /// Least absolute deviations beside least squares; `nil` for other objectives.
  public var deviations: DeviationComparison?

  /// Whether residuals follow N, D or C.
  public var residualTrends: ResidualTrends

  /// What replicates say; `nil` for a table without.
  public var replicates: LackOfFit?

  /// Both counts of parameters; `nil` for a table with one.
  public var conventions: ConventionComparison?

  /// The runs that lie outside; `nil` if the law of least absolute deviations was not found.
  public var outliers: OutlierReport?

  /// Whether ``outliers`` were asked for, and not only looked for.
  public var reportsOutliers: Bool

  /// The prediction of the largest runs; `nil` if not asked for.
  public var holdout: Holdout?

  /// The same at several cuts; those that the training runs allow.
  public var rollout: [RolloutCut]

  /// Several laws; `nil` if not asked for.
  public var comparison: FormComparison?
}

/// One cut of a rollout.
public struct RolloutCut: Sendable, Hashable {
  /// The share of the runs that trained.
  public var trainingShare: Double

  /// The test; `nil` where ``failure`` says why.
  public var holdout: Holdout?

  /// Why the training runs allow no fit.
  public var failure: String?
}

// MARK: - Checking

extension LawFit {
  /// Checks a result of this fit.
  ///
  /// - Parameters:
  ///   - result: What ``run(on:)`` gave.
  ///   - checks: What is asked beyond the usual.
  ///   - pool: The threads that share the starts.
  ///   - checkpoint: Throws to stop.
  /// - Returns: What was found, with ``HonestyReport/warnings``.
  /// - Throws: ``LawFitError`` where the runs left to train cannot determine the law, and what
  ///   `checkpoint` throws.
  public func honesty(
    of result: FitResult,
    _ checks: HonestyChecks = HonestyChecks(),
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    checkpoint: @Sendable () throws -> Void = {}
  ) throws -> HonestyReport {
    let k = checks.flopsPerTokenParameter
    var report = try automatic(result, checks, on: pool, checkpoint: checkpoint)
    if let share = checks.holdoutShare {
      report.holdout = try holdout(
        share: share,
        judgedBy: result.law,
        flopsPerTokenParameter: k,
        on: pool,
        checkpoint: checkpoint
      )
    }
    report.rollout = try checks.rolloutShares.map { share in
      try cut(share, judgedBy: result.law, k, on: pool, checkpoint: checkpoint)
    }
    if !checks.comparedLaws.isEmpty {
      report.comparison = try comparison(
        of: checks.comparedLaws,
        with: result,
        heldOutShare: checks.holdoutShare ?? HonestyChecks.usualHoldout,
        flopsPerTokenParameter: k,
        on: pool,
        checkpoint: checkpoint
      )
    }
    return report
  }

  private func cut(
    _ trainingShare: Double,
    judgedBy full: ScalingLaw,
    _ flopsPerTokenParameter: Double,
    on pool: WorkerPool,
    checkpoint: @Sendable () throws -> Void
  ) throws -> RolloutCut {
    do {
      let test = try holdout(
        share: 1 - trainingShare,
        judgedBy: full,
        flopsPerTokenParameter: flopsPerTokenParameter,
        on: pool,
        checkpoint: checkpoint
      )
      return RolloutCut(trainingShare: trainingShare, holdout: test)
    } catch let error as LawFitError {
      return RolloutCut(trainingShare: trainingShare, failure: error.description)
    }
  }

  /// The checks that are always made; they cost less than the fit.
  private func automatic(
    _ result: FitResult,
    _ checks: HonestyChecks,
    on pool: WorkerPool,
    checkpoint: @Sendable () throws -> Void
  ) throws -> HonestyReport {
    var report = HonestyReport(
      residualTrends: ResidualTrends(result),
      replicates: LackOfFit(result),
      reportsOutliers: checks.reportsOutliers,
      rollout: []
    )
    try checkpoint()
    if result.isConverged, let deviations = try leastAbsoluteDeviations(near: result) {
      report.deviations = DeviationComparison(result, deviations: deviations)
      var outliers = OutlierReport(checks.outlierRule, result, deviations: deviations)
      if checks.reportsOutliers {
        try outliers.addFitWithout { try refit($0).run(on: pool, checkpoint: checkpoint) }
        try outliers.addInfluence(self)
      }
      report.outliers = outliers
    }
    if let alternative = result.table.alternative {
      do {
        report.conventions = ConventionComparison(
          chosen: result,
          other: try refit(alternative).run(on: pool, checkpoint: checkpoint)
        )
      } catch is LawFitError {
        // The other count of parameters does not determine the law: there is nothing to compare.
      }
    }
    return report
  }
}
