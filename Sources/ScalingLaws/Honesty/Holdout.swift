public import Execution

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How a law fitted to the small runs predicts the large ones.
///
///     let fit = LawFit(Chinchilla(), to: table)
///     let test = try fit.holdout(share: 0.2)
///     print(test.meanAbsoluteRelativeError)
public struct Holdout: Sendable, Hashable {
  /// Which runs were fitted, which predicted.
  public var split: HoldoutSplit

  /// The share of the runs that was asked to be held out.
  public var share: Double

  /// The fit of the training runs.
  public var training: FitResult

  /// The runs that were predicted, in the table's order.
  public var heldOutRuns: [Run]

  /// Predicted over observed loss, less one: above zero where the law is too gloomy.
  public var relativeErrors: [Double]

  /// The extra compute that follows from the training fit's advice; `nil` if that is not known.
  public var regret: AllocationRegret?
}

/// The extra compute for following one law's allocations where another holds.
public struct AllocationRegret: Sendable, Hashable {
  /// The extra compute at each budget, as a share.
  public var shares: [Double]

  /// The mean over the budgets.
  public var mean: Double { shares.reduce(0, +) / Double(shares.count) }

  /// The worst of all budgets.
  public var largest: Double { shares.max() ?? 0 }

  /// Judges the allocations of one law by another; `nil` for no budgets, and for laws without optima.
  ///
  /// - Parameters:
  ///   - budgets: Where, in FLOPs.
  ///   - followed: The law whose optima are taken.
  ///   - truth: The law that says what they cost.
  ///   - k: The FLOPs for a token and a parameter, in C = k · N · D.
  public init?(
    budgets: [Double],
    following followed: ScalingLaw,
    where truth: ScalingLaw,
    flopsPerTokenParameter k: Double = 6
  ) {
    let found = budgets.map { budget in
      followed.optimum(compute: budget, flopsPerTokenParameter: k).flatMap { chosen in
        truth.regret(
          parameters: chosen.parameters,
          tokens: chosen.tokens,
          flopsPerTokenParameter: k
        )
      }
    }
    shares = found.compactMap(\.self)
    guard !shares.isEmpty, shares.count == found.count else { return nil }
  }
}

// MARK: - Errors

extension Holdout {
  /// The largest N D that was fitted.
  public var largestTrainingProduct: Double { training.table.runs.map(\.product).max() ?? .nan }

  /// How far the largest held-out run lies beyond the largest fitted one, in compute.
  public var extrapolationFactor: Double {
    (heldOutRuns.map(\.product).max() ?? .nan) / largestTrainingProduct
  }

  /// The mean of |L̂ − L|/L.
  public var meanAbsoluteRelativeError: Double { mean(relativeErrors.map { abs($0) }) }

  /// The mean of (L̂ − L)/L: above zero where the law is too gloomy, below where it promises too much.
  public var bias: Double { mean(relativeErrors) }

  /// The mean of |L̂ − L|/(L − E), E that of the training fit; `nil` where that cannot be known.
  ///
  /// The floor is no merit of a law, and makes errors of L look small.
  public var meanAbsoluteReducibleError: Double? {
    guard let floor = training.law["E"], heldOutRuns.allSatisfy({ $0.loss > floor }) else {
      return nil
    }
    return mean(zip(relativeErrors, heldOutRuns).map { abs($0) * $1.loss / ($1.loss - floor) })
  }

  /// Why ``meanAbsoluteReducibleError`` is not known.
  public var reducibleErrorReason: String? {
    guard meanAbsoluteReducibleError == nil else { return nil }
    return training.law["E"] == nil
      ? "the law \(training.law.name) has no E"
      : "the training fit's E is above a held-out loss"
  }

  /// The root of the mean squared error over the training fit's residual standard error; `nil` if that
  /// fit leaves no noise.
  ///
  /// About one for a law that holds; errors are of ln L or L, as the objective has it.
  public var errorInNoise: Double? {
    guard let noise = training.residualStandardError, noise > 0 else { return nil }
    let residuals = training.law.residuals(heldOutRuns, training.objective.residual)
    return mean(residuals.map { $0 * $0 }).squareRoot() / noise
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}

// MARK: - The test

extension LawFit {
  /// Fits the runs of the least compute and predicts the others.
  ///
  /// - Parameters:
  ///   - share: The share of the runs to hold out, between 0 and 1.
  ///   - full: A fit of all runs, by which the training fit's allocations are judged, if any.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  ///   - pool: The threads that share the starts.
  ///   - checkpoint: Throws to stop.
  /// - Returns: The fit of the small runs with its errors on the large ones.
  /// - Throws: ``LawFitError`` where the training runs cannot determine the law, and what `checkpoint`
  ///   throws.
  public func holdout(
    share: Double,
    judgedBy full: ScalingLaw? = nil,
    flopsPerTokenParameter: Double = 6,
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    checkpoint: @Sendable () throws -> Void = {}
  ) throws -> Holdout {
    let split = HoldoutSplit(table.runs, heldOutShare: share)
    let result = try refit(table.selecting(split.training)).run(on: pool, checkpoint: checkpoint)
    let runs = split.heldOut.map { table.runs[$0] }
    let errors = runs.map { result.law.loss(of: $0) / $0.loss - 1 }
    let regret = full.flatMap { law in
      AllocationRegret(
        budgets: runs.map { flopsPerTokenParameter * $0.product },
        following: result.law,
        where: law,
        flopsPerTokenParameter: flopsPerTokenParameter
      )
    }
    return Holdout(
      split: split,
      share: share,
      training: result,
      heldOutRuns: runs,
      relativeErrors: errors,
      regret: regret
    )
  }

  /// The same fit of another table, without resamples, profiles or scans: for the fits of a check.
  func refit(_ table: RunTable) -> LawFit {
    var fit = self
    fit.table = table
    fit.bootstrap = nil
    fit.solver = .automatic
    fit.findsProfiles = false
    fit.scansBasins = false
    return fit
  }
}

extension ScalingLaw {
  /// The loss expected of a run, its repeats and labeled compute included.
  func loss(of run: Run) -> Double {
    form.loss(at: LogRun(run), coefficients: coefficients)
  }

  /// Observed minus predicted.
  func residuals(_ runs: [Run], _ residual: Objective.Residual) -> [Double] {
    let scaled = form.scaled(coefficients)
    return runs.map { run in
      let logLoss = form.logLoss(LogRun(run), scaled: scaled.span)
      return residual == .logLoss ? log(run.loss) - logLoss : run.loss - exp(logLoss)
    }
  }
}
