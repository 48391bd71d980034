#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How the loss of one model fell while it read.
public struct TrainingCurve: Sendable, Hashable {
  /// One look at the model during its training.
  public struct Point: Sendable, Hashable {
    /// The tokens seen so far.
    public var tokens: Double

    /// The loss then.
    public var loss: Double

    /// Creates a point.
    public init(tokens: Double, loss: Double) {
      self.tokens = tokens
      self.loss = loss
    }
  }

  /// What the run is called.
  public var name: String

  /// The number of parameters, *N*.
  public var parameters: Double

  /// The points, by rising tokens.
  public var points: [Point]

  /// Creates a curve; points are put in order, and those of equal tokens become their geometric mean.
  ///
  /// - Precondition: Parameters, tokens and losses are positive and finite.
  public init(name: String, parameters: Double, points: [Point]) {
    let numbers = [parameters] + points.flatMap { [$0.tokens, $0.loss] }
    precondition(numbers.allSatisfy { $0 > 0 && $0.isFinite }, "a curve's numbers are positive")
    self.name = name
    self.parameters = parameters
    self.points = []
    var count = 0.0
    for point in points.sorted(by: { ($0.tokens, $0.loss) < ($1.tokens, $1.loss) }) {
      guard let last = self.points.last, last.tokens == point.tokens else {
        self.points.append(point)
        count = 1
        continue
      }
      count += 1
      let mean = last.loss * pow(point.loss / last.loss, 1 / count)
      self.points[self.points.count - 1].loss = mean
    }
  }
}

extension TrainingCurve {
  /// Columns that may name the run of a row, where the caller names none.
  private static let nameColumns = ["run", "name", "id", "run_id"]

  /// Gathers the curves of a long table, one row for each run and number of tokens.
  ///
  /// Rows belong to one curve that have one value in `column`. Where none is named, the table's own
  /// run names serve if they repeat, then a column called `run`, `name`, `id` or `run_id` that does;
  /// and otherwise all rows of one size are one curve.
  ///
  /// - Parameters:
  ///   - table: The rows, with tokens seen so far as their tokens.
  ///   - column: The heading of the column that names the run of a row.
  ///   - tokensPerStep: How many tokens one unit of the tokens column is, where it counts steps.
  /// - Returns: The curves by rising size, the same for every order of the rows.
  /// - Throws: ``EnvelopeError`` for rows that make no curve.
  /// - Precondition: `tokensPerStep` is positive.
  public static func curves(
    of table: RunTable,
    namedBy column: String? = nil,
    tokensPerStep: Double = 1
  ) throws(EnvelopeError) -> [TrainingCurve] {
    precondition(tokensPerStep > 0, "a step has a positive number of tokens")
    for (index, run) in table.runs.enumerated() {
      let values: [(RunColumn, Double)] = [
        (.parameters, run.parameters), (.tokens, run.tokens * tokensPerStep), (.loss, run.loss),
      ]
      for (quantity, value) in values where !(value > 0 && value.isFinite) {
        throw .notPositive(quantity, value: value, index: index)
      }
    }
    var groups: [String: [Run]] = [:]
    for (run, name) in zip(table.runs, try names(table, column)) {
      groups[name, default: []].append(run)
    }
    var curves: [TrainingCurve] = []
    for (name, runs) in groups.sorted(by: { $0.key < $1.key }) {
      let sizes = runs.map(\.parameters)
      guard let least = sizes.min(), let most = sizes.max(), least == most else {
        throw .changingSize(curve: name, sizes: Array(Set(sizes).sorted().prefix(2)))
      }
      let points = runs.map { Point(tokens: $0.tokens * tokensPerStep, loss: $0.loss) }
      curves.append(TrainingCurve(name: name, parameters: least, points: points))
    }
    return curves.sorted { ($0.parameters, $0.name) < ($1.parameters, $1.name) }
  }

  /// The curve each row belongs to.
  private static func names(
    _ table: RunTable,
    _ column: String?
  ) throws(EnvelopeError) -> [String] {
    let runs = table.runs
    if let column {
      let names = runs.compactMap { value($0, column) }
      if let row = runs.firstIndex(where: { value($0, column) == nil }) {
        throw .unnamed(column: column, index: row)
      }
      return names
    }
    let candidates = [runs.map(\.name)] + nameColumns.map { name in runs.map { value($0, name) } }
    for candidate in candidates {
      let names = candidate.compactMap(\.self).filter { !$0.isEmpty }
      if names.count == runs.count, Set(names).count < runs.count { return names }
    }
    return runs.map { "N=\(sixDigits($0.parameters)) (\($0.parameters))" }
  }

  /// The field of a column, or the run's name if the table took the column for that.
  private static func value(_ run: Run, _ column: String) -> String? {
    let field = run.columns[column] ?? (["run", "name"].contains(column) ? run.name : nil)
    return field.flatMap { $0.isEmpty ? nil : $0 }
  }
}

// MARK: - Between the points

/// What is done about the noise of training curves before they are compared.
public enum CurveSmoothing: Sendable, Hashable {
  /// Nothing.
  case none

  /// Each loss becomes the median of so many points about it, fewer at the ends; an odd number.
  case runningMedian(Int)
}

extension TrainingCurve {
  /// The curve with its noise reduced.
  ///
  /// - Precondition: A running median has an odd, positive number of points.
  public func smoothed(_ smoothing: CurveSmoothing) -> TrainingCurve {
    guard case .runningMedian(let width) = smoothing else { return self }
    precondition(width > 0 && width % 2 == 1, "a median of \(width) points has no middle")
    var curve = self
    for index in points.indices {
      // Equally far to both sides, or the ends would be pulled up or down.
      let reach = min(width / 2, index, points.count - 1 - index)
      let losses = points[index - reach...index + reach].map(\.loss).sorted()
      curve.points[index].loss = losses[reach]
    }
    return curve
  }

  /// The points as ln C and ln L.
  func logPoints(flopsPerTokenParameter: Double) -> [(x: Double, y: Double)] {
    // The logarithm of the product would leave the range of numbers with it.
    let origin = log(flopsPerTokenParameter) + log(parameters)
    return points.map { (origin + log($0.tokens), log($0.loss)) }
  }

  /// ln L at each ln C, on straight lines between the points in both logarithms.
  ///
  /// - Parameters:
  ///   - grid: The places, rising.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  /// - Returns: One value a place, infinite where the curve has none.
  func logLosses(at grid: [Double], flopsPerTokenParameter: Double) -> [Double] {
    let known = logPoints(flopsPerTokenParameter: flopsPerTokenParameter)
    guard let first = known.first, let last = known.last else {
      return Array(repeating: .infinity, count: grid.count)
    }
    var next = 0
    return grid.map { place in
      guard place >= first.x, place <= last.x else { return .infinity }
      while known[next].x < place { next += 1 }
      guard next > 0 else { return first.y }
      let (left, right) = (known[next - 1], known[next])
      return left.y + (right.y - left.y) * ((place - left.x) / (right.x - left.x))
    }
  }
}
