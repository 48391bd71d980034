/// The quadratic that a function is near a point, in some of its parameters, and its best steps.
///
/// In memory that is used again: a minimization builds hundreds of them.
struct QuadraticModel {
  /// The parameters that may change, by index.
  private(set) var free: [Int] = []

  /// How much a unit of each free parameter counts in the length of a step.
  private(set) var scaling: [Double] = []

  /// The change of each free parameter that was found last.
  private(set) var step: [Double] = []

  /// Whether the quadratic has a minimum, visibly so.
  private var isDefinite = false

  /// The step to that minimum, scaled, and its length.
  private var newtonStep: [Double] = []
  private var newtonLength = 0.0

  private var gradient: [Double] = []
  private var hessian: [Double] = []
  private var factor = CholeskyFactor()
  private var scratch: [Double] = []

  private var count: Int { free.count }

  /// Takes gradient and Hessian of a point.
  mutating func build(_ point: Curvature, free: [Int]) {
    self.free = free
    let count = free.count
    if scaling.count != count { makeRoom(count) }
    var largest = 0.0
    for index in free { largest = max(largest, point.scales[index]) }
    for (place, index) in free.enumerated() {
      scaling[place] = largest > 0 ? max(point.scales[index] / largest, 1e-3) : 1
      gradient[place] = point.gradient[index] / scaling[place]
    }
    let width = point.parameters.count
    for (row, index) in free.enumerated() {
      for (column, other) in free.enumerated() {
        hessian[row * count + column] =
          point.hessian[index * width + other] / (scaling[row] * scaling[column])
      }
    }
    isDefinite = factor.factor(hessian, count: count)
    if isDefinite {
      for place in 0..<count { newtonStep[place] = -gradient[place] }
      factor.solve(&newtonStep)
      newtonLength = norm(newtonStep)
    }
  }

  private mutating func makeRoom(_ count: Int) {
    scaling = Array(repeating: 0, count: count)
    (step, newtonStep, gradient, scratch) = (scaling, scaling, scaling, scaling)
    hessian = Array(repeating: 0, count: count * count)
  }

  /// Whether the quadratic has a minimum, or none visibly.
  var isConvex: Bool {
    if isDefinite { return true }
    let system = SymmetricSystem(hessian, count: count)
    return system.smallest >= -1e-10 * system.largestSize
  }

  /// Finds the change of each free parameter that the model likes best within about a radius.
  mutating func findStep(radius: Double) {
    if isDefinite, newtonLength <= radius {
      for place in 0..<count { step[place] = newtonStep[place] }
    } else if !findShiftedStep(radius: radius) {
      step = SymmetricSystem(hessian, count: count).step(gradient: gradient, radius: radius)
    }
    for place in 0..<count { step[place] /= scaling[place] }
  }

  /// How much the quadratic falls for a change.
  func reduction(_ change: [Double]) -> Double {
    var fall = 0.0
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

  // MARK: - Steps to the edge

  /// Finds a step s = −(A + μ)⁻¹g as long as the radius, to a tenth.
  ///
  /// Factors are far cheaper than eigenvalues (Moré and Sorensen, SIAM J. Sci. Stat. Comput. 4, 1983,
  /// algorithm 3.2). Where the gradient hardly sees the most negative direction no μ fits, and only
  /// eigenvalues tell.
  ///
  /// - Returns: Whether there is one, and was found soon.
  private mutating func findShiftedStep(radius: Double) -> Bool {
    var (low, high) = shiftRange(radius: radius)
    var shift = low
    for _ in 0..<12 {
      guard factor.factor(hessian, count: count, shift: shift) else {
        low = shift
        shift = middle(low, high)
        continue
      }
      for place in 0..<count { step[place] = -gradient[place] }
      factor.solve(&step)
      let length = norm(step)
      if abs(length - radius) <= 0.1 * radius { return true }
      if length < radius { high = shift } else { low = shift }
      for place in 0..<count { scratch[place] = step[place] }
      factor.solveLower(&scratch)
      // Newton's method on 1/length, nearly linear in the shift.
      let ratio = length / norm(scratch)
      let next = shift + ratio * ratio * (length - radius) / radius
      shift = next > low && next < high ? next : middle(low, high)
    }
    return false
  }

  /// Shifts between which the length of a step passes the radius.
  private func shiftRange(radius: Double) -> (low: Double, high: Double) {
    var low = 0.0
    var reach = 0.0
    for row in 0..<count {
      var beside = 0.0
      for column in 0..<count where column != row { beside += abs(hessian[row * count + column]) }
      // The circles of Gershgorin hold the eigenvalues; no diagonal lies below the smallest.
      reach = max(reach, beside - hessian[row * (count + 1)])
      if !isDefinite { low = max(low, -hessian[row * (count + 1)]) }
    }
    return (low, max(low, reach + norm(gradient) / radius))
  }

  private func middle(_ low: Double, _ high: Double) -> Double {
    max((low * high).squareRoot(), low + (high - low) / 16)
  }

  private func norm(_ vector: [Double]) -> Double {
    var sum = 0.0
    for place in 0..<count { sum += vector[place] * vector[place] }
    return sum.squareRoot()
  }
}
