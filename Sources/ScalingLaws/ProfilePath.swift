import CurveFitting
import LossNumerics

/// A walk along a profile from the minimum to one side, each point started from those before.
///
/// The signed root τ = √((RSS(t)/RSS − 1)(n − p)) is nearly a straight line in t, so that secants
/// find where it crosses the threshold in a few steps (Bates and Watts 1988).
struct ProfilePath {
  /// A point of the profile.
  struct Point {
    /// The quantity on its scale.
    var value: Double

    /// All scaled coefficients.
    var parameters: [Double]

    /// The sum of squares in units of the fit.
    var objective: Double
  }

  let quantity: ProfiledQuantity
  let function: any CurvedFunction
  let minimizer: NewtonMinimizer
  let best: Point

  /// The noise variance, RSS/(n − p), and the value of τ at the ends of the interval.
  let variance: Double
  let reach: Double

  private(set) var points: [Point] = []
  private(set) var evaluations = 0

  init(
    _ quantity: ProfiledQuantity,
    _ function: any CurvedFunction,
    _ minimizer: NewtonMinimizer,
    best: Point,
    variance: Double,
    reach: Double
  ) {
    self.quantity = quantity
    self.function = function
    self.minimizer = minimizer
    self.best = best
    self.variance = variance
    self.reach = reach
  }

  /// Walks to where the profile crosses the threshold.
  ///
  /// - Parameters:
  ///   - step: The first step, with its sign; a quarter of the way if the profile is a parabola.
  ///   - checkpoint: Throws to stop.
  /// - Returns: The crossing, or `nil` where there is none inside of all bounds.
  /// - Throws: What `checkpoint` throws.
  mutating func crossing(step: Double, checkpoint: () throws -> Void) throws -> Double? {
    var (inner, step) = (best, step)
    for count in 1...Self.longestWalk {
      try checkpoint()
      let aim = inner.value + step
      let value = min(max(aim, quantity.limits.lowerBound), quantity.limits.upperBound)
      guard value != inner.value, let point = point(at: value) else { return nil }
      if root(point) >= reach {
        let end = try settled(between: inner, and: point, checkpoint)
        return isInside(end) ? end.value : nil
      }
      guard value == aim, isInside(point) else { return nil }
      points.append(point)
      inner = point
      if count >= 4 { step *= 2 }
    }
    return nil
  }

  /// Steps double after the fourth, so this reaches any number from any other.
  private static var longestWalk: Int { 80 }

  /// √((RSS(t) − RSS)/variance).
  private func root(_ point: Point) -> Double {
    (max(0, point.objective - best.objective) / variance).squareRoot()
  }

  /// The crossing between a point below the threshold and one above, by safeguarded secants.
  private mutating func settled(
    between low: Point,
    and high: Point,
    _ checkpoint: () throws -> Void
  ) throws -> Point {
    var (low, high) = (low, high)
    var (below, above) = (root(low) - reach, root(high) - reach)
    for _ in 0..<60 {
      try checkpoint()
      let width = high.value - low.value
      // Illinois: the end that stays loses half of its weight, so that both ends close in.
      var share = below / (below - above)
      if !(share > 0.001 && share < 0.999) { share = 0.5 }
      guard let middle = point(at: low.value + share * width) else { break }
      let height = root(middle) - reach
      if abs(height) <= Self.tolerance * reach { return appended(middle) }
      if height < 0 {
        (low, below) = (middle, height)
        above /= 2
      } else {
        (high, above) = (middle, height)
        below /= 2
      }
      guard abs(width) > 4 * .ulpOfOne * abs(middle.value) else { break }
    }
    return appended(-below < above ? low : high)
  }

  /// How close τ comes to the threshold, which is how close the end comes relative to its distance.
  private static var tolerance: Double { 1e-9 }

  private mutating func appended(_ point: Point) -> Point {
    points.append(point)
    return point
  }

  /// The best fit with the quantity held; `nil` where nothing is finite.
  private mutating func point(at value: Double) -> Point? {
    let slice = quantity.slice(function, at: value)
    let found = minimizer.minimize(slice, from: start(value))
    evaluations += found.evaluations
    guard found.objective.isFinite, found.parameters.allSatisfy(\.isFinite) else { return nil }
    return Point(value: value, parameters: found.parameters, objective: found.objective)
  }

  /// The two points nearest to a value, continued in a straight line; the nearest where there is
  /// one.
  private func start(_ value: Double) -> [Double] {
    let known = (points + [best]).sorted { abs($0.value - value) < abs($1.value - value) }
    guard known.count > 1 else { return known[0].parameters }
    let (near, far) = (known[0], known[1])
    let share = (value - near.value) / (near.value - far.value)
    guard abs(share) <= 2 else { return near.parameters }
    return zip(near.parameters, far.parameters).map { $0 + share * ($0 - $1) }
  }

  /// Whether no coefficient that may move has reached its bounds.
  private func isInside(_ point: Point) -> Bool {
    guard let bounds = function.bounds else { return true }
    return zip(point.parameters, bounds).enumerated().allSatisfy { index, pair in
      let (value, bound) = pair
      if bound.lowerBound == bound.upperBound { return true }
      return value > bound.lowerBound && value < bound.upperBound
    }
  }
}
