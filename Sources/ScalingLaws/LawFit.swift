public import CurveFitting
public import Execution
public import LossNumerics

/// A fit of a law to runs.
///
///     let result = try LawFit(Chinchilla(), to: table).run()
///     print(result.summary)
///
/// Minimizes the ``objective`` over the scaled coefficients with analytic derivatives, from starts
/// that give each term of the law a share of the loss (``ScalingLawForm/starts(for:)``). Bad starts are
/// brought near a minimum by geodesic steps, and every start runs to the end by Newton's method;
/// distinct minima are told apart and counted. Least squares are then polished by Levenberg-Marquardt,
/// absolute deviations certified by their dual.
///
/// The work is done on runs divided by the geometric means of their parameters, tokens and losses:
/// the units of none of them change what is found, and the coefficients hardly trade any more.
public struct LawFit: Sendable {
  /// How the covariance of the coefficients is estimated.
  public enum ErrorModel: String, Sendable, Hashable, CaseIterable {
    /// All runs have one variance in ln L.
    case homoscedastic

    /// Each run has a variance of its own (HC3).
    case heteroscedastic
  }

  /// The law to fit.
  public var form: any ScalingLawForm

  /// The runs to fit it to.
  public var table: RunTable

  /// What is minimized.
  public var objective = Objective.logLeastSquares

  /// Values that coefficients may take, by name and on the natural scale; a range of one value fixes.
  ///
  /// A fit under constraints is worked in the runs' own units.
  public var constraints: [String: ClosedRange<Double>] = [:]

  /// Scaled coefficients to start from, in the runs' own units; `nil` for those of the law.
  public var starts: [[Double]]?

  /// How many of the law's starts are used, spread evenly over them; `nil` for all.
  ///
  /// A few are enough where ``scansBasins`` looks everywhere.
  public var startLimit: Int?

  /// The probability with which intervals cover the true value.
  public var level = 0.95

  /// How resamples are drawn for uncertainty; `nil` for that of the Jacobian, which only least squares
  /// have.
  public var bootstrap: Bootstrap?

  /// How the covariance is estimated, where it comes from the Jacobian.
  public var errorModel = ErrorModel.homoscedastic

  /// What finds the minimum.
  public var solver = Solver.automatic

  /// Whether the profile likelihood of each estimate is followed too, which only least squares have.
  public var findsProfiles = false

  /// Budgets in FLOPs whose best split is followed with ``findsProfiles``, where the law has one term
  /// of N and one of D.
  public var profiledBudgets: [Double] = []

  /// k in C = k · N · D of ``profiledBudgets``.
  public var flopsPerTokenParameter = 6.0

  /// Whether all exponents are searched for a second minimum, where the law has two.
  public var scansBasins = false

  /// The instructions that the sums over the runs are computed with; results depend on them in the
  /// last digits.
  public var kernels = KernelVariant.fastest

  /// How minima are told apart.
  public var search = Multistart()

  /// What brings bad starts near a minimum, where the law is a sum of powers.
  public var descent = GeodesicDescent()

  /// What runs from each start.
  public var minimizer = NewtonMinimizer()

  /// What takes least squares to the last digit.
  public var polisher = LevenbergMarquardt()

  /// Prepares a fit.
  public init(_ form: any ScalingLawForm, to table: RunTable) {
    self.form = form
    self.table = table
  }

  /// Fits the law.
  ///
  /// - Parameter pool: The threads that share the starts; the result does not depend on them.
  /// - Returns: The best minimum with everything found on the way.
  /// - Throws: ``LawFitError`` where runs cannot determine the law.
  /// - Precondition: ``level`` lies between 0 and 1.
  public func run(
    on pool: WorkerPool = WorkerPool(threadCount: 1)
  ) throws(LawFitError) -> FitResult {
    do {
      return try run(on: pool) {}
    } catch let error as LawFitError {
      throw error
    } catch {
      preconditionFailure("a fit without a checkpoint failed with \(error)")
    }
  }

  /// Fits the law, asking before each start whether to go on.
  ///
  /// - Parameters:
  ///   - pool: The threads that share the starts; the result does not depend on them.
  ///   - checkpoint: Throws to stop, for example when the user interrupts; asked by every thread.
  /// - Returns: The best minimum with everything found on the way.
  /// - Throws: ``LawFitError`` where runs cannot determine the law, and what `checkpoint` throws.
  /// - Precondition: ``level`` lies between 0 and 1.
  public func run(
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    checkpoint: @Sendable () throws -> Void
  ) throws -> FitResult {
    let prepared = try PreparedFit(self)
    var found = try search.run(starts: prepared.starts, on: pool) { start in
      try checkpoint()
      return prepared.minimum(from: start)
    }
    let lowest = found.best ?? found.unfinished
    let scan =
      scansBasins
      ? try lowest.map { try prepared.basinScan(around: $0, checkpoint: checkpoint) } : nil
    if let scan { found.include(scan.minima, by: search) }
    let polished = search.polished(found, prepared)
    var result = try result(of: polished, prepared)
    if let bootstrap, let best = polished.best {
      result.draws = try prepared.draws(bootstrap, around: best, on: pool, checkpoint: checkpoint)
    }
    result.basinScan = scan.map { prepared.decentered($0) }
    if findsProfiles, let best = polished.best {
      result.profiles = try prepared.profiles(
        of: result,
        at: best,
        on: pool,
        checkpoint: checkpoint
      )
    }
    return result
  }

  private func result(
    of polished: MultistartResult,
    _ prepared: PreparedFit
  ) throws(LawFitError) -> FitResult {
    guard let point = polished.best ?? polished.unfinished else {
      throw .nothingFinite(law: form.name, starts: polished.startCount)
    }
    let fit = prepared.decentered(prepared.facts(at: point))
    let coefficients = zip(form.coefficients, fit.parameters).map { $0.scale.natural($1) }
    for (coefficient, value) in zip(form.coefficients, coefficients)
    where !(value.isFinite && (value > 0 || !coefficient.isPositive)) {
      throw .beyondNumbers(law: form.name, coefficient: coefficient.name)
    }
    return FitResult(
      law: ScalingLaw(form: form, coefficients: coefficients),
      table: table,
      objective: objective,
      solver: solver,
      constraints: constraints,
      fit: fit,
      search: prepared.decentered(polished),
      level: level,
      errorModel: errorModel
    )
  }
}

extension Multistart {
  /// A search whose minima are polished, and told apart again.
  fileprivate func polished(_ found: MultistartResult, _ fit: PreparedFit) -> MultistartResult {
    var result = found
    result.minima = []
    for var minimum in found.minima {
      minimum.point = fit.polished(minimum.point)
      let known = result.minima.firstIndex { isSame($0.point, minimum.point) }
      if let known {
        result.minima[known].startCount += minimum.startCount
      } else {
        result.minima.append(minimum)
      }
    }
    result.minima.sort { $0.point.objective < $1.point.objective }
    if result.minima.isEmpty, let unfinished = found.unfinished {
      let point = fit.polished(unfinished)
      result.unfinished = point.isConverged ? nil : point
      if point.isConverged {
        result.minima = [Minimum(point: point, startCount: 1)]
        result.unconvergedCount -= 1
      }
    }
    return result
  }
}
