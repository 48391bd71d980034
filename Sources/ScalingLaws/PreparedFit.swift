import CurveFitting

/// A fit whose runs were checked and centered: a problem with starts, ready to be minimized.
struct PreparedFit: Sendable {
  let fit: LawFit
  let center: RunCenter
  let problem: LawProblem
  let starts: [[Double]]

  /// The squared residuals of ln L, where kernels know the law.
  private let squares: PowerSumSquares?

  /// Checks the runs and prepares.
  ///
  /// - Throws: ``LawFitError`` where runs cannot determine the law.
  init(_ fit: LawFit) throws(LawFitError) {
    precondition(fit.level > 0 && fit.level < 1, "a level of \(fit.level) is no probability")
    self.fit = fit
    try fit.check()
    let runs = fit.table.runs
    guard var center = RunCenter(runs) else {
      throw .tooFewRuns(law: fit.form.name, coefficients: fit.form.coefficients.count, runs: 0)
    }
    let scaled = fit.form.coefficients.map { $0.scale.scaled(1) }
    let isMovable =
      fit.starts == nil
      ? fit.form.decentered(scaled, from: center) != nil : fit.form is any PowerSumForm
    if !isMovable || !fit.constraints.isEmpty {
      center = .origin(smallestLoss: center.smallestLoss)
    }
    self.center = center
    let bounds = fit.form.coefficients.map { coefficient in
      fit.constraints[coefficient.name].map(coefficient.scaled) ?? coefficient.scaledBounds
    }
    problem = LawProblem(
      form: fit.form,
      runs: runs,
      center: center,
      residual: fit.objective.residual,
      kernels: fit.kernels,
      bounds: bounds
    )
    // Runs at the ends of the range of Double can put a start beyond them.
    let all =
      fit.starts?.compactMap { Self.centered($0, fit.form, center) }
      ?? fit.form.starts(for: runs.map(center.centered)).filter { $0.allSatisfy(\.isFinite) }
    let count = min(max(fit.startLimit ?? all.count, 1), all.count)
    starts = (0..<count).map { all[(2 * $0 + 1) * all.count / (2 * count)] }
    squares = problem.powers.map { [problem] in
      PowerSumSquares(sum: $0.ofLogarithms(problem.logLosses))
    }
  }

  /// The minimum that a start leads to; its objective is in units of the middle.
  ///
  /// Where the law is a sum of powers a bad start is brought near a minimum of log least squares first.
  func minimum(from start: [Double]) -> LocalMinimum {
    switch fit.solver {
    case .automatic, .newton:
      guard let squares else { return minimum(of: problem, from: start) }
      let near = fit.descent.descend(squares, from: start, goal: Self.nearResidual)
      var minimum = minimum(
        of: problem,
        from: near.parameters,
        residualSize: near.rootMeanSquare
      )
      minimum.evaluations += near.evaluations
      return minimum
    case .levenbergMarquardt:
      return fit.polisher.minimize(weightedProblem, from: start).point
    case .variableProjection: return projectedMinimum(from: start)
    }
  }

  /// The root mean square of the residuals of ln L from which on a start is near.
  private static var nearResidual: Double { 0.1 }

  /// The same for other weights of the runs, from a start with residuals of about this size.
  func minimum(
    of problem: LawProblem,
    from start: [Double],
    residualSize: Double? = nil
  ) -> LocalMinimum {
    guard let penalty = fit.objective.penalty else {
      return AbsoluteMinimizer(newton: fit.minimizer).minimize(
        problem,
        weights: problem.weights,
        below: fit.objective.factorBelow,
        from: start,
        smoothed: problem.function
      )
    }
    var minimizer = fit.minimizer
    if let residualSize { minimizer.initialRadius = min(max(residualSize, 1e-4), 1) }
    var minimum = minimizer.minimize(
      problem,
      penalty: penalty,
      from: start,
      residualSize: residualSize,
      smoothed: problem.function
    )
    minimum.objective *= fit.objective.valueFactor
    return minimum
  }

  /// A minimum of least squares taken to the last digit; another as it is.
  func polished(_ point: LocalMinimum) -> LocalMinimum {
    guard fit.solver == .automatic, fit.objective.isLeastSquares,
      point.parameters.allSatisfy(\.isFinite)
    else {
      return point
    }
    let polished = fit.polisher.minimize(weightedProblem, from: point.parameters)
    guard polished.isConverged || !point.isConverged else { return point }
    return LocalMinimum(
      parameters: polished.parameters,
      objective: polished.residualSumOfSquares,
      scales: point.scales,
      parametersAtBound: polished.parametersAtBound,
      relativeGradient: polished.relativeGradient,
      termination: polished.termination,
      iterations: point.iterations + polished.iterations,
      evaluations: point.evaluations + polished.evaluations
    )
  }

  /// Residuals and derivatives at a minimum, each run by the root of its weight.
  func facts(at point: LocalMinimum) -> ResidualFit {
    let (residuals, jacobian) = weightedProblem.linearized(at: point.parameters)
    return ResidualFit(
      parameters: point.parameters,
      objective: point.objective,
      residuals: residuals,
      jacobian: jacobian,
      covariance: ParameterCovariance(jacobian: jacobian, fixed: point.parametersAtBound),
      parametersAtBound: point.parametersAtBound,
      relativeGradient: point.relativeGradient,
      termination: point.termination,
      iterations: point.iterations,
      evaluations: point.evaluations
    )
  }

  var isLeastSquares: Bool { fit.objective.isLeastSquares }

  var weightedProblem: WeightedProblem<LawProblem> {
    WeightedProblem(problem, weights: problem.weights)
  }
}
