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
    clamp(&point.parameters)
    function.evaluate(&point)
  }

  /// Takes one step.
  ///
  /// - Returns: The reason to stop, or `nil` to go on.
  mutating func advance() -> Termination? {
    guard point.isFinite else { return .nonFinite }
    let free = freeParameters()
    let isFlat = free.count < movable().count
    let gradient = relativeGradient(free)
    let model = QuadraticModel(point, free)
    if gradient <= options.gradientTolerance, model.isConvex {
      return isFlat ? .flat : .gradientTolerance
    }
    guard point.value > point.roundoff else { return .stepTolerance }
    guard iterations < options.iterationLimit else { return .iterationLimit }
    while true {
      let predicted = move(by: model.step(radius: radius), model)
      guard let length = stepLength(model) else { return reasonWithoutStep(gradient, isFlat) }
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
        guard polishes(gradient) else { return reasonWithoutStep(gradient, isFlat) }
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
      relativeGradient: point.isFinite ? relativeGradient(freeParameters()) : .infinity,
      termination: termination,
      iterations: iterations,
      evaluations: evaluations
    )
  }

  // MARK: - Parts of a step

  /// Puts the trial a step away, inside the bounds; what the model promises for it.
  private mutating func move(by step: [Double], _ model: QuadraticModel) -> Double {
    trial.parameters = point.parameters
    for (place, index) in model.free.enumerated() { trial.parameters[index] += step[place] }
    clamp(&trial.parameters)
    return model.reduction(model.free.map { trial.parameters[$0] - point.parameters[$0] })
  }

  /// The length of the step to the trial in the model's scaling; `nil` if it is no more than rounding.
  private func stepLength(_ model: QuadraticModel) -> Double? {
    var moved = false
    var square = 0.0
    for (place, index) in model.free.enumerated() {
      let change = trial.parameters[index] - point.parameters[index]
      if abs(change) > 4 * .ulpOfOne * max(abs(point.parameters[index]), 1e-3) { moved = true }
      square += (change * model.scaling[place]) * (change * model.scaling[place])
    }
    return moved ? square.squareRoot() : nil
  }

  /// Whether the trial has a visibly smaller gradient.
  private func polishes(_ gradient: Double) -> Bool {
    trial.relativeGradient(freeParameters()) < 0.9 * gradient
  }

  private mutating func accept() {
    iterations += 1
    swap(&point, &trial)
  }

  /// What it means that no step long enough to matter lowers the objective.
  private func reasonWithoutStep(_ gradient: Double, _ isFlat: Bool) -> Termination {
    guard gradient < 1e-6 else { return .stalled }
    return isFlat ? .flat : .costReduction
  }

  private func relativeGradient(_ free: [Int]) -> Double { point.relativeGradient(free) }

  // MARK: - Bounds and plateaus

  /// The parameters that may move and matter.
  private func freeParameters() -> [Int] {
    let largest = point.scales.max() ?? 0
    return movable().filter { point.scales[$0] > options.flatScale * largest }
  }

  /// The parameters not held by a bound: at one, only those that the objective pulls inside.
  private func movable() -> [Int] {
    guard let bounds else { return Array(point.parameters.indices) }
    return point.parameters.indices.filter { index in
      let bound = bounds[index]
      if bound.lowerBound == bound.upperBound { return false }
      if point.parameters[index] <= bound.lowerBound { return point.gradient[index] < 0 }
      if point.parameters[index] >= bound.upperBound { return point.gradient[index] > 0 }
      return true
    }
  }

  private func isAtBound(_ index: Int) -> Bool {
    guard let bound = bounds?[index] else { return false }
    let value = point.parameters[index]
    return value <= bound.lowerBound || value >= bound.upperBound
  }

  private func clamp(_ parameters: inout [Double]) {
    guard let bounds else { return }
    for index in parameters.indices {
      parameters[index] = min(
        max(parameters[index], bounds[index].lowerBound),
        bounds[index].upperBound
      )
    }
  }
}

extension Curvature {
  /// Whether value and derivatives are all numbers.
  package var isFinite: Bool {
    value.isFinite && gradient.allSatisfy(\.isFinite) && hessian.allSatisfy(\.isFinite)
  }

  /// The largest component of the gradient, each relative to its scale.
  func relativeGradient(_ free: [Int]) -> Double {
    free.reduce(0) { max($0, scales[$1] > 0 ? abs(gradient[$1]) / scales[$1] : 0) }
  }
}

/// The quadratic that a function is near a point, in some of its parameters.
private struct QuadraticModel {
  let free: [Int]

  /// How much a unit of each parameter counts in the length of a step.
  let scaling: [Double]

  private let gradient: [Double]
  private let hessian: [Double]
  private let newtonStep: [Double]?

  init(_ point: Curvature, _ free: [Int]) {
    self.free = free
    let largest = free.reduce(0) { max($0, point.scales[$1]) }
    scaling = free.map { largest > 0 ? max(point.scales[$0] / largest, 1e-3) : 1 }
    var gradient: [Double] = []
    var hessian: [Double] = []
    let count = point.parameters.count
    for (row, index) in free.enumerated() {
      gradient.append(point.gradient[index] / scaling[row])
      for (column, other) in free.enumerated() {
        hessian.append(point.hessian[index * count + other] / (scaling[row] * scaling[column]))
      }
    }
    self.gradient = gradient
    self.hessian = hessian
    newtonStep = choleskySolution(hessian, gradient.map { -$0 })
  }

  /// Whether the quadratic has a minimum, or none visibly.
  var isConvex: Bool {
    if newtonStep != nil { return true }
    let system = SymmetricSystem(hessian, count: free.count)
    return system.smallest >= -1e-10 * system.largestSize
  }

  /// The change of each free parameter that the model likes best within a radius.
  func step(radius: Double) -> [Double] {
    var step: [Double]
    if let newtonStep, newtonStep.reduce(0, { $0 + $1 * $1 }) <= radius * radius {
      step = newtonStep
    } else {
      step = SymmetricSystem(hessian, count: free.count).step(gradient: gradient, radius: radius)
    }
    for index in step.indices { step[index] /= scaling[index] }
    return step
  }

  /// How much the quadratic falls for a change.
  func reduction(_ change: [Double]) -> Double {
    var fall = 0.0
    let count = free.count
    for row in 0..<count {
      let move = change[row] * scaling[row]
      var curve = 0.0
      for column in 0..<count {
        curve += hessian[row * count + column] * change[column] * scaling[column]
      }
      fall -= move * (gradient[row] + curve / 2)
    }
    return fall
  }
}
