/// Why a law cannot be fitted to a set of runs at all.
public enum LawFitError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No more runs than coefficients: a curve through points is no fit.
  case tooFewRuns(law: String, coefficients: Int, runs: Int)

  /// Runs at no more places than coefficients, however often each was run.
  case tooFewPairs(law: String, coefficients: Int, runs: Int, pairs: Int)

  /// Too few different parameters, or tokens, for the law's form.
  case tooFewValues(law: String, RunColumn, found: Int, needed: Int)

  /// All runs agree in their parameters, tokens or loss, so the law cannot tell what any does.
  case oneValue(RunColumn, value: Double)

  /// A run's quantity is not a positive number; `index` counts runs from 0.
  case notPositive(RunColumn, value: Double, index: Int)

  /// The law is not finite anywhere near the runs.
  case nothingFinite(law: String, starts: Int)

  /// A coefficient of the best fit is too large or too small for a number.
  case beyondNumbers(law: String, coefficient: String)

  /// The error in words.
  public var description: String {
    switch self {
    case .tooFewRuns(let law, let coefficients, let runs):
      "the law \(law) has \(coefficients) coefficients and needs more runs than that, found \(runs)"
    case .tooFewPairs(let law, let coefficients, let runs, let pairs):
      "\(runs) runs, but only \(pairs) different pair\(pairs == 1 ? "" : "s") of parameters and tokens;"
        + " the law \(law) has \(coefficients) coefficients and needs more pairs than that"
    case .tooFewValues(let law, let column, let found, let needed):
      "only \(found) different \(column.rawValue) in the runs; the law \(law) needs \(needed)"
    case .oneValue(.loss, let value):
      "all runs have the same loss, \(sixDigits(value)); a law needs runs that differ in it"
    case .oneValue(let column, let value):
      "all runs have the same \(column.rawValue), \(sixDigits(value));"
        + " a law of both needs runs that differ in each"
    case .notPositive(let column, let value, let index):
      "expected positive \(column.rawValue) in run \(index + 1), found \(value)"
    case .nothingFinite(let law, let starts):
      "the law \(law) is not finite at any of its \(starts) starts"
    case .beyondNumbers(let law, let coefficient):
      "the best fit of the law \(law) has a \(coefficient) beyond the range of numbers:"
        + " the runs do not determine it"
    }
  }
}
