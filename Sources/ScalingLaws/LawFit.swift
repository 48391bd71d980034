public import CurveFitting
public import Execution

/// A fit of a law to runs by least squares on the logarithm of the loss.
///
///     let result = try LawFit(Chinchilla(), to: table).run()
///     print(result.summary)
///
/// Minimizes Σ (ln L − ln L̂)² over the scaled coefficients with the analytic Jacobian, from starts
/// that give each term of the law a share of the loss (``ScalingLawForm/starts(for:)``). Every start
/// runs to the end; distinct minima are told apart and counted.
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

  /// The probability with which intervals cover the true value.
  public var level = 0.95

  /// How the covariance is estimated.
  public var errorModel = ErrorModel.homoscedastic

  /// The search for minima, with its solver's tolerances and limits.
  public var search = Multistart()

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
    let (problem, starts) = try prepared()
    return try result(of: search.minimize(problem, starts: starts, on: pool), problem)
  }

  /// Fits the law, asking before each step whether to go on.
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
    let (problem, starts) = try prepared()
    let found = try search.minimize(problem, starts: starts, on: pool, checkpoint: checkpoint)
    return try result(of: found, problem)
  }

  private func prepared() throws(LawFitError) -> (problem: LawProblem, starts: [[Double]]) {
    precondition(level > 0 && level < 1, "a level of \(level) is no probability of coverage")
    try check()
    guard let center = RunCenter(table.runs) else {
      throw .tooFewRuns(law: form.name, coefficients: form.coefficients.count, runs: 0)
    }
    // Runs at the ends of the range of Double can put a start beyond them.
    let starts = form.starts(for: table.runs.map(center.centered))
      .filter { $0.allSatisfy(\.isFinite) }
    return (LawProblem(form: form, runs: table.runs, center: center), starts)
  }

  private func result(
    of search: MultistartResult,
    _ problem: LawProblem
  ) throws(LawFitError) -> FitResult {
    let found = problem.decentered(search)
    guard let fit = found.best ?? found.unfinished else {
      throw .nothingFinite(law: form.name, starts: search.startCount)
    }
    let coefficients = zip(form.coefficients, fit.parameters).map { $0.scale.natural($1) }
    for (coefficient, value) in zip(form.coefficients, coefficients)
    where !(value.isFinite && (value > 0 || !coefficient.isPositive)) {
      throw .beyondNumbers(law: form.name, coefficient: coefficient.name)
    }
    return FitResult(
      law: ScalingLaw(form: form, coefficients: coefficients),
      table: table,
      fit: fit,
      search: found,
      level: level,
      errorModel: errorModel
    )
  }

  /// Refuses runs that cannot determine the law.
  private func check() throws(LawFitError) {
    for (index, run) in table.runs.enumerated() {
      let quantities = [
        (RunColumn.parameters, run.parameters), (.tokens, run.tokens), (.loss, run.loss),
      ]
      for (column, value) in quantities where !(value > 0 && value.isFinite) {
        throw .notPositive(column, value: value, index: index)
      }
    }
    guard table.runs.count > form.coefficients.count else {
      throw .tooFewRuns(
        law: form.name,
        coefficients: form.coefficients.count,
        runs: table.runs.count
      )
    }
    try checkVariety()
  }
  /// Refuses runs that repeat each other: a law cannot tell what does not differ.
  private func checkVariety() throws(LawFitError) {
    let columns: [(RunColumn, (Run) -> Double)] = [
      (.parameters, { $0.parameters }), (.tokens, { $0.tokens }), (.loss, { $0.loss }),
    ]
    let distinct = columns.map { column, value in (column, Set(table.runs.map(value))) }
    for case (let column, let values) in distinct where values.count == 1 {
      throw .oneValue(column, value: values.first ?? .nan)
    }
    let pairs = Set(table.runs.map { [$0.parameters, $0.tokens] }).count
    guard pairs > form.coefficients.count else {
      throw .tooFewPairs(
        law: form.name,
        coefficients: form.coefficients.count,
        runs: table.runs.count,
        pairs: pairs
      )
    }
    for (column, values) in distinct
    where column != .loss && values.count < form.leastDistinctValues {
      throw .tooFewValues(
        law: form.name,
        column,
        found: values.count,
        needed: form.leastDistinctValues
      )
    }
  }
}
