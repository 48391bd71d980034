/// Least absolute deviations, Σ w s |r|, of a smooth problem, certified by the dual.
///
/// Where the sum is least some residuals are zero and the objective has an edge. The edge is found by
/// Huber penalties whose threshold shrinks, each minimized from where the last ended; then Newton's
/// method solves the conditions of the edge themselves: r = 0 on the active rows, and
/// Σ w s sign(r) ∇r over the others plus Σ λ ∇r over the active ones zero. A point where every
/// multiplier λ lies within the weight of its row is a minimum of the linearized problem. With as many
/// active rows as free parameters it is one of the problem itself; with fewer the last smoothed
/// problem must have ended at a minimum, which shows that nothing falls along the edge.
public struct AbsoluteMinimizer: Sendable, Hashable {
  /// What minimizes the smoothed problems.
  public var newton = NewtonMinimizer()

  /// The last threshold, as a share of the mean absolute residual.
  public var lastThreshold = 1e-6

  /// Creates a minimizer.
  public init(newton: NewtonMinimizer = NewtonMinimizer()) {
    self.newton = newton
  }

  /// Minimizes Σ w s |r|, with s `above` for positive residuals and `below` for negative.
  ///
  /// - Parameters:
  ///   - problem: The residuals.
  ///   - weights: One a residual.
  ///   - above: The factor of positive residuals.
  ///   - below: The factor of negative residuals.
  ///   - start: The first parameters.
  ///   - smoothed: The same problem under a penalty, however it is best computed.
  /// - Returns: The minimum; its termination is ``Termination/dualCertificate`` where it is certified.
  public func minimize(
    _ problem: some ResidualProblem,
    weights: [Double],
    above: Double = 1,
    below: Double = 1,
    from start: [Double],
    smoothed: (Penalty) -> any CurvedFunction
  ) -> LocalMinimum {
    let (last, threshold) = newton.graduated(problem, from: start) { threshold in
      smoothed(Penalty(threshold: threshold, above: above, below: below))
    } target: {
      lastThreshold * $0
    }
    var edge = Edge(
      problem,
      weights: weights,
      above: above,
      below: below,
      at: last.parameters,
      threshold: threshold
    )
    let isCertified = edge.solve() && (edge.isVertex || last.isConverged)
    return LocalMinimum(
      parameters: edge.parameters,
      objective: edge.objective,
      scales: last.scales.map { $0 / threshold.squareRoot() },
      parametersAtBound: last.parametersAtBound,
      relativeGradient: isCertified ? edge.relativeGradient : last.relativeGradient,
      termination: isCertified
        ? .dualCertificate : (last.isConverged ? .stalled : last.termination),
      iterations: last.iterations,
      evaluations: last.evaluations
    )
  }
}

/// The edge on which a sum of absolute values is least.
private struct Edge<Problem: ResidualProblem> {
  private let problem: Problem
  private let weights: [Double]
  private let above: Double
  private let below: Double
  private let free: [Int]

  /// Below this a residual is zero but for rounding, some 1e-10 of the mean.
  private let zeroSize: Double
  private(set) var parameters: [Double]
  private(set) var relativeGradient = Double.infinity

  /// The rows on the edge, no gradient of which follows from the others'.
  private var active: [Int] = []
  private var multipliers: [Double] = []

  /// The further rows on the edge, such as repeats of active ones, with the multipliers they keep.
  private var tied: [(row: Int, multiplier: Double)] = []

  init(
    _ problem: Problem,
    weights: [Double],
    above: Double,
    below: Double,
    at parameters: [Double],
    threshold: Double
  ) {
    self.problem = problem
    self.weights = weights
    self.above = above
    self.below = below
    self.parameters = parameters
    zeroSize = 1e-4 * threshold
    free = parameters.indices.filter { index in
      guard let bound = problem.bounds?[index] else { return true }
      return parameters[index] > bound.lowerBound && parameters[index] < bound.upperBound
    }
    let penalty = Penalty(threshold: threshold, above: above, below: below)
    let (residuals, jacobian) = problem.linearized(at: parameters)
    let zeros = residuals.indices.filter { abs(residuals[$0]) < threshold && weights[$0] > 0 }
    let slopes = zeros.map { weights[$0] * penalty.slope(residuals[$0]) / threshold }
    var basis: [[Double]] = []
    // The rows whose multipliers are farthest from their limits have the most room to be corrected.
    for place in zeros.indices.sorted(by: { abs(slopes[$0]) < abs(slopes[$1]) }) {
      let gradient = free.map { jacobian[zeros[place], $0] }
      if let direction = independentPart(of: gradient, from: basis) {
        basis.append(direction)
        active.append(zeros[place])
        multipliers.append(slopes[place])
      } else {
        tied.append((zeros[place], slopes[place]))
      }
    }
  }

  /// Whether the active rows leave no direction to move in.
  var isVertex: Bool { active.count == free.count }

  /// Σ w s |r|, with what is zero but for rounding left out.
  var objective: Double {
    let residuals = problem.linearized(at: parameters).residuals
    return residuals.indices.reduce(0) { sum, row in
      abs(residuals[row]) < zeroSize
        ? sum : sum + weights[row] * factor(residuals[row]) * abs(residuals[row])
    }
  }

  /// Solves the conditions of the edge.
  ///
  /// - Returns: Whether they hold in the end, with every multiplier within its row's weight.
  mutating func solve() -> Bool {
    let start = parameters
    var signs: [Double] = []
    for _ in 0..<12 {
      let (residuals, jacobian) = problem.linearized(at: parameters)
      if signs.isEmpty { signs = residuals.map { factor($0) * ($0 > 0 ? 1 : -1) } }
      var slopes = zip(signs, weights).map { $0 * $1 }
      for (place, row) in active.enumerated() { slopes[row] = multipliers[place] }
      for (row, multiplier) in tied { slopes[row] = multiplier }
      let isDone = measure(residuals, jacobian, slopes)
      if isDone { return isFeasible(residuals, signs) }
      guard let step = step(residuals, jacobian, slopes) else { break }
      for (place, index) in free.enumerated() { parameters[index] += step[place] }
      for place in active.indices { multipliers[place] += step[free.count + place] }
    }
    parameters = start
    return false
  }

  /// Whether gradient and active residuals are zero but for rounding; notes the gradient.
  private mutating func measure(
    _ residuals: [Double],
    _ jacobian: DenseMatrix,
    _ slopes: [Double]
  ) -> Bool {
    relativeGradient = 0
    for column in free {
      var (sum, size) = (0.0, 0.0)
      for (row, slope) in slopes.enumerated() {
        sum += slope * jacobian[row, column]
        size += abs(slope * jacobian[row, column])
      }
      if size > 0 { relativeGradient = max(relativeGradient, abs(sum) / size) }
    }
    return relativeGradient < 1e-12 && active.allSatisfy { abs(residuals[$0]) < zeroSize }
      && tied.allSatisfy { abs(residuals[$0.row]) < zeroSize }
  }

  private func isFeasible(_ residuals: [Double], _ signs: [Double]) -> Bool {
    let edge = Set(active + tied.map(\.row))
    for (row, residual) in residuals.enumerated() where !edge.contains(row) {
      if abs(residual) > zeroSize, residual * signs[row] < 0 { return false }
    }
    return zip(active, multipliers).allSatisfy { row, multiplier in
      multiplier <= weights[row] * above * (1 + 1e-9)
        && multiplier >= -weights[row] * below * (1 + 1e-9)
    }
  }

  /// Newton's step of parameters and multipliers: (H Jᵀ; J 0) (dθ, dλ) = −(gradient, residuals).
  private func step(
    _ residuals: [Double],
    _ jacobian: DenseMatrix,
    _ slopes: [Double]
  ) -> [Double]? {
    let count = parameters.count
    let size = free.count + active.count
    let curvature = problem.curvature(at: parameters, weights: slopes)
    var matrix = [Double](repeating: 0, count: size * size)
    var right = [Double](repeating: 0, count: size)
    for (place, index) in free.enumerated() {
      for (other, column) in free.enumerated() {
        matrix[place * size + other] = curvature[index * count + column]
      }
      for (other, row) in active.enumerated() {
        matrix[place * size + free.count + other] = jacobian[row, index]
        matrix[(free.count + other) * size + place] = jacobian[row, index]
      }
      right[place] = -slopes.indices.reduce(0) { $0 + slopes[$1] * jacobian[$1, index] }
    }
    for (place, row) in active.enumerated() { right[free.count + place] = -residuals[row] }
    return eliminationSolution(matrix, right)
  }

  private func factor(_ residual: Double) -> Double { residual > 0 ? above : below }
}

/// The direction of a vector's part at right angles to a basis; `nil` if that is rounding.
private func independentPart(of vector: [Double], from basis: [[Double]]) -> [Double]? {
  func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
  guard basis.count < vector.count else { return nil }
  var rest = vector
  for direction in basis + basis {
    let along = dot(rest, direction)
    for index in rest.indices { rest[index] -= along * direction[index] }
  }
  let length = dot(rest, rest).squareRoot()
  guard length > 1e-9 * dot(vector, vector).squareRoot() else { return nil }
  return rest.map { $0 / length }
}

/// The solution of A x = b by elimination with row pivots, or `nil` for a singular A.
func eliminationSolution(_ matrix: [Double], _ right: [Double]) -> [Double]? {
  let count = right.count
  var a = matrix
  var x = right
  for column in 0..<count {
    let pivot = (column..<count).max { abs(a[$0 * count + column]) < abs(a[$1 * count + column]) }
    guard let pivot, abs(a[pivot * count + column]) > 0 else { return nil }
    if pivot != column {
      for k in 0..<count { a.swapAt(pivot * count + k, column * count + k) }
      x.swapAt(pivot, column)
    }
    for row in (column + 1)..<max(count, column + 1) {
      let factor = a[row * count + column] / a[column * count + column]
      guard factor != 0 else { continue }
      for k in column..<count { a[row * count + k] -= factor * a[column * count + k] }
      x[row] -= factor * x[column]
    }
  }
  for row in stride(from: count - 1, through: 0, by: -1) {
    for k in (row + 1)..<max(count, row + 1) { x[row] -= a[row * count + k] * x[k] }
    x[row] /= a[row * count + row]
  }
  return x.allSatisfy(\.isFinite) ? x : nil
}
