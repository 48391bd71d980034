/// The linear model of the residuals at a point, ready to be minimized within any radius.
///
/// With D the scaling, J D⁻¹ = Q U Σ Vᵀ; the step of damping λ is −D⁻¹ V Σ/(Σ²+λ) Uᵀ Qᵀ r.
struct StepModel {
  /// A change of the parameters.
  struct Step {
    /// What is added to each parameter; 0 for those that are not free.
    var change: [Double]

    /// The damping λ; 0 for the undamped Gauss-Newton step.
    var damping: Double
  }

  private let point: EvaluatedPoint
  private let free: [Int]
  private let scaling: [Double]
  private let permutation: [Int]
  private let singular: SingularValueDecomposition
  private let projections: [Double]

  init(point: EvaluatedPoint, free: [Int], scaling: [Double]) {
    self.point = point
    self.free = free
    self.scaling = scaling
    let scaled = point.jacobian.selecting(columns: free, dividedBy: free.map { scaling[$0] })
    let factors = PivotedQR(scaled)
    permutation = factors.permutation
    singular = SingularValueDecomposition(factors.triangle)
    projections = singular.leftProduct(factors.transposedProduct(point.residuals))
  }

  /// The step that minimizes the model among those of scaled length at most about `radius`.
  func step(radius: Double) -> Step {
    let damping = damping(radius: radius)
    var change = [Double](repeating: 0, count: point.parameters.count)
    for (row, place) in permutation.enumerated() {
      var sum = 0.0
      for index in singular.values.indices {
        sum -= singular.right[row, index] * coefficient(index, damping: damping)
      }
      change[free[place]] = sum / scaling[free[place]]
    }
    return Step(change: change, damping: damping)
  }

  /// How much the model's sum of squares falls for a change.
  func predictedReduction(of change: [Double]) -> Double {
    let movement = point.jacobian.times(change)
    var sum = 0.0
    for (residual, move) in zip(point.residuals, movement) { sum -= move * (2 * residual + move) }
    return sum
  }

  /// σ z/(σ²+λ): the step along a singular direction, 0 where that is rounding noise.
  private func coefficient(_ index: Int, damping: Double) -> Double {
    let value = singular.values[index]
    guard value > singular.largest * .ulpOfOne else { return 0 }
    return value * projections[index] / (value * value + damping)
  }

  private func length(damping: Double) -> Double {
    var sum = 0.0
    for index in singular.values.indices {
      let part = coefficient(index, damping: damping)
      sum += part * part
    }
    return sum.squareRoot()
  }

  /// The damping at which the step's length is `radius`, to a tenth; 0 if it is shorter without.
  ///
  /// Hebden's iteration: Newton's method on 1/length, which is nearly linear in the damping.
  private func damping(radius: Double) -> Double {
    guard length(damping: 0) > radius else { return 0 }
    var low = 0.0
    let gradient = zip(singular.values, projections).reduce(0) {
      $0 + ($1.0 * $1.1) * ($1.0 * $1.1)
    }
    var high = gradient.squareRoot() / radius
    var damping = high / 1000
    for _ in 0..<100 {
      let length = length(damping: damping)
      if abs(length - radius) <= 0.1 * radius { break }
      if length > radius { low = damping } else { high = damping }
      let next = damping + (length - radius) / radius * (length / slope(damping: damping))
      damping =
        next > low && next < high ? next : (low > 0 ? (low * high).squareRoot() : high / 1000)
    }
    return damping
  }

  /// Minus the derivative of the length by the damping.
  private func slope(damping: Double) -> Double {
    var sum = 0.0
    for (index, value) in singular.values.enumerated() {
      let part = coefficient(index, damping: damping)
      sum += part * part / (value * value + damping)
    }
    return sum / length(damping: damping)
  }
}
