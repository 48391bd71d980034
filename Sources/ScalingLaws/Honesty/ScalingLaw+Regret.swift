#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension ScalingLaw {
  /// The least compute that reaches a loss, found along the law's optima by bisection of ln C.
  ///
  /// - Parameters:
  ///   - loss: The loss to reach.
  ///   - compute: A budget whose optimum reaches it; the search goes down from there.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  /// - Returns: The budget, at most `compute`; `nil` for a law without optima, and where a budget of
  ///   one FLOP is still enough.
  /// - Precondition: `compute` is positive.
  public func leastCompute(
    reaching loss: Double,
    atMost compute: Double,
    flopsPerTokenParameter: Double = 6
  ) -> Double? {
    func optimalLoss(_ logCompute: Double) -> Double? {
      optimum(compute: exp(logCompute), flopsPerTokenParameter: flopsPerTokenParameter)?.loss
    }
    var high = log(compute)
    guard let best = optimalLoss(high), loss.isFinite else { return nil }
    guard best < loss else { return compute }
    var step = 1.0
    var low = high - step
    while let other = optimalLoss(low), other < loss {
      guard low > 0 else { return nil }
      high = low
      step *= 2
      low = high - step
    }
    // The ends meet at neighboring numbers after some sixty halvings.
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high, let other = optimalLoss(middle) else { break }
      if other < loss { high = middle } else { low = middle }
    }
    return exp(high)
  }

  /// The extra compute that a run pays over the law's best way to the same loss, as a share.
  ///
  /// C/C* − 1 with C = k N D, and C* the least compute that reaches L(N, D). Half of the best size
  /// costs 26 % under the default set of coefficients, double 15 %, a quarter 347 %.
  ///
  /// - Parameters:
  ///   - parameters: N.
  ///   - tokens: D.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  /// - Returns: The share, never negative; `nil` for a law without optima.
  /// - Precondition: `parameters` and `tokens` are positive.
  public func regret(
    parameters: Double,
    tokens: Double,
    flopsPerTokenParameter: Double = 6
  ) -> Double? {
    let compute = flopsPerTokenParameter * parameters * tokens
    let reached = loss(parameters: parameters, tokens: tokens)
    let least = leastCompute(
      reaching: reached,
      atMost: compute,
      flopsPerTokenParameter: flopsPerTokenParameter
    )
    return least.map { max(0, compute / $0 - 1) }
  }
}
