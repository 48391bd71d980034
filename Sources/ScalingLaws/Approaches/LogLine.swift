/// A straight line between logarithms, which is a power law.
public struct LogLine: Sendable, Hashable {
  /// The value at zero.
  public var intercept: Double

  /// The rise for each step of one: the power law's exponent.
  public var slope: Double

  /// Creates a line.
  public init(intercept: Double, slope: Double) {
    self.intercept = intercept
    self.slope = slope
  }

  /// The line's value at a point.
  public func callAsFunction(_ x: Double) -> Double { intercept + slope * x }
}

extension LogLine {
  /// The line with the least weighted sum of squares, centered first so that no digits are lost.
  ///
  /// - Returns: `nil` where fewer than two different points have weight.
  init?(_ points: [(x: Double, y: Double)], weights: [Double]? = nil) {
    let weights = weights ?? Array(repeating: 1, count: points.count)
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    var (meanX, meanY) = (0.0, 0.0)
    for (point, weight) in zip(points, weights) {
      meanX += weight * point.x
      meanY += weight * point.y
    }
    meanX /= total
    meanY /= total
    var (square, product) = (0.0, 0.0)
    for (point, weight) in zip(points, weights) {
      square += weight * (point.x - meanX) * (point.x - meanX)
      product += weight * (point.x - meanX) * (point.y - meanY)
    }
    guard square > 0 else { return nil }
    slope = product / square
    intercept = meanY - slope * meanX
  }
}
