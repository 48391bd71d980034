/// An iteration under way: where it stands, and how far it dares to step.
struct LevenbergMarquardtState<Problem: ResidualProblem> {
  let problem: Problem
  let options: LevenbergMarquardt
  private var point: EvaluatedPoint
  private var scaling: [Double]
  private var radius: Double
  private var iterations = 0
  private var evaluations = 1

  init(problem: Problem, start: [Double], options: LevenbergMarquardt) {
    self.problem = problem
    self.options = options
    point = EvaluatedPoint(problem: problem, parameters: problem.clamped(start))
    point.differentiate(problem)
    scaling = point.columnNorms.map { $0 > 0 && $0.isFinite ? $0 : 1 }
    let length = scaledLength(point.parameters, scaling)
    radius = options.initialRadius * (length > 0 ? length : 1)
  }

  /// Takes one step.
  ///
  /// - Returns: The reason to stop, or `nil` to go on.
  mutating func advance() -> Termination? {
    guard point.isFinite else { return .nonFinite }
    let free = point.freeParameters(problem.bounds)
    guard point.relativeGradient(free) > options.gradientTolerance else {
      return .gradientTolerance
    }
    guard iterations < options.iterationLimit else { return .iterationLimit }
    for column in scaling.indices {
      scaling[column] = max(scaling[column], point.columnNorms[column])
    }
    let model = StepModel(point: point, free: free, scaling: scaling)
    let minimumRadius =
      options.stepTolerance * max(scaledLength(point.parameters, scaling), .leastNormalMagnitude)

    while true {
      let step = model.step(radius: radius)
      let trial = evaluate(step)
      let length = scaledLength(difference(trial.parameters, point.parameters), scaling)
      guard length > minimumRadius else { return .stepTolerance }
      let predicted = model.predictedReduction(of: difference(trial.parameters, point.parameters))
      if predicted <= Self.visibleReduction * point.sumOfSquares {
        return polish(to: trial, free: free)
      }
      let actual = trial.isFinite ? point.reduction(to: trial) : -.infinity
      let ratio = actual / predicted
      adaptRadius(ratio: ratio, length: length, isDamped: step.damping > 0)
      if ratio > 1e-4 {
        accept(trial)
        return nil
      }
    }
  }

  /// The finished fit.
  func fit(termination: Termination) -> LeastSquaresFit {
    let free = point.freeParameters(problem.bounds)
    let fixed = point.parameters.indices.filter { isAtBound($0) }
    return LeastSquaresFit(
      parameters: point.parameters,
      residuals: point.residuals,
      jacobian: point.jacobian,
      covariance: ParameterCovariance(jacobian: point.jacobian, fixed: fixed),
      parametersAtBound: fixed,
      relativeGradient: point.isFinite ? point.relativeGradient(free) : .infinity,
      termination: termination,
      iterations: iterations,
      evaluations: evaluations
    )
  }

  // MARK: - Parts of a step

  /// Reductions below this share of the objective drown in its rounding.
  private static var visibleReduction: Double { 1e-14 }

  private mutating func evaluate(_ step: StepModel.Step) -> EvaluatedPoint {
    evaluations += 1
    let target = zip(point.parameters, step.change).map { $0 + $1 }
    return EvaluatedPoint(problem: problem, parameters: problem.clamped(target))
  }

  private mutating func accept(_ trial: EvaluatedPoint) {
    iterations += 1
    let isDifferentiated = trial.isDifferentiated
    point = trial
    if !isDifferentiated { point.differentiate(problem) }
  }

  /// Takes a step too small for the objective to judge if it lowers the gradient.
  private mutating func polish(to trial: EvaluatedPoint, free: [Int]) -> Termination? {
    var trial = trial
    guard trial.isFinite else { return .costReduction }
    trial.differentiate(problem)
    let before = point.relativeGradient(free)
    let after = trial.relativeGradient(trial.freeParameters(problem.bounds))
    let isVisiblyWorse = -point.reduction(to: trial) > 1e-12 * point.sumOfSquares
    guard trial.isFinite, after < 0.9 * before, !isVisiblyWorse else { return .costReduction }
    accept(trial)
    return nil
  }

  private mutating func adaptRadius(ratio: Double, length: Double, isDamped: Bool) {
    if !(ratio > 0.25) {
      // A step gone badly wrong says more than that it was too long.
      radius = (ratio > -1 ? 0.25 : 0.1) * min(radius, length)
    } else if ratio > 0.75 || !isDamped {
      radius = max(radius, 2 * length)
    }
  }

  private func isAtBound(_ index: Int) -> Bool {
    guard let bounds = problem.bounds else { return false }
    let value = point.parameters[index]
    return value <= bounds[index].lowerBound || value >= bounds[index].upperBound
  }
}

/// The length of a change with each parameter multiplied by its scale.
private func scaledLength(_ change: [Double], _ scaling: [Double]) -> Double {
  var sum = 0.0
  for (value, scale) in zip(change, scaling) { sum += (value * scale) * (value * scale) }
  return sum.squareRoot()
}

private func difference(_ left: [Double], _ right: [Double]) -> [Double] {
  zip(left, right).map { $0 - $1 }
}

extension ResidualProblem {
  /// Parameters moved to the nearest ones inside the bounds.
  func clamped(_ parameters: [Double]) -> [Double] {
    guard let bounds else { return parameters }
    return zip(parameters, bounds).map { min(max($0, $1.lowerBound), $1.upperBound) }
  }
}
