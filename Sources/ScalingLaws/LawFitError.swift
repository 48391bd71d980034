/// Why a law cannot be fitted to a set of runs at all.
public enum LawFitError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No more runs than coefficients: a curve through points is no fit.
  case tooFewRuns(law: String, coefficients: Int, runs: Int)

  /// Runs at no more places than coefficients, however often each was run.
  case tooFewPlaces(law: String, [RunVariable], coefficients: Int, runs: Int, places: Int)

  /// Too few different parameters, or tokens, for the law's form.
  case tooFewValues(law: String, RunColumn, found: Int, needed: Int)

  /// All runs agree in their parameters, tokens or loss, so the law cannot tell what any does.
  case oneValue(RunColumn, value: Double)

  /// A run's quantity is not a positive number; `index` counts runs from 0.
  case notPositive(RunColumn, value: Double, index: Int)

  /// A constraint names no coefficient of the law.
  case unknownCoefficient(String, law: String, known: [String])

  /// A constraint that no positive finite value meets.
  case impossibleConstraint(String, ClosedRange<Double>)

  /// A solver that does not know how to minimize what is asked for.
  case unsuitedSolver(LawFit.Solver, reason: String)

  /// Profile likelihoods of an objective that has no likelihood.
  case noLikelihood(objective: String)

  /// A search of all exponents that the law or objective does not allow.
  case noBasinScan(reason: String)

  /// The table as a whole is none for the law.
  case unfitTable(RunTableError)

  /// The law is not finite anywhere near the runs.
  case nothingFinite(law: String, starts: Int)

  /// A coefficient of the best fit is too large or too small for a number.
  case beyondNumbers(law: String, coefficient: String)

  /// The error in words.
  public var description: String {
    switch self {
    case .tooFewRuns(let law, let coefficients, let runs):
      "the law \(law) has \(coefficients) coefficients and needs more runs than that, found \(runs)"
    case .tooFewPlaces(let law, let variables, let coefficients, let runs, let places):
      placesWords(law, variables, coefficients: coefficients, runs: runs, places: places)
    case .tooFewValues(let law, let column, let found, let needed):
      "only \(found) different \(column.rawValue) in the runs; the law \(law) needs \(needed)"
    case .oneValue(.loss, let value):
      "all runs have the same loss, \(sixDigits(value)); a law needs runs that differ in it"
    case .oneValue(let column, let value):
      "all runs have the same \(column.rawValue), \(sixDigits(value));"
        + " a law of both needs runs that differ in each"
    case .notPositive(let column, let value, let index):
      "expected positive \(column.rawValue) in run \(index + 1), found \(value)"
    case .unknownCoefficient(let name, let law, let known):
      "the law \(law) has no coefficient `\(name)`; it has \(known.joined(separator: ", "))"
    case .impossibleConstraint(let name, let range):
      "`\(name)` cannot be held to \(range.lowerBound) to \(range.upperBound): expected positive numbers"
    case .unsuitedSolver(let solver, let reason):
      "the solver \(solver.rawValue) does not fit this: \(reason)"
    case .noLikelihood(let objective):
      "the objective \(objective) has no likelihood to profile; least squares have one"
    case .noBasinScan(let reason):
      "exponents cannot be scanned for basins: \(reason)"
    case .unfitTable(let error):
      "\(error)"
    case .nothingFinite(let law, let starts):
      "the law \(law) is not finite at any of its \(starts) starts"
    case .beyondNumbers(let law, let coefficient):
      "the best fit of the law \(law) has a \(coefficient) beyond the range of numbers:"
        + " the runs do not determine it"
    }
  }

  private func placesWords(
    _ law: String,
    _ variables: [RunVariable],
    coefficients: Int,
    runs: Int,
    places: Int
  ) -> String {
    let names = variables.map(\.rawValue).joined(separator: " and ")
    let noun = variables.count == 2 ? "pair" : "value"
    return
      "\(runs) runs, but only \(places) different \(noun)\(places == 1 ? "" : "s") of \(names);"
      + " the law \(law) has \(coefficients) coefficients and needs more \(noun)s than that"
  }
}
