/// Least squares from far away: Levenberg-Marquardt steps with geodesic acceleration on normal equations.
///
/// A bad start lies on the side of a long bent valley, on which a quadratic model is good for short
/// steps only. The second derivative of the residuals along a step, which costs less than a pass of
/// the residuals themselves, bends the step with the valley (Transtrum and Sethna, arXiv:1201.5885,
/// 2012). A start of a published grid comes near a minimum in about 20 steps, where Newton's method
/// takes 60 (decision 0017).
///
/// Normal equations lose half of the digits, which only matters closer to the minimum than this goes:
/// Newton's method or ``LevenbergMarquardt`` finish.
public struct GeodesicDescent: Sendable, Hashable {
  /// The cosine between the residuals and every column of the Jacobian at which to stop.
  public var cosineTolerance = 3e-3

  /// The number of evaluations allowed.
  public var evaluationLimit = 200

  /// The first damping, as a share of the largest diagonal of JᵀJ.
  public var initialDamping = 0.01

  /// The factor by which damping grows after a step that leads up.
  public var increase = 8.0

  /// The factor by which damping falls after a step that leads down.
  public var decrease = 20.0

  /// The length of a correction, as a share of its step's, up to which the step is believed.
  public var accelerationLimit = 0.75

  /// Creates a descent with the defaults.
  public init() {}

  /// Goes down from a start.
  ///
  /// - Parameters:
  ///   - function: The residuals.
  ///   - start: The first parameters; moved inside the function's bounds.
  ///   - goal: The root mean square of the residuals at which the start is good enough as it is.
  /// - Returns: Where the descent ended; its objective is never above that of the start.
  /// - Precondition: `start` has one finite number a parameter.
  public func descend(
    _ function: some SummedSquares,
    from start: [Double],
    goal: Double = 0
  ) -> DescentEnd {
    precondition(start.count == function.parameterCount, "one number a parameter")
    precondition(start.allSatisfy(\.isFinite), "a descent starts at finite parameters")
    var state = GeodesicState(function: function, start: start, options: self)
    if state.rootMeanSquare > goal { state.run() }
    return DescentEnd(
      parameters: state.point.parameters,
      rootMeanSquare: state.rootMeanSquare,
      evaluations: state.evaluations
    )
  }
}

/// Where a descent ended.
public struct DescentEnd: Sendable, Hashable {
  /// The parameters.
  public var parameters: [Double]

  /// The root mean square of the residuals there.
  public var rootMeanSquare: Double

  /// The number of times that the residuals were computed.
  public var evaluations: Int
}

/// A descent under way.
private struct GeodesicState {
  private let function: any SummedSquares
  private let bounds: [ClosedRange<Double>]?
  private let options: GeodesicDescent
  private(set) var point: Curvature
  private(set) var evaluations = 1
  private var trial: Curvature
  private var damping: Double

  /// The largest diagonal of JᵀJ, in which damping is measured.
  private var largest = 0.0
  private var free: [Int] = []
  private var normal: [Double] = []
  private var factor = CholeskyFactor()
  private var step: [Double] = []
  private var correction: [Double] = []
  private var change: [Double]
  private var bend: [Double]

  init(function: any SummedSquares, start: [Double], options: GeodesicDescent) {
    self.function = function
    bounds = function.bounds
    self.options = options
    damping = options.initialDamping
    point = Curvature(parameters: start)
    change = Array(repeating: 0, count: start.count)
    bend = change
    if let bounds {
      for index in start.indices { point.parameters[index] = bounds[index].clamped(start[index]) }
    }
    trial = point
    function.evaluate(&point)
  }

  var rootMeanSquare: Double {
    (2 * point.value / Double(max(function.residualCount, 1))).squareRoot()
  }

  mutating func run() {
    while point.isFinite, evaluations < options.evaluationLimit {
      findFreeParameters()
      guard largest > 0, largestCosine() > options.cosineTolerance, takeStep() else { return }
    }
  }

  /// Tries steps of growing damping until one leads down.
  ///
  /// - Returns: Whether one did.
  private mutating func takeStep() -> Bool {
    while evaluations < options.evaluationLimit, damping < 1e20 {
      if propose() {
        function.evaluate(&trial)
        evaluations += 1
        if trial.isFinite, trial.value < point.value {
          swap(&point, &trial)
          damping /= options.decrease
          return true
        }
      }
      damping *= options.increase
    }
    return false
  }

  /// Puts the trial a step and its correction away, inside the bounds.
  ///
  /// - Returns: Whether the correction is short enough for the step to be believed.
  private mutating func propose() -> Bool {
    let count = free.count
    guard factor.factor(normal, count: count, shift: damping * largest) else { return false }
    for (place, index) in free.enumerated() { step[place] = -point.gradient[index] }
    factor.solve(&step)
    for index in change.indices { change[index] = 0 }
    for (place, index) in free.enumerated() { change[index] = step[place] }
    function.bend(along: change, at: &point, into: &bend)
    for (place, index) in free.enumerated() { correction[place] = bend[index] / 2 }
    factor.solve(&correction)
    var (length, added) = (0.0, 0.0)
    for place in 0..<count {
      length += step[place] * step[place]
      added += correction[place] * correction[place]
    }
    guard added.squareRoot() <= options.accelerationLimit * length.squareRoot() else {
      return false
    }
    for index in point.parameters.indices { trial.parameters[index] = point.parameters[index] }
    for (place, index) in free.enumerated() {
      let moved = point.parameters[index] + step[place] + correction[place]
      trial.parameters[index] = bounds?[index].clamped(moved) ?? moved
    }
    return true
  }

  /// Finds the parameters that no bound holds, and their normal equations.
  private mutating func findFreeParameters() {
    let width = point.parameters.count
    free.removeAll(keepingCapacity: true)
    largest = 0
    for index in 0..<width where point.isFree(index, in: bounds) {
      free.append(index)
      largest = max(largest, point.hessian[index * (width + 1)])
    }
    if step.count != free.count {
      step = Array(repeating: 0, count: free.count)
      correction = step
      normal = Array(repeating: 0, count: free.count * free.count)
    }
    for (row, index) in free.enumerated() {
      for (column, other) in free.enumerated() {
        normal[row * free.count + column] = point.hessian[index * width + other]
      }
    }
  }

  /// The largest cosine between the residuals and a column that has an effect.
  private func largestCosine() -> Double {
    var cosine = 0.0
    for index in free {
      let square = point.hessian[index * (point.parameters.count + 1)]
      guard square > 1e-26 * largest else { continue }
      cosine = max(cosine, abs(point.gradient[index]) / (2 * point.value * square).squareRoot())
    }
    return cosine
  }
}

extension ClosedRange<Double> {
  /// The value of the range nearest to a number.
  package func clamped(_ value: Double) -> Double {
    Swift.min(Swift.max(value, lowerBound), upperBound)
  }
}
