extension NewtonMinimizer {
  /// Minimizes the penalty of a problem's residuals.
  ///
  /// A threshold far below the residuals makes the objective all edges, on which quadratic models are
  /// of little use; it is then approached from a larger one.
  ///
  /// - Parameters:
  ///   - problem: The residuals.
  ///   - penalty: What they cost.
  ///   - start: The first parameters.
  ///   - residualSize: About how large residuals are at the start, if it is known.
  ///   - smoothed: The sum of a penalty as a function, however it is best computed.
  /// - Returns: Where the iteration ended and why.
  public func minimize(
    _ problem: some ResidualProblem,
    penalty: Penalty,
    from start: [Double],
    residualSize: Double? = nil,
    smoothed: (Penalty) -> any CurvedFunction
  ) -> LocalMinimum {
    let size = residualSize ?? problem.meanResidual(at: start)
    guard size.isFinite, penalty.threshold < Self.directShare * size else {
      return minimize(smoothed(penalty), from: start)
    }
    return graduated(problem, from: start) { threshold in
      smoothed(Penalty(threshold: threshold, above: penalty.above, below: penalty.below))
    } target: { _ in
      penalty.threshold
    }.minimum
  }

  /// Minimizes with thresholds that fall tenfold from a tenth of the residuals to a target.
  ///
  /// - Parameters:
  ///   - problem: The residuals.
  ///   - start: The first parameters.
  ///   - smoothed: The function of a threshold.
  ///   - target: The last threshold, given the mean size of the residuals.
  /// - Returns: The last minimum, with the steps of all, and its threshold.
  func graduated(
    _ problem: some ResidualProblem,
    from start: [Double],
    _ smoothed: (Double) -> any CurvedFunction,
    target: (Double) -> Double
  ) -> (minimum: LocalMinimum, threshold: Double) {
    let size = problem.meanResidual(at: start)
    var threshold = max(size.isFinite && size > 0 ? size / 10 : 1, target(size))
    var minimum = minimize(smoothed(threshold), from: start)
    while minimum.termination != .nonFinite, minimum.termination != .flat {
      // The residuals of a bad start say nothing of those at the end.
      let last = target(problem.meanResidual(at: minimum.parameters))
      guard threshold > last else { break }
      threshold = max(threshold / 10, last)
      var next = minimize(smoothed(threshold), from: minimum.parameters)
      next.iterations += minimum.iterations
      next.evaluations += minimum.evaluations
      minimum = next
    }
    return (minimum, threshold)
  }

  /// The share of the residuals from which on a threshold is minimized directly.
  private static var directShare: Double { 1.0 / 300 }
}

extension ResidualProblem {
  /// The mean size of the residuals.
  package func meanResidual(at parameters: [Double]) -> Double {
    var residuals = [Double](repeating: 0, count: residualCount)
    var span = residuals.mutableSpan
    self.residuals(at: parameters.span, into: &span)
    return residuals.reduce(0) { $0 + abs($1) } / Double(max(residuals.count, 1))
  }
}
