import CurveFitting
public import Execution

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension LawComparison {
  /// The budgets at which laws are compared unless others are asked for: the geometric middle of the
  /// common range, and its upper end.
  ///
  /// - Throws: ``LawComparisonError/nothingCommon(first:_:second:_:)``.
  public func defaultComputes() throws(LawComparisonError) -> [Double] {
    guard let range = commonRange else {
      throw .nothingCommon(
        first: first.name,
        first.fittedRange.compute,
        second: second.name,
        second.fittedRange.compute
      )
    }
    let middle = range.lowerBound.squareRoot() * range.upperBound.squareRoot()
    return [middle, range.upperBound]
  }

  /// Compares.
  ///
  /// - Parameters:
  ///   - computes: The budgets; `nil` for ``defaultComputes()``.
  ///   - curveCount: How many points the curve over the common range has.
  ///   - pool: The threads that share the draws; the result does not depend on them.
  ///   - checkpoint: Throws to stop, for example when the user interrupts; asked by every thread.
  /// - Returns: The multiplier at each budget and over the common range.
  /// - Throws: ``LawComparisonError/nothingCommon(first:_:second:_:)``, and what `checkpoint` throws.
  /// - Precondition: Budgets are positive.
  public func result(
    at computes: [Double]? = nil,
    curveCount: Int = 33,
    on pool: WorkerPool = WorkerPool(threadCount: 1),
    checkpoint: @Sendable () throws -> Void = {}
  ) throws -> LawComparisonResult {
    let stated = try computes ?? defaultComputes()
    let grid = commonRange.map { Self.spaced($0, curveCount) } ?? []
    let all = stated + grid
    let drawn = try Draws(self, at: all, on: pool, checkpoint: checkpoint)
    let points = all.indices.map { estimate(at: all[$0], drawn.column($0)) }
    let curve = Array(points.dropFirst(stated.count))
    return LawComparisonResult(
      points: Array(points.prefix(stated.count)),
      curve: curve,
      trend: trend(curve, drawn.rows.map { Array($0.dropFirst(stated.count)) })
    )
  }

  /// Values that divide a range into equal ratios, both ends included.
  private static func spaced(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
    let (low, high) = (log(range.lowerBound), log(range.upperBound))
    return (0..<count).map { place in
      if place == 0 { return range.lowerBound }
      if place == count - 1 { return range.upperBound }
      return exp(low + (high - low) * Double(place) / Double(count - 1))
    }
  }
}

// MARK: - One multiplier

/// ln m of two laws at a budget.
enum LogMultiplier: Sendable, Hashable {
  /// A number.
  case value(Double)

  /// The first law never reaches the loss.
  case infinite

  /// There is no telling: a law without numbers there.
  case undefined

  /// ln C_first(L_second(C)) − ln C.
  init(_ first: LossFrontier?, _ second: LossFrontier?, logCompute: Double) {
    guard let first, let second, let rest = second.reducible(logCompute: logCompute) else {
      self = .undefined
      return
    }
    // The floors are subtracted first: equal ones then cost no digits.
    let goal = (second.floor - first.floor) + rest
    guard goal > 0 else {
      self = .infinite
      return
    }
    let place = first.logCompute(reducible: goal, near: logCompute)
    self = place.map { .value($0 - logCompute) } ?? .undefined
  }

  /// The number, for an end of an interval that what is not known leaves open.
  func number(undefinedAs open: Double) -> Double {
    switch self {
    case .value(let value): value
    case .infinite: .infinity
    case .undefined: open
    }
  }

  var value: Double? { if case .value(let value) = self { value } else { nil } }
}

extension LawComparison {
  /// Every draw's multipliers.
  private struct Draws {
    /// A row a draw, a column a budget.
    let rows: [[LogMultiplier]]

    init(
      _ comparison: LawComparison,
      at computes: [Double],
      on pool: WorkerPool,
      checkpoint: @Sendable () throws -> Void
    ) throws {
      let pairs = comparison.pairs
      let logs = computes.map { log($0) }
      let results = IndexedResults<[LogMultiplier], any Error>(count: pairs.count)
      pool.forEachBlock(pairs.count) { index, _ in
        results.run(index) { () throws(any Error) in
          try checkpoint()
          return logs.map {
            LogMultiplier(pairs[index].first, pairs[index].second, logCompute: $0)
          }
        }
      }
      rows = try results.values()
    }

    func column(_ place: Int) -> [LogMultiplier] { rows.map { $0[place] } }
  }

  private func estimate(at compute: Double, _ draws: [LogMultiplier]) -> MultiplierEstimate {
    let frontiers = [first, second].map { LossFrontier($0.law, flopsPerTokenParameter: $0.k) }
    let central = LogMultiplier(frontiers[0], frontiers[1], logCompute: log(compute))
    let interval = Interval(of: draws, level)
    var estimate = MultiplierEstimate(
      compute: compute,
      firstLoss: frontierLoss(first, compute),
      secondLoss: frontierLoss(second, compute),
      value: central.value.map { exp($0) },
      lower: interval.lower.map { exp($0) },
      upper: interval.upper.map { exp($0) },
      intervalReason: draws.isEmpty ? reasonWithoutDraws : interval.reason,
      standardError: central.value.flatMap { logValue in
        standardDeviation(draws).map { exp(logValue) * $0 }
      },
      level: level,
      infiniteCount: draws.count { $0 == .infinite },
      undefinedCount: draws.count { $0 == .undefined },
      extrapolation: [first, second].map { Extrapolation.factor(compute, $0.fittedRange.compute) }
    )
    if estimate.value == nil {
      estimate.reason =
        central == .infinite
        ? "`\(first.name)` does not go below \(sixDigits(frontiers[0].floor)) at any budget, and"
          + " `\(second.name)` reaches \(sixDigits(estimate.secondLoss.value))"
        : "the laws have no numbers there"
    }
    return estimate
  }

  private func frontierLoss(_ law: FittedLaw, _ compute: Double) -> Estimate {
    law.frontierLoss(compute: compute, level: level)
      ?? Estimate(name: "L", value: .nan, level: level, reason: "the law has no numbers there")
  }

  private var reasonWithoutDraws: String {
    let names = zip([first, second], sources).filter { $0.1 == nil }.map { "`\($0.0.name)`" }
    let verb = names.count == 1 ? "comes" : "come"
    return "\(names.joined(separator: " and ")) \(verb) without draws and without a covariance"
  }

  /// √ of the variance; `nil` where not every draw has a number, or there are fewer than two.
  private func standardDeviation(_ draws: [LogMultiplier]) -> Double? {
    let values = draws.compactMap(\.value)
    guard values.count == draws.count, values.count > 1 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (sum / Double(values.count - 1)).squareRoot()
  }
}

// MARK: - Intervals

/// Percentiles of draws of which some are infinite and some unknown; an end among those is open.
private struct Interval {
  var lower: Double?
  var upper: Double?
  var reason: String?

  init(of draws: [LogMultiplier], _ level: Double) {
    guard !draws.isEmpty else { return }
    let low = draws.map { $0.number(undefinedAs: -.infinity) }.sorted()
    let high = draws.map { $0.number(undefinedAs: .infinity) }.sorted()
    lower = Self.percentile(low, (1 - level) / 2)
    upper = Self.percentile(high, (1 + level) / 2)
    guard lower == nil || upper == nil else { return }
    let infinite = draws.count { $0 == .infinite }
    let undefined = draws.count { $0 == .undefined }
    var parts: [String] = []
    if infinite > 0 {
      parts.append("in \(infinite) of \(draws.count) draws the first law never reaches the loss")
    }
    if undefined > 0 { parts.append("\(undefined) of \(draws.count) draws make no law") }
    reason = parts.joined(separator: ", and ")
  }

  /// The value below which lies a share; `nil` where it is not finite.
  private static func percentile(_ sorted: [Double], _ share: Double) -> Double? {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let low = sorted[below]
    let rest = place - Double(below)
    guard rest > 0, below + 1 < sorted.count else { return low.isFinite ? low : nil }
    let value = low + rest * (sorted[below + 1] - low)
    return value.isFinite ? value : nil
  }
}

// MARK: - One number for all budgets

extension LawComparison {
  private func trend(
    _ curve: [MultiplierEstimate],
    _ draws: [[LogMultiplier]]
  ) -> MultiplierTrend? {
    let logComputes = curve.map { log($0.compute) }
    let logValues = curve.compactMap { $0.value.map { log($0) } }
    guard curve.count > 1, logValues.count == curve.count else { return nil }
    let slopes = draws.map { row -> LogMultiplier in
      let values = row.compactMap(\.value)
      return values.count == row.count ? .value(slope(values, on: logComputes)) : .undefined
    }
    let interval = Interval(of: slopes, level)
    var trend = MultiplierTrend(
      slope: slope(logValues, on: logComputes),
      standardError: standardDeviation(slopes),
      lower: interval.lower,
      upper: interval.upper,
      meanMultiplier: exp(logValues.reduce(0, +) / Double(logValues.count)),
      intervalReason: draws.isEmpty ? reasonWithoutDraws : nil,
      level: level
    )
    guard !draws.isEmpty else { return trend }
    let undefined = slopes.count { $0 == .undefined }
    if interval.reason != nil {
      trend.intervalReason =
        "\(undefined) of \(draws.count) draws have no multiplier at every budget"
    }
    trend.isConsistentWithConstant =
      interval.lower ?? -.infinity <= 0 && interval.upper ?? .infinity >= 0
    return trend
  }

  /// The slope of the line of least squares.
  private func slope(_ values: [Double], on places: [Double]) -> Double {
    let count = Double(values.count)
    let (x, y) = (places.reduce(0, +) / count, values.reduce(0, +) / count)
    let product = zip(places, values).reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) }
    return product / places.reduce(0) { $0 + ($1 - x) * ($1 - x) }
  }
}
