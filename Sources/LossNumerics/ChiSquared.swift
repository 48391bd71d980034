#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The chi-squared distribution: the sum of squares of independent standard normal values.
public struct ChiSquared: ContinuousDistribution {
  /// The degrees of freedom, k.
  public var degreesOfFreedom: Double

  /// Creates a chi-squared distribution.
  ///
  /// - Precondition: `degreesOfFreedom` is positive.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom are positive")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The probability density at a point.
  public func density(_ x: Double) -> Double {
    guard x > 0 else {
      return x < 0 || degreesOfFreedom > 2 ? 0 : (degreesOfFreedom == 2 ? 0.5 : .infinity)
    }
    let shape = degreesOfFreedom / 2
    return GammaParts.power(x: x / 2, shape: shape) * shape / x
  }

  /// The probability of a value at most `x`.
  public func cumulative(_ x: Double) -> Double { parts(x).lower }

  /// The probability of a value above `x`.
  public func upperTail(_ x: Double) -> Double { parts(x).upper }

  /// The point that a value stays below with a probability.
  ///
  /// - Precondition: `probability` lies between 0 and 1, both ends included.
  public func quantile(_ probability: Double) -> Double {
    positiveQuantile(probability, start: degreesOfFreedom)
  }

  private func parts(_ x: Double) -> GammaParts {
    GammaParts(x: max(x, 0) / 2, shape: degreesOfFreedom / 2)
  }
}
