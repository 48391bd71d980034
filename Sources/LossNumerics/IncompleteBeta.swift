#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The two parts into which a point cuts a beta distribution.
///
/// The smaller one has full relative precision; the other is its complement.
struct BetaParts {
  /// I_x(a, b), the part below x.
  var lower: Double

  /// 1 − I_x(a, b), the part above.
  var upper: Double

  /// Cuts the beta distribution of `a` and `b` at x = 1 − y.
  ///
  /// Both x and y are passed since the caller knows both exactly, and near the ends one of them
  /// cannot be had from the other.
  ///
  /// - Precondition: `a` and `b` are positive, `x` and `y` not negative.
  init(x: Double, y: Double, a: Double, b: Double) {
    precondition(a > 0 && b > 0 && x >= 0 && y >= 0, "a beta distribution of positive shape")
    guard x > 0 else { (lower, upper) = (0, 1); return }
    guard y > 0 else { (lower, upper) = (1, 0); return }
    let powers = Self.powers(x: x, y: y, a: a, b: b)
    // The fraction converges fast below the mean, so take the part on that side.
    if x * (a + b + 2) < a + 1 {
      lower = powers / Self.fraction(x: x, y: y, a: a, b: b)
      upper = 1 - lower
    } else {
      upper = powers / Self.fraction(x: y, y: x, a: b, b: a)
      lower = 1 - upper
    }
  }

  /// x^a y^b / B(a, b), from saddle-point terms rather than log-gammas.
  static func powers(x: Double, y: Double, a: Double, b: Double) -> Double {
    let sum = a + b
    let logScale = stirlingError(sum) - stirlingError(a) - stirlingError(b)
    // The smaller of x and y is the one that still knows how far the point is from the mean.
    let excess = x < y ? sum * x - a : b - sum * y
    let deviance =
      relativeDeviance(a, sum * x, excess: excess) + relativeDeviance(b, sum * y, excess: -excess)
    return exp(logScale - deviance) * (a * b / (sum * 2 * .pi)).squareRoot()
  }

  /// The continued fraction that divides `powers` to give I_x(a, b), by Lentz's method.
  ///
  /// Didonato and Morris (Algorithm 708, ACM TOMS 18, 1992, equation 9). Taking y beside x keeps the
  /// digits where a is large and x near one: the fraction in x alone loses a · ulp there.
  private static func fraction(x: Double, y: Double, a: Double, b: Double) -> Double {
    var value = nonzero(a / (a + 1) * (a * y - b * x + 1))
    var c = value
    var d = 0.0
    // It takes of the order of the square root of the larger shape.
    let limit = 1000 + 20 * Int(min(max(a, b).squareRoot(), 1e7))
    for step in 1...limit {
      let n = Double(step)
      let width = a + 2 * n - 1
      let numerator = (a + n - 1) / width * ((a + b + n - 1) / width) * n * (b - n) * x * x
      let linear = n + n * (b - n) * x / width
      let denominator = linear + (a + n) * (a * y - b * x + 1 + n * (1 + y)) / (a + 2 * n + 1)
      d = 1 / nonzero(denominator + numerator * d)
      c = nonzero(denominator + numerator / c)
      value *= c * d
      if abs(c * d - 1) <= .ulpOfOne { break }
    }
    return value
  }
}
