import ScalingLaws

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The compute-optimal points of a law over all budgets, and the way back from each coordinate.
///
/// Along the curve parameters and tokens rise and loss falls with compute. That alone is used: the
/// way back is a bisection, so it serves every law that has an optimum.
struct OptimumCurve {
  let law: ScalingLaw
  let name: String
  let flopsPerTokenParameter: Double

  /// The budgets looked at, as ln C: wide, but no power of them leaves the range of Double.
  private static let logComputes = log(1e-30)...log(1e150)

  // MARK: Forward

  func split(compute: Double) throws(PlanError) -> BudgetSplit {
    guard
      let best = law.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter)
    else { throw .noOptimum(law: name) }
    return BudgetSplit(
      compute: compute,
      parameters: best.parameters,
      tokens: best.tokens,
      loss: best.loss
    )
  }

  // MARK: Back

  /// The least compute whose optimum has at most this loss.
  func split(loss: Double) throws(PlanError) -> BudgetSplit {
    if let irreducible = law["E"], loss <= irreducible {
      throw .belowIrreducibleLoss(loss: loss, irreducibleLoss: irreducible, law: name)
    }
    let least = try point(Self.logComputes.upperBound).loss ?? 0
    let most = try point(Self.logComputes.lowerBound).loss ?? .infinity
    // A law of wild coefficients may have no numbers at the ends, or losses that rise with compute.
    guard least <= most else { throw .outOfRange(question: .loss(loss), law: name) }
    guard loss >= least, loss <= most else {
      throw .lossOutOfReach(loss: loss, attainable: least...most, law: name)
    }
    let logCompute = try firstCompute { ($0.loss ?? .infinity) <= loss }
    var split = try split(compute: exp(logCompute))
    split.loss = loss  // What was given is given back to the last digit.
    return split
  }

  /// The budget for which this many parameters are best.
  ///
  /// The parameters come back as given, and compute is k·N·D of what comes back.
  func split(parameters: Double) throws(PlanError) -> BudgetSplit {
    let found = try point(try firstCompute { $0.parameters >= parameters })
    guard Self.isReached(found.parameters, parameters) else {
      throw .outOfRange(question: .parameters(parameters), law: name)
    }
    return exact(parameters: parameters, tokens: found.tokens)
  }

  /// The budget for which this many tokens are best.
  func split(tokens: Double) throws(PlanError) -> BudgetSplit {
    let found = try point(try firstCompute { $0.tokens >= tokens })
    guard Self.isReached(found.tokens, tokens) else {
      throw .outOfRange(question: .tokens(tokens), law: name)
    }
    return exact(parameters: found.parameters, tokens: tokens)
  }

  /// Whether a bisection met its goal, and not the end of the budgets looked at.
  private static func isReached(_ found: Double, _ goal: Double) -> Bool {
    abs(found / goal - 1) < 1e-9
  }

  private func exact(parameters: Double, tokens: Double) -> BudgetSplit {
    BudgetSplit(
      compute: flopsPerTokenParameter * parameters * tokens,
      parameters: parameters,
      tokens: tokens,
      loss: law.loss(parameters: parameters, tokens: tokens)
    )
  }

  private func point(_ logCompute: Double) throws(PlanError) -> BudgetSplit {
    try split(compute: exp(logCompute))
  }

  /// The smallest ln C at which a condition holds that stays true once it is.
  ///
  /// Halves the interval until it holds no further number.
  private func firstCompute(
    where isReached: (BudgetSplit) -> Bool
  ) throws(PlanError) -> Double {
    var (low, high) = (Self.logComputes.lowerBound, Self.logComputes.upperBound)
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { return high }
      if isReached(try point(middle)) { high = middle } else { low = middle }
    }
  }
}
