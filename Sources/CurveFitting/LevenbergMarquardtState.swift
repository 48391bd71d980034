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
    let model = makeModel(at: point)
    // Products of finite numbers can leave the range, and a comparison with NaN says nothing.
    guard !model.relativeGradient.isNaN else { return .nonFinite }
    guard model.relativeGradient > options.gradientTolerance else { return .gradientTolerance }
    guard iterations < options.iterationLimit else { return .iterationLimit }
    let pointLength = max(scaledLength(point.parameters, scaling), .leastNormalMagnitude)

    var hasPolished = false
    while true {
      let step = model.step(radius: radius)
      let trial = evaluate(corrected(step, model))
      let length = scaledLength(difference(trial.parameters, point.parameters), scaling)
      guard length > options.stepTolerance * pointLength else {
        return reasonWithoutStep(model, pointLength: pointLength)
      }
      let predicted = model.predictedReduction(of: insideBounds(step.change))
      if !hasPolished, predicted <= Self.visibleReduction * point.sumOfSquares {
        if polish(model) { return nil }
        hasPolished = true
        guard model.promisesReduction else { return .costReduction }
      }
      let actual = trial.isFinite ? point.reduction(to: trial) : -.infinity
      // A step cut off at bounds may promise nothing at all; a shorter one will.
      let ratio = predicted > 0 ? actual / predicted : -1
      adaptRadius(ratio: ratio, length: length, isDamped: step.damping > 0)
      if ratio > 1e-4 {
        accept(trial)
        return nil
      }
    }
  }

  /// The finished fit.
  func fit(termination: Termination) -> ResidualFit {
    let fixed = point.parameters.indices.filter { isAtBound($0) }
    return ResidualFit(
      parameters: point.parameters,
      objective: point.sumOfSquares,
      residuals: point.residuals,
      jacobian: point.jacobian,
      covariance: ParameterCovariance(jacobian: point.jacobian, fixed: fixed),
      parametersAtBound: fixed,
      relativeGradient: point.isFinite ? makeModel(at: point).relativeGradient : .infinity,
      termination: termination,
      iterations: iterations,
      evaluations: evaluations
    )
  }

  // MARK: - Parts of a step

  /// Relative reductions below this are judged by the gradient: rounding may drown them.
  private static var visibleReduction: Double { 1e-10 }

  /// Below this relative reduction a second difference of the residuals is rounding noise.
  private static var bentReduction: Double { 1e-8 }

  /// What it means that no step long enough to matter lowers the objective.
  private func reasonWithoutStep(_ model: StepModel, pointLength: Double) -> Termination {
    // Residuals that are rounding errors of the predictions point anywhere: nothing is left to fit.
    let removable = model.relativeGradient * point.sumOfSquares.squareRoot()
    if removable <= 1e-12 * pointLength { return .stepTolerance }
    return model.relativeGradient < 1e-6 ? .costReduction : .stalled
  }

  private func makeModel(at point: EvaluatedPoint) -> StepModel {
    StepModel(point: point, free: point.freeParameters(problem.bounds), scaling: scaling)
  }

  /// A change cut off at the bounds.
  private func insideBounds(_ change: [Double]) -> [Double] {
    guard problem.bounds != nil else { return change }
    let target = problem.clamped(zip(point.parameters, change).map { $0 + $1 })
    return difference(target, point.parameters)
  }

  private mutating func evaluate(_ change: [Double]) -> EvaluatedPoint {
    evaluations += 1
    let target = zip(point.parameters, change).map { $0 + $1 }
    return EvaluatedPoint(problem: problem, parameters: problem.clamped(target))
  }

  /// A step with its second-order correction, where that is small enough to be believed.
  private mutating func corrected(_ step: StepModel.Step, _ model: StepModel) -> [Double] {
    let predicted = model.predictedReduction(of: step.change)
    guard predicted > Self.bentReduction * point.sumOfSquares else { return step.change }
    let h = 0.1
    let probe = evaluate(step.change.map { h * $0 })
    guard probe.isFinite else { return step.change }
    let movement = model.movement(of: step.change)
    let curvature = movement.indices.map { row in
      2 / h * ((probe.residuals[row] - point.residuals[row]) / h - movement[row])
    }
    let correction = model.correction(of: step, curvature: curvature)
    // Transtrum and Sethna believe an acceleration of up to 0.75 times half the velocity.
    let limit = 0.1875 * scaledLength(step.change, scaling)
    guard scaledLength(correction, scaling) <= limit else { return step.change }
    return zip(step.change, correction).map { $0 + $1 }
  }

  private mutating func accept(_ trial: EvaluatedPoint) {
    iterations += 1
    point = trial
    if !point.isDifferentiated { point.differentiate(problem) }
    for (column, norm) in point.columnNorms.enumerated() where norm.isFinite {
      scaling[column] = max(scaling[column], norm)
    }
  }

  /// Takes the undamped step, too small for the objective to judge, if it lowers the gradient.
  private mutating func polish(_ model: StepModel) -> Bool {
    var trial = evaluate(model.step(radius: .infinity).change)
    guard trial.isFinite else { return false }
    trial.differentiate(problem)
    let isVisiblyWorse = -point.reduction(to: trial) > Self.visibleReduction * point.sumOfSquares
    guard trial.isFinite, !isVisiblyWorse,
      makeModel(at: trial).relativeGradient < 0.9 * model.relativeGradient
    else { return false }
    accept(trial)
    return true
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
