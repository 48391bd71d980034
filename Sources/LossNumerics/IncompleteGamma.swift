#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The two parts into which a point cuts a gamma distribution of unit scale.
///
/// The smaller one has full relative precision; the other is its complement.
struct GammaParts {
  /// P(shape, x), the part below x.
  var lower: Double

  /// Q(shape, x), the part above.
  var upper: Double

  /// Cuts the gamma distribution of `shape` at `x`.
  ///
  /// - Precondition: `shape` is positive and `x` not negative.
  init(x: Double, shape: Double) {
    precondition(shape > 0 && x >= 0, "a gamma distribution of positive shape")
    guard x > 0 else { (lower, upper) = (0, 1); return }
    guard x < .infinity else { (lower, upper) = (1, 0); return }
    guard shape < Self.largeShape else {
      (lower, upper) = Self.expansion(x: x, shape: shape)
      return
    }
    let power = Self.power(x: x, shape: shape)
    if x < shape + 1 {
      lower = power * Self.series(x: x, shape: shape)
      upper = 1 - lower
    } else {
      upper = power * shape * Self.fraction(x: x, shape: shape)
      lower = 1 - upper
    }
  }

  /// From here on Temme's expansion is exact, and the series would take √shape steps and more.
  private static let largeShape = 1e10

  /// Q = ½ erfc(η √(s/2)) + e^(−s η²/2)/√(2 π s) (c₀(η) + …) with ½ η² = x/s − 1 − ln(x/s), DLMF 8.12.
  ///
  /// The exponential is zero unless |η| is below 40/√s, where three terms of c₀ have all its digits; the
  /// next coefficient, c₁/s, is below 1e−12 of a correction that is itself below 1e−5 of the whole.
  private static func expansion(x: Double, shape: Double) -> (lower: Double, upper: Double) {
    let deviance = max(0, relativeDeviance(shape, x, excess: x - shape))
    let sign = x < shape ? -1.0 : 1
    let eta = sign * (2 * deviance / shape).squareRoot()
    let c0 = -1.0 / 3 + eta * (1.0 / 12 - eta * (2.0 / 135))
    let correction = exp(-deviance) / (2 * .pi * shape).squareRoot() * c0
    let z = sign * deviance.squareRoot()
    return (max(0, erfc(-z) / 2 - correction), max(0, erfc(z) / 2 + correction))
  }

  /// x^shape e^−x / Γ(shape + 1), from saddle-point terms rather than log-gamma.
  static func power(x: Double, shape: Double) -> Double {
    exp(-stirlingError(shape) - relativeDeviance(shape, x, excess: x - shape))
      / (2 * .pi * shape).squareRoot()
  }

  /// 1 + x/(s+1) + x²/((s+1)(s+2)) + … (DLMF 8.7.1).
  private static func series(x: Double, shape: Double) -> Double {
    var sum = 1.0
    var term = 1.0
    var denominator = shape + 1
    while term > sum * .ulpOfOne / 4 {
      term *= x / denominator
      sum += term
      denominator += 1
    }
    return sum
  }

  /// 1/(x+1−s − 1(1−s)/(x+3−s − …)) by Lentz's method (DLMF 8.9.2).
  private static func fraction(x: Double, shape: Double) -> Double {
    var b = x + 1 - shape
    var c = 1e300
    var d = 1 / b
    var value = d
    let limit = 1000 + 20 * Int(min(shape.squareRoot(), 1e7))
    for step in 1...limit {
      let i = Double(step)
      let a = -i * (i - shape)
      b += 2
      d = 1 / nonzero(a * d + b)
      c = nonzero(b + a / c)
      value *= c * d
      if abs(c * d - 1) <= .ulpOfOne { break }
    }
    return value
  }
}

/// The value, or a tiny one in place of zero, by which Lentz's method may divide.
func nonzero(_ value: Double) -> Double {
  abs(value) < 1e-300 ? 1e-300 : value
}
