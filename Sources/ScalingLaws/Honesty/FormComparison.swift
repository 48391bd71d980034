import Execution

/// Several laws on the same runs, side by side.
public struct FormComparison: Sendable, Hashable {
  /// One law.
  public struct Entry: Sendable, Hashable {
    /// The law's name.
    public var law: String
    /// Its fit; `nil` where the runs cannot determine it.
    public var result: FitResult?
    /// Its prediction of the largest runs; `nil` where the small ones cannot determine it.
    public var holdout: Holdout?
    /// Why one of them is missing.
    public var failure: String?

    /// Collects what is known of a law.
    public init(law: String, result: FitResult?, holdout: Holdout?, failure: String? = nil) {
      self.law = law
      self.result = result
      self.holdout = holdout
      self.failure = failure
    }
  }

  /// The laws as asked for.
  public var entries: [Entry]

  /// Puts laws side by side.
  ///
  /// - Throws: ``FormComparisonError`` for fits of different objectives or different runs, whose
  ///   criteria mean nothing to each other.
  public init(_ entries: [Entry]) throws(FormComparisonError) {
    let results = entries.compactMap(\.result)
    if let first = results.first {
      for other in results {
        guard other.objective == first.objective else {
          throw .objectives(first.objective.name, other.objective.name)
        }
        guard other.table.runs == first.table.runs else {
          throw .tables(first.table.name, other.table.name)
        }
      }
    }
    self.entries = entries
  }

  /// The smallest AIC of all; `nil` where none has one.
  public var smallestAIC: Double? { entries.compactMap { $0.result?.aic }.min() }
}

/// Why laws cannot be compared.
public enum FormComparisonError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Fits of two objectives, by name.
  case objectives(String, String)

  /// Fits of different runs, by the names of their tables.
  case tables(String, String)

  /// The error in words.
  public var description: String {
    switch self {
    case .objectives(let first, let second):
      "fits by `\(first)` and `\(second)` do not compare: fit both laws by one objective"
    case .tables(let first, let second):
      first == second
        ? "fits of different runs of `\(first)` do not compare"
        : "fits of `\(first)` and `\(second)` do not compare: fit both laws to the same runs"
    }
  }
}

extension LawFit {
  /// Fits several laws to the same runs under the same objective, and holds out the largest.
  ///
  /// Constraints are kept where a law has a coefficient of the name.
  func comparison(
    of forms: [any ScalingLawForm],
    with own: FitResult,
    heldOutShare: Double,
    flopsPerTokenParameter: Double,
    on pool: WorkerPool,
    checkpoint: @Sendable () throws -> Void
  ) throws -> FormComparison {
    let entries = try forms.map { form in
      var entry = FormComparison.Entry(law: form.name, result: nil, holdout: nil)
      do {
        var fit = refit(table)
        fit.form = form
        fit.starts = form.name == self.form.name ? starts : nil
        fit.constraints = constraints.filter { constraint in
          form.coefficients.contains { $0.name == constraint.key }
        }
        let result =
          form.name == own.law.name ? own : try fit.run(on: pool, checkpoint: checkpoint)
        entry.result = result
        entry.holdout = try fit.holdout(
          share: heldOutShare,
          judgedBy: result.law,
          flopsPerTokenParameter: flopsPerTokenParameter,
          on: pool,
          checkpoint: checkpoint
        )
      } catch let error as LawFitError {
        entry.failure = error.description
      }
      return entry
    }
    return try FormComparison(entries)
  }
}
