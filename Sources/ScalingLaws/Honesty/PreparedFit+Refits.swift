import CurveFitting

// Fits of nearly the same problem, each from the minimum of the whole: they cost next to nothing.

extension PreparedFit {
  /// Scaled coefficients, in the runs' own units, of the runs without one; `nil` if it has no minimum.
  func refitted(without run: Int, from start: [Double]) -> [Double]? {
    var counts = [Double](repeating: 1, count: problem.residualCount)
    counts[run] = 0
    let minimum = minimum(of: problem.resampled(counts), from: start)
    return minimum.isConverged ? decentered(minimum.parameters) : nil
  }

  /// Scaled coefficients, in the runs' own units, of the minimum next to a start.
  ///
  /// Where that is not certified the law's own starts are tried and the lowest minimum is taken; `nil`
  /// if there is none at all.
  func refitted(from start: [Double]) -> [Double]? {
    let nearest = minimum(from: start)
    if nearest.isConverged { return decentered(nearest.parameters) }
    let others = starts.map { minimum(from: $0) }.filter(\.isConverged)
    return others.min { $0.objective < $1.objective }.map { decentered($0.parameters) }
  }
}

extension LawFit {
  /// The least absolute deviations next to a fit of the same runs; `nil` if there is no minimum there.
  ///
  /// Of ln L, or of L where the fit's objective is.
  func leastAbsoluteDeviations(near result: FitResult) throws(LawFitError) -> ScalingLaw? {
    var fit = refit(result.table)
    fit.objective = Objective(residual: objective.residual, cost: .size)
    let prepared = try PreparedFit(fit)
    guard let start = prepared.centered(result.fit.parameters),
      let found = prepared.refitted(from: start)
    else { return nil }
    let coefficients = zip(form.coefficients, found).map { $0.scale.natural($1) }
    guard coefficients.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    return ScalingLaw(form: form, coefficients: coefficients)
  }
}
