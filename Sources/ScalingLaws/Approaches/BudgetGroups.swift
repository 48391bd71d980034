#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Runs of one compute budget.
struct BudgetGroup {
  /// The budget: the compute all share, or else the geometric mean.
  var budget: Double

  /// The runs, smallest first.
  var runs: [Run]

  /// Why the runs have no one budget, where they have none.
  var refusal: ProfileRefusal?
}

extension BudgetGroup {
  /// A group whose ends are farther apart than this many tolerances is a chain.
  ///
  /// At 2 % that is 10 %: a tenth more compute lowers the loss at 1e20 FLOPs by 0.012, half a percent
  /// (on the law of Besiroglu et al. 2024), no more than the noise of good runs.
  private static let longestChain = 5.0

  /// Tells budgets apart: where the next run has more than `tolerance` more compute, a budget ends.
  ///
  /// - Parameters:
  ///   - runs: The runs in any order.
  ///   - tolerance: The relative difference of neighbors within a budget.
  /// - Returns: The groups by rising budget, the same for every order of the runs.
  static func groups(_ runs: [Run], tolerance: Double) -> [Self] {
    let sorted = runs.sorted { $0.compute < $1.compute }
    var groups: [[Run]] = []
    for run in sorted {
      if let last = groups.last?.last, run.compute <= last.compute * (1 + tolerance) {
        groups[groups.count - 1].append(run)
      } else {
        groups.append([run])
      }
    }
    return groups.map { Self($0, tolerance: tolerance) }
  }

  /// A group of runs that are sorted by compute.
  private init(_ runs: [Run], tolerance: Double) {
    let (first, last) = (runs[0].compute, runs[runs.count - 1].compute)
    // Equal labels keep their digits.
    let distances = runs.reduce(0) { $0 + log($1.compute / first) }
    budget = first == last ? first : first * exp(distances / Double(runs.count))
    let isChain = log(last / first) > Self.longestChain * log1p(tolerance)
    refusal = isChain ? .chain(smallest: first, largest: last) : nil
    // Whatever the order in the table, sums run in this one.
    self.runs = runs.sorted {
      ($0.parameters, $0.loss, $0.weight, $0.tokens, $0.compute)
        < ($1.parameters, $1.loss, $1.weight, $1.tokens, $1.compute)
    }
  }

  /// The runs as points of a profile.
  var points: [ProfilePoint] {
    runs.map {
      ProfilePoint(logParameters: log($0.parameters), loss: $0.loss, weight: $0.weight)
    }
  }
}
