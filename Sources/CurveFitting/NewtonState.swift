/// A minimization under way.
///
/// Not generic: code for a function of another module would not be specialized, and an existential
/// costs less than generics worked out at run time.
struct NewtonState {
  private let function: any CurvedFunction
  private let bounds: [ClosedRange<Double>]?
  private let options: NewtonMinimizer
  private var point: Curvature
  private var trial: Curvature
  private var model = QuadraticModel()
  private var free: [Int] = []

  /// The trial's change of each free parameter.
  private var change: [Double] = []

  /// Whether a parameter that no bound holds has no effect.
  private var isFlat = false
  private var radius: Double
  private var iterations = 0
  private var evaluations = 1

  init(function: any CurvedFunction, start: [Double], options: NewtonMinimizer) {
    self.function = function
    bounds = function.bounds
    self.options = options
    point = Curvature(parameters: start)
    trial = point
    radius = options.initialRadius
    if let bounds {
      for index in start.indices { point.parameters[index] = bounds[index].clamped(start[index]) }
    }
    function.evaluate(&point)
  }

  /// Takes one step.
  ///
  /// - Returns: The reason to stop, or `nil` to go on.
  mutating func advance() -> Termination? {
    guard point.isFinite else { return .nonFinite }
    findFreeParameters()
    let gradient = point.relativeGradient(free)
    model.build(point, free: free)
    if gradient <= options.gradientTolerance, model.isConvex {
      return isFlat ? .flat : .gradientTolerance
    }
    guard point.value > point.roundoff else { return .stepTolerance }
    guard iterations < options.iterationLimit else { return .iterationLimit }
    while true {
      model.findStep(radius: radius)
      move()
      guard let length = stepLength() else { return reasonWithoutStep(gradient) }
      let predicted = model.reduction(change)
      guard predicted > 0 else {
        // A step cut off at bounds may promise nothing at all; a shorter one will.
        radius = 0.25 * min(radius, length)
        continue
      }
      function.evaluate(&trial)
      evaluations += 1
      let actual = trial.isFinite ? point.value - trial.value : -.infinity
      // Differences of two objectives have lost their digits here; the gradient still has its own.
      if predicted <= 1e-11 * abs(point.value), abs(actual) <= 1e-11 * abs(point.value) {
        // Whether the trial has a visibly smaller gradient.
        guard trial.relativeGradient(free) < 0.9 * gradient else {
          return reasonWithoutStep(gradient)
        }
        accept()
        return nil
      }
      let ratio = actual / predicted
      if !(ratio > 0.25) {
        radius = 0.25 * min(radius, length)
      } else if ratio > 0.75 {
        radius = max(radius, 2 * length)
      }
      if ratio > 1e-4 {
        accept()
        return nil
      }
    }
  }

  func minimum(_ termination: Termination) -> LocalMinimum {
    LocalMinimum(
      parameters: point.parameters,
      objective: point.value,
      scales: point.parameters.indices.map {
        abs(point.hessian[$0 * (function.parameterCount + 1)]).squareRoot()
      },
      parametersAtBound: point.parameters.indices.filter(isAtBound),
      relativeGradient: point.isFinite ? point.relativeGradient(free) : .infinity,
      termination: termination,
      iterations: iterations,
      evaluations: evaluations
    )
  }

  // MARK: - Parts of a step

  /// Puts the trial the model's step away, inside the bounds.
  private mutating func move() {
    for index in point.parameters.indices { trial.parameters[index] = point.parameters[index] }
    if change.count != free.count { change = Array(repeating: 0, count: free.count) }
    for (place, index) in free.enumerated() {
      let moved = point.parameters[index] + model.step[place]
      trial.parameters[index] = bounds?[index].clamped(moved) ?? moved
      change[place] = trial.parameters[index] - point.parameters[index]
    }
  }

  /// The length of the step to the trial in the model's scaling; `nil` if it is no more than rounding.
  private func stepLength() -> Double? {
    var moved = false
    var square = 0.0
    for (place, index) in free.enumerated() {
      let size = abs(point.parameters[index])
      if abs(change[place]) > 4 * .ulpOfOne * max(size, 1e-3) { moved = true }
      square += (change[place] * model.scaling[place]) * (change[place] * model.scaling[place])
    }
    return moved ? square.squareRoot() : nil
  }

  private mutating func accept() {
    iterations += 1
    swap(&point, &trial)
  }

  /// What it means that no step long enough to matter lowers the objective.
  private func reasonWithoutStep(_ gradient: Double) -> Termination {
    guard gradient < 1e-6 else { return .stalled }
    return isFlat ? .flat : .costReduction
  }

  // MARK: - Bounds and plateaus

  /// Finds the parameters that may move and matter.
  private mutating func findFreeParameters() {
    var largest = 0.0
    for scale in point.scales { largest = max(largest, scale) }
    free.removeAll(keepingCapacity: true)
    isFlat = false
    for index in point.parameters.indices where point.isFree(index, in: bounds) {
      if point.scales[index] > options.flatScale * largest {
        free.append(index)
      } else {
        isFlat = true
      }
    }
  }

  private func isAtBound(_ index: Int) -> Bool {
    guard let bound = bounds?[index] else { return false }
    let value = point.parameters[index]
    return value <= bound.lowerBound || value >= bound.upperBound
  }
}

extension Curvature {
  /// Whether value and derivatives are all numbers.
  package var isFinite: Bool {
    value.isFinite && gradient.allSatisfy(\.isFinite) && hessian.allSatisfy(\.isFinite)
  }

  /// Whether no bound holds a parameter: at one, only the objective that pulls inside frees it.
  func isFree(_ index: Int, in bounds: [ClosedRange<Double>]?) -> Bool {
    guard let bound = bounds?[index] else { return true }
    if bound.lowerBound == bound.upperBound { return false }
    if parameters[index] <= bound.lowerBound { return gradient[index] < 0 }
    if parameters[index] >= bound.upperBound { return gradient[index] > 0 }
    return true
  }

  /// The largest component of the gradient, each relative to its scale.
  func relativeGradient(_ free: [Int]) -> Double {
    free.reduce(0) { max($0, scales[$1] > 0 ? abs(gradient[$1]) / scales[$1] : 0) }
  }
}
