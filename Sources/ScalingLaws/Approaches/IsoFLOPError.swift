/// Why runs have no law by their IsoFLOP profiles.
public enum IsoFLOPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A budget without a best size.
  public struct Refused: Hashable, Sendable {
    /// The budget, in FLOPs.
    public var budget: Double

    /// Why it has none.
    public var reason: ProfileRefusal

    /// Creates the refusal of a budget.
    public init(budget: Double, reason: ProfileRefusal) {
      self.budget = budget
      self.reason = reason
    }
  }

  /// The table has no runs that count.
  case noRuns(String)

  /// A run's quantity is not a positive number; `index` counts runs from 0.
  case notPositive(RunColumn, value: Double, index: Int)

  /// A run's weight is no weight; `index` counts runs from 0.
  case weight(Double, index: Int)

  /// All runs have the same budget.
  case oneBudget(Double, runs: Int)

  /// Fewer than two budgets have a best size; `budgets` are all there are.
  case tooFewProfiles([Refused], budgets: Int)

  /// How many refusals are spelled out.
  private static let shownCount = 4

  /// The error in words.
  public var description: String {
    switch self {
    case .noRuns(let table):
      "expected runs in \(table), found none"
    case .notPositive(let column, let value, let index):
      "expected positive \(column.rawValue) in run \(index + 1), found \(value)"
    case .weight(let value, let index):
      "expected a weight of 0 or more in run \(index + 1), found \(value)"
    case .oneBudget(let budget, let runs):
      "all \(runs) run\(runs == 1 ? "" : "s") have one compute budget, \(sixDigits(budget)) FLOPs; the law"
        + " of the best size needs two budgets or more"
    case .tooFewProfiles(let refused, let budgets):
      "\(budgets - refused.count) of \(budgets) compute budgets have a best size, expected 2 or more: "
        + Self.list(refused)
    }
  }

  private static func list(_ refused: [Refused]) -> String {
    let shown = refused.prefix(shownCount).map { "at \(sixDigits($0.budget)) \($0.reason)" }
    let rest = refused.count - shown.count
    return shown.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
  }
}
