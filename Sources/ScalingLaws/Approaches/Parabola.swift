#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A parabola of the loss over ln N: L = `height` + `slope` · u + `curvature` · u², u = ln N − `center`.
public struct Parabola: Sendable, Hashable {
  /// The mean of ln N, about which the parabola is written.
  public var center: Double

  /// The value at the center.
  public var height: Double

  /// The slope at the center, for each e-fold of parameters.
  public var slope: Double

  /// The coefficient of the square.
  public var curvature: Double

  /// The ln N at which the parabola turns.
  public var vertex: Double { center - slope / (2 * curvature) }

  /// The loss at which it turns.
  public var vertexLoss: Double { height - slope * slope / (4 * curvature) }

  /// The loss at an ln N.
  public func loss(logParameters: Double) -> Double {
    let distance = logParameters - center
    return height + distance * (slope + distance * curvature)
  }
}

extension Parabola {
  /// The parabola with the least weighted sum of squares.
  ///
  /// Built from polynomials that are orthogonal over the points (Forsythe, J. SIAM 5, 1957), so that
  /// there is no system of equations to solve: 1, u and u² − skew · u − variance.
  ///
  /// - Precondition: At least three different points, with positive weights.
  init(_ points: [ProfilePoint]) {
    var (total, center, mean) = (0.0, 0.0, 0.0)
    for point in points {
      total += point.weight
      center += point.weight * point.logParameters
      mean += point.weight * point.loss
    }
    center /= total
    mean /= total
    var (square, cube, first) = (0.0, 0.0, 0.0)
    for point in points {
      let distance = point.logParameters - center
      square += point.weight * distance * distance
      cube += point.weight * distance * distance * distance
      first += point.weight * distance * (point.loss - mean)
    }
    let (skew, variance) = (cube / square, square / total)
    var (norm, second) = (0.0, 0.0)
    for point in points {
      let distance = point.logParameters - center
      let value = distance * distance - skew * distance - variance
      norm += point.weight * value * value
      second += point.weight * value * (point.loss - mean)
    }
    self.center = center
    curvature = second / norm
    slope = first / square - curvature * skew
    height = mean - curvature * variance
  }
}
