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
  private let singular: SingularValueDecomposition
  private let factors: PivotedQR
  private let projections: [Double]

  init(point: EvaluatedPoint, free: [Int], scaling: [Double]) {
    self.point = point
    self.free = free
    self.scaling = scaling
    let scaled = point.jacobian.selecting(columns: free, dividedBy: free.map { scaling[$0] })
    factors = PivotedQR(scaled)
    singular = SingularValueDecomposition(factors.triangle)
    projections = singular.leftProduct(factors.transposedProduct(point.residuals))
  }

  /// The share of the residuals' length that an undamped step would remove.
  var relativeGradient: Double {
    let length = point.sumOfSquares.squareRoot()
    guard length > 0 else { return 0 }
    var sum = 0.0
    for index in singular.values.indices where isSignificant(index) {
      sum += projections[index] * projections[index]
    }
    return sum.squareRoot() / length
  }

  /// Whether an undamped step would lower the sum of squares by more than its rounding.
  var promisesReduction: Bool { relativeGradient * relativeGradient > .ulpOfOne }

  /// The step that minimizes the model among those of scaled length at most about `radius`.
  func step(radius: Double) -> Step {
    let damping = damping(radius: radius)
    return Step(change: change(projections, damping: damping), damping: damping)
  }

  /// The second-order correction of a step.
  ///
  /// Half the geodesic acceleration: −½ D⁻¹ V Σ/(Σ²+λ) Uᵀ Qᵀ r″, with r″ the second derivative of
  /// the residuals along the step (Transtrum and Sethna, arXiv:1201.5885, 2012). It follows the
  /// bend of long valleys, where straight steps crawl.
  ///
  /// - Parameters:
  ///   - step: The step, found from this model.
  ///   - curvature: r″, one entry a residual.
  /// - Returns: What to add to the step.
  func correction(of step: Step, curvature: [Double]) -> [Double] {
    let parts = singular.leftProduct(factors.transposedProduct(curvature))
    return change(parts, damping: step.damping).map { $0 / 2 }
  }

  /// −D⁻¹ V Σ/(Σ²+λ) times a vector in singular directions.
  private func change(_ parts: [Double], damping: Double) -> [Double] {
    var change = [Double](repeating: 0, count: point.parameters.count)
    for (row, place) in factors.permutation.enumerated() {
      var sum = 0.0
      for (index, part) in parts.enumerated() {
        sum -= singular.right[row, index] * gain(index, damping: damping) * part
      }
      change[free[place]] = sum / scaling[free[place]]
    }
    return change
  }

  /// What the model takes the residuals to change by for a change of the parameters.
  func movement(of change: [Double]) -> [Double] { point.jacobian.times(change) }

  /// How much the model's sum of squares falls for a change.
  func predictedReduction(of change: [Double]) -> Double {
    let movement = movement(of: change)
    var sum = 0.0
    for (residual, move) in zip(point.residuals, movement) { sum -= move * (2 * residual + move) }
    return sum
  }

  /// σ/(σ²+λ): the step along a singular direction for each unit of residual.
  private func gain(_ index: Int, damping: Double) -> Double {
    guard isSignificant(index) else { return 0 }
    let value = singular.values[index]
    return value / (value * value + damping)
  }

  /// Whether a singular value is more than rounding noise of the largest.
  private func isSignificant(_ index: Int) -> Bool {
    singular.values[index] > singular.largest * .ulpOfOne
  }

  private func length(damping: Double) -> Double {
    var sum = 0.0
    for index in singular.values.indices {
      let part = projections[index] * gain(index, damping: damping)
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
      let part = projections[index] * gain(index, damping: damping)
      sum += part * part / (value * value + damping)
    }
    return sum / length(damping: damping)
  }
}
