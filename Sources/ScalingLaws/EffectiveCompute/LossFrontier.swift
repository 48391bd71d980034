#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The least loss a law reaches with each budget, L(C), and the way back, C(L).
///
///     let frontier = LossFrontier(law)
///     let loss = frontier.loss(compute: 1e21)
///     let compute = try frontier.compute(loss: 2.1)
///
/// The optimum of each budget is the law's own (``ScalingLaw/optimum(compute:flopsPerTokenParameter:)``).
/// What lies above the floor E is worked apart from it, so that budgets keep their digits however
/// close to the floor their loss is.
public struct LossFrontier: Sendable {
  /// The law.
  public let law: ScalingLaw

  /// k in C = k · N · D.
  public let flopsPerTokenParameter: Double

  /// The loss that no compute goes below: the sum of the law's constant terms, 0 without any.
  public let floor: Double

  private let scaled: [Double]

  /// The budgets looked at, as ln C: wide, but no power of them leaves the range of Double.
  private static let logComputes = log(1e-30)...log(1e150)

  /// Takes a law.
  ///
  /// - Precondition: `flopsPerTokenParameter` is positive.
  public init(_ law: ScalingLaw, flopsPerTokenParameter: Double = 6) {
    precondition(flopsPerTokenParameter > 0, "a token costs a positive number of FLOPs")
    self.law = law
    self.flopsPerTokenParameter = flopsPerTokenParameter
    let scaled = law.form.scaled(law.coefficients)
    self.scaled = scaled
    if let form = law.form as? any PowerSumForm {
      floor = form.powerTerms.filter { $0.exponent == nil }.reduce(0) {
        $0 + law.coefficients[$1.amplitude]
      }
    } else {
      floor = law["E"] ?? 0
    }
  }
}

/// Why a loss has no budget.
public enum FrontierError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The law has no best split of a budget that is known in closed form.
  case noOptimum(law: String)

  /// The law's floor is not below the loss.
  case belowFloor(loss: Double, floor: Double)

  /// The law would need more, or less, compute than any number can mean.
  case outOfReach(loss: Double)

  /// The error in words.
  public var description: String {
    switch self {
    case .noOptimum(let law): "the law \(law) has no compute-optimal split in closed form"
    case .belowFloor(let loss, let floor):
      "no compute gives a loss of \(sixDigits(loss)): the law does not go below \(sixDigits(floor))"
    case .outOfReach(let loss): "no compute that makes sense gives a loss of \(sixDigits(loss))"
    }
  }
}

// MARK: - Forward

extension LossFrontier {
  /// The best split of a budget; `nil` where the law has none, or its numbers leave all bounds.
  ///
  /// - Precondition: `compute` is positive.
  public func allocation(compute: Double) -> Allocation? {
    guard
      let best = law.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter),
      best.parameters.isNormal, best.tokens.isNormal, best.parameters > 0, best.tokens > 0
    else { return nil }
    return best
  }

  /// The least loss of a budget; `nil` where the law has no optimum.
  ///
  /// - Precondition: `compute` is positive.
  public func loss(compute: Double) -> Double? {
    reducible(logCompute: log(compute)).map { floor + $0 }
  }

  /// Where the least loss of a budget is reached; laws of compute alone need no split.
  func place(logCompute: Double) -> LogRun? {
    if law.form.variables == [.compute] {
      return LogRun(parameters: 0, tokens: 0, compute: logCompute)
    }
    guard let best = allocation(compute: exp(logCompute)) else { return nil }
    return LogRun(
      parameters: log(best.parameters),
      tokens: log(best.tokens),
      compute: logCompute
    )
  }

  /// L(C) − E at ln C.
  func reducible(logCompute: Double) -> Double? {
    guard let place = place(logCompute: logCompute) else { return nil }
    let loss: Double
    if let form = law.form as? any PowerSumForm {
      // Added up without E, a small rest has all its digits.
      loss = form.termLosses(place, scaled: scaled.span).reduce(0, +)
    } else {
      loss = exp(law.form.logLoss(place, scaled: scaled.span)) - floor
    }
    return loss.isFinite && loss > 0 ? loss : nil
  }
}

// MARK: - Back

extension LossFrontier {
  /// The least compute that reaches a loss, in FLOPs, to a relative 1e-12 and better.
  ///
  /// - Throws: ``FrontierError`` where there is none.
  public func compute(loss: Double) throws(FrontierError) -> Double {
    guard loss > floor else { throw .belowFloor(loss: loss, floor: floor) }
    let start = log(1e20)
    guard reducible(logCompute: start) != nil else { throw .noOptimum(law: law.name) }
    guard let logCompute = logCompute(reducible: loss - floor, near: start) else {
      throw .outOfReach(loss: loss)
    }
    return exp(logCompute)
  }

  /// The ln C at which L − E has a value; `nil` where none within all bounds has.
  ///
  /// Newton's method for ln(L − E) in ln C, a straight line for a sum of two powers, kept within an
  /// interval that holds the root and halved where a step would leave it.
  func logCompute(reducible goal: Double, near start: Double) -> Double? {
    let logGoal = log(goal)
    guard goal > 0, logGoal.isFinite else { return nil }
    func excess(_ logCompute: Double) -> Double? {
      reducible(logCompute: logCompute).map { log($0) - logGoal }
    }
    var (low, high) = (Self.logComputes.lowerBound, Self.logComputes.upperBound)
    // Numbers that have left all bounds at the ends are above or below every goal.
    guard excess(low) ?? 1 > 0, excess(high) ?? -1 < 0 else { return nil }
    var place = min(max(start, low), high)
    for _ in 0..<400 {
      guard let rest = excess(place) else { return nil }
      if rest == 0 { return place }
      if rest > 0 { low = place } else { high = place }
      var next = (low + high) / 2
      let step = 1e-3
      if let above = excess(place + step), let below = excess(place - step), above < below {
        let newton = place - rest * 2 * step / (above - below)
        if newton >= low, newton <= high { next = newton }
      }
      if abs(next - place) <= 2 * place.ulp { return next }
      place = next
    }
    return place
  }
}
