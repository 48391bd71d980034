/// Something a reader of a fit should know, with a name programs can act on.
public struct FitWarning: Sendable, Hashable {
  /// What kind of warning, stable over versions.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The table's compute differs from k · N · D by a factor.
    case computeMismatch = "compute-mismatch"

    /// Some of the table's compute could not be used.
    case computeIgnored = "compute-ignored"

    /// Rows without a usable loss, N or D were left out, as asked for.
    case rowsSkipped = "rows-skipped"

    /// Rows of the table repeat others in N, D and loss.
    case duplicateRows = "duplicate-rows"

    /// Losses are worse than a guess that knows nothing.
    case lossAboveUniform = "loss-above-uniform"

    /// The loss column looks like perplexities.
    case lossLooksLikePerplexity = "loss-looks-like-perplexity"

    /// The loss column looks like accuracies.
    case lossLooksLikeAccuracy = "loss-looks-like-accuracy"

    /// Some losses look like bits among nats.
    case lossUnitsLookMixed = "loss-units-look-mixed"

    /// Parameters and tokens look exchanged.
    case columnsLookSwapped = "columns-look-swapped"

    /// Parameters or tokens look like millions or billions.
    case numbersLookScaled = "numbers-look-scaled"

    /// The coefficients trade against each other.
    case conditionNumber = "condition-number"

    /// The coefficients cannot be told apart at all.
    case rankDeficient = "rank-deficient"

    /// All runs have about one number of tokens for each parameter.
    case oneMultiplier = "one-multiplier"

    /// The runs hardly differ in something a law needs them to differ in.
    case narrowRange = "narrow-range"

    /// A coefficient ended at the end of the values it may take.
    case parameterAtBound = "parameter-at-bound"

    /// A term of the law hardly varies over the runs, so that they do not tell its coefficients.
    case vanishingTerm = "vanishing-term"

    /// An interval holds values that would mean the opposite.
    case wideInterval = "wide-interval"

    /// The profile likelihood of a coefficient does not come to an end on one side.
    case profileOpen = "profile-open"

    /// Another minimum explains the runs nearly as well.
    case secondMinimum = "second-minimum"

    /// A compute budget has no best size.
    case budgetRefused = "budget-refused"

    /// The best size of a compute budget is none of the runs' range.
    case budgetOutside = "budget-outside"

    /// Too few compute budgets to tell whether they lie on a line.
    case fewBudgets = "few-budgets"

    /// Some bootstrap resamples gave nothing.
    case resamplesLost = "resamples-lost"

    /// Too few models lie on the envelope of training curves to tell a slope well.
    case fewModels = "few-models"

    /// An exponent of least squares is not that of least absolute deviations.
    case objectivesDisagree = "objectives-disagree"

    /// Runs far from the law draw least squares toward themselves.
    case outliersPresent = "outliers-present"

    /// The law misses the runs by more than replicates differ.
    case lackOfFit = "lack-of-fit"

    /// The residuals still follow N, D or C.
    case residualTrend = "residual-trend"

    /// The fit depends on whether parameters are counted with embeddings.
    case parameterConventionMatters = "parameter-convention-matters"

    /// The iteration stopped before a minimum.
    case notConverged = "not-converged"
  }

  /// What kind of warning.
  public var kind: Kind

  /// The warning in words: lower case, no final period.
  public var message: String

  /// Creates a warning.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The kind as files name it, such as `narrow-range`.
  public var id: String { kind.rawValue }
}
