/// Why training curves have no law along their envelope.
public enum EnvelopeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are no runs.
  case noRuns(String)

  /// A row's quantity is not a positive number; `index` counts rows from 0.
  case notPositive(RunColumn, value: Double, index: Int)

  /// A row has nothing in the column that names its run; `index` counts rows from 0.
  case unnamed(column: String, index: Int)

  /// The rows of one curve have several sizes; `sizes` are two of them.
  case changingSize(curve: String, sizes: [Double])

  /// No curve has two points.
  case noCurves(rows: Int)

  /// Fewer than three sizes are best anywhere between a smaller and a larger one.
  case tooFewSizes(onEnvelope: Int, of: Int)

  /// The error in words.
  public var description: String {
    switch self {
    case .noRuns(let name):
      "expected training curves in \(name), found no rows"
    case .notPositive(let column, let value, let index):
      "expected positive \(column.rawValue) in row \(index + 1), found \(value)"
    case .unnamed(let column, let index):
      "expected the name of a run in column `\(column)` of row \(index + 1), found nothing"
    case .changingSize(let curve, let sizes):
      "the curve `\(curve)` has rows of different parameters, "
        + sizes.map(sixDigits).joined(separator: " and ")
        + "; name the column that tells runs apart"
    case .noCurves(let rows):
      "\(rows) training curve\(rows == 1 ? "" : "s") of a single point each, expected several points;"
        + " name the column that tells runs apart"
    case .tooFewSizes(let found, let all):
      "\(found) of \(all) model size\(all == 1 ? "" : "s") \(found == 1 ? "is" : "are") best anywhere between"
        + " a smaller and a larger one that were compared, expected 3 or more"
    }
  }
}
