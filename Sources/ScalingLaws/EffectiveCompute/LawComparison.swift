import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Two laws to be compared by the compute each needs for the same loss.
///
///     let comparison = try LawComparison(old, new)
///     let result = try comparison.result(at: [1e21])
///     print(result.points[0].value as Any)   // old needs so many times the compute of new
///
/// The effective compute of the second law at C is what the first would need for the loss that the
/// second reaches with C, and the multiplier m(C) = C_first(L_second(C))/C (Hernandez and Brown 2020,
/// arXiv:2005.04305; Ho et al. 2024, arXiv:2403.05812). Both losses are those of the compute-optimal
/// frontier, ``LossFrontier``.
public struct LawComparison: Sendable {
  /// How the draws of the two laws are put together.
  public enum Pairing: String, Sendable, Hashable {
    /// Draw by draw: both laws were fitted to the same resamples of the same runs.
    case joint

    /// As independent laws: the draws of the second in an order of chance.
    case independent
  }

  /// The law whose compute is asked for.
  public let first: FittedLaw

  /// The law whose loss is to be reached.
  public let second: FittedLaw

  /// The probability with which intervals cover.
  public let level: Double

  /// Where the draws of each law come from; `nil` for a law that says nothing of its uncertainty.
  public let sources: [LawSample.Source?]

  /// How draws are paired; `nil` where one law has none.
  public let pairing: Pairing?

  /// The seed of draws from covariances and of pairing.
  public let seed: UInt64

  /// Pairs of laws, one a draw; empty where one law says nothing of its uncertainty.
  let pairs: [(first: LossFrontier?, second: LossFrontier?)]

  /// Checks that two laws measure the same, and draws.
  ///
  /// - Parameters:
  ///   - first: The law whose compute is asked for.
  ///   - second: The law whose loss is to be reached.
  ///   - level: The probability with which intervals cover.
  ///   - drawCount: How many laws are drawn from the covariance of a law without draws of its own.
  ///   - seed: The seed of those, and of pairing.
  /// - Throws: ``LawComparisonError`` where loss unit, text or convention are declared and differ, and
  ///   where a law has no frontier.
  /// - Precondition: `level` lies between 0 and 1, and `drawCount` is positive.
  public init(
    _ first: FittedLaw,
    _ second: FittedLaw,
    level: Double = 0.95,
    drawCount: Int = 1000,
    seed: UInt64 = 0
  ) throws(LawComparisonError) {
    precondition(level > 0 && level < 1, "a level of \(level) is no probability")
    precondition(drawCount > 0, "an interval needs draws")
    try Self.check(first, second)
    self.first = first
    self.second = second
    self.level = level
    self.seed = seed
    sources = [first.sampleSource, second.sampleSource]
    let isJoint = Self.areJoint(first, second)
    let counts = [first, second].compactMap { $0.draws?.count }
    let count = counts.min() ?? drawCount
    let samples = [first, second].enumerated().map { index, law in
      law.sample(count: count, seed: seed, stream: UInt64(index))
    }
    guard let laws = samples[0]?.laws, let others = samples[1]?.laws else {
      (pairing, pairs) = (nil, [])
      return
    }
    pairing = isJoint ? .joint : .independent
    let order = isJoint ? Array(others.indices) : Self.shuffled(others.count, seed: seed)
    pairs = zip(laws, order).map { law, place in
      (
        law.map { LossFrontier($0, flopsPerTokenParameter: first.k) },
        others[place].map { LossFrontier($0, flopsPerTokenParameter: second.k) }
      )
    }
  }
}

// MARK: - What can be compared

extension LawComparison {
  private static func check(
    _ first: FittedLaw,
    _ second: FittedLaw
  ) throws(LawComparisonError) {
    let (a, b) = (first.name, second.name)
    if let unit = first.lossUnit, let other = second.lossUnit, unit != other {
      throw .lossUnits(first: a, unit, second: b, other)
    }
    if let text = first.validation, let other = second.validation, text != other {
      throw .validations(first: a, text, second: b, other)
    }
    let conventions = [first.parameterConvention, second.parameterConvention]
    if conventions[0] != conventions[1], !conventions.contains(.undeclared) {
      throw .conventions(first: a, conventions[0], second: b, conventions[1])
    }
    for law in [first, second] {
      let frontier = LossFrontier(law.law, flopsPerTokenParameter: law.k)
      guard frontier.loss(compute: 1e20) != nil else {
        throw .noOptimum(name: law.name, law: law.law.name)
      }
    }
  }

  /// Whether draw i of one and draw i of the other come from the same resample of the same runs.
  private static func areJoint(_ first: FittedLaw, _ second: FittedLaw) -> Bool {
    let (a, b) = (first.provenance, second.provenance)
    guard first.draws != nil, second.draws != nil, let resampling = a.resampling else {
      return false
    }
    // A resample that was lost moves those behind it.
    return a.sha256 != nil && a.sha256 == b.sha256 && a.lines == b.lines
      && resampling == b.resampling && resampling.unconvergedCount == 0
  }

  /// An order of chance (Fisher and Yates).
  ///
  /// Resamples of one seed draw the same rows of any two tables as long as each other, so draws of
  /// independent tables are not left in the order in which they come.
  private static func shuffled(_ count: Int, seed: UInt64) -> [Int] {
    var generator = SeededGenerator(seed: seed, stream: 2)
    var order = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(place, generator.next(below: place + 1))
    }
    return order
  }

  /// What to know before trusting the comparison.
  public var warnings: [CoefficientSet.Caveat] {
    var warnings: [CoefficientSet.Caveat] = []
    func warn(_ id: String, _ message: String) {
      warnings.append(CoefficientSet.Caveat(id: id, message: message))
    }
    func undeclared(_ id: String, _ what: String, _ isDeclared: (FittedLaw) -> Bool) {
      let names = [first, second].filter { !isDeclared($0) }.map { "`\($0.name)`" }
      guard !names.isEmpty else { return }
      let verb = names.count == 1 ? "does" : "do"
      warn("undeclared-\(id)", "\(names.joined(separator: " and ")) \(verb) not say \(what)")
    }
    if first.k != second.k {
      warn(
        "flops-per-token-parameter",
        "`\(first.name)` counts \(sixDigits(first.k)) FLOPs a parameter and token, `\(second.name)`"
          + " \(sixDigits(second.k)): part of the multiplier is that"
      )
    }
    // Losses of one table are of one kind, whether anyone says which or not.
    guard !isSameTable else { return warnings }
    undeclared("loss-unit", "what the losses are in") { $0.lossUnit != nil }
    undeclared("validation", "what the losses were measured on") { $0.validation != nil }
    undeclared("parameter-convention", "whether parameters count embeddings") {
      $0.parameterConvention != .undeclared
    }
    return warnings
  }

  private var isSameTable: Bool {
    let (a, b) = (first.provenance, second.provenance)
    return a.sha256 != nil && a.sha256 == b.sha256
      && first.lossUnit == second.lossUnit && first.validation == second.validation
      && first.parameterConvention == second.parameterConvention
  }

  /// How many pairs of draws the intervals come from; 0 without intervals.
  public var drawCount: Int { pairs.count }

  /// The budgets that lie in both fitted ranges; `nil` where none does.
  public var commonRange: ClosedRange<Double>? {
    guard let a = first.fittedRange.compute, let b = second.fittedRange.compute else { return nil }
    let (low, high) = (max(a.lowerBound, b.lowerBound), min(a.upperBound, b.upperBound))
    return low < high ? low...high : nil
  }
}
