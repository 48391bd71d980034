/// A law fitted with parameters counted both ways, where the table has a column for each.
public struct ConventionComparison: Sendable, Hashable {
  /// A quantity by both.
  public struct Difference: Sendable, Hashable {
    /// The quantity: an exponent, `a` or `G`.
    public var name: String
    /// By the convention of the fit.
    public var chosen: Estimate
    /// By the other.
    public var other: Estimate

    /// How far the other lies, in standard errors of the fit; `nil` where there is none.
    public var inStandardErrors: Double? {
      chosen.standardError.flatMap { $0 > 0 ? (other.value - chosen.value) / $0 : nil }
    }
  }

  /// The fit.
  public var chosen: FitResult

  /// The fit with parameters counted the other way.
  public var other: FitResult

  /// Pairs two fits of the same rows.
  public init(chosen: FitResult, other: FitResult) {
    self.chosen = chosen
    self.other = other
  }

  /// The exponents, then `a` and `G`.
  public var differences: [Difference] {
    let exponents = chosen.law.form.coefficients.filter { $0.scale == .linear }.map(\.name)
    return (exponents + ["a", "G"]).compactMap { name in
      guard let first = chosen[name], let second = other[name] else { return nil }
      return Difference(name: name, chosen: first, other: second)
    }
  }

  /// Whether nobody said which is meant.
  public var isUndeclared: Bool { chosen.table.parameterConvention == .undeclared }

  /// The warning that the choice matters; `nil` if it was made and hardly changes `a`.
  public var warning: FitWarning? {
    let difference = differences.first { $0.name == "a" }
    let distance = difference?.inStandardErrors.map { abs($0) } ?? 0
    guard isUndeclared || distance > 2 else { return nil }
    let columns = [chosen, other].map { "`\($0.table.columns[.parameters] ?? "?")`" }
    let values = difference.map {
      ": a is \(sixDigits($0.chosen.value)) with the first, \(sixDigits($0.other.value)) with the other"
    }
    return FitWarning(
      .parameterConventionMatters,
      "the table counts parameters with and without embeddings, \(columns[0]) and \(columns[1])"
        + (values ?? "") + (isUndeclared ? "; say which is meant" : "")
    )
  }
}
