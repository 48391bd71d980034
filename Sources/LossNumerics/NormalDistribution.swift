#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The normal distribution.
///
/// Tails come from the C library's complementary error function, which is good to about an ulp.
public struct NormalDistribution: ContinuousDistribution {
  /// The mean.
  public var mean: Double

  /// The standard deviation.
  public var standardDeviation: Double

  /// Mean 0, standard deviation 1.
  public static let standard = Self(mean: 0, standardDeviation: 1)

  /// Creates a normal distribution.
  ///
  /// - Precondition: `standardDeviation` is positive.
  public init(mean: Double, standardDeviation: Double) {
    precondition(standardDeviation > 0, "a standard deviation is positive")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The probability density at a point.
  public func density(_ x: Double) -> Double {
    let z = (x - mean) / standardDeviation
    return exp(-z * z / 2) / (2 * Double.pi).squareRoot() / standardDeviation
  }

  /// The probability of a value at most `x`.
  public func cumulative(_ x: Double) -> Double {
    erfc(-(x - mean) / standardDeviation / 2.squareRoot()) / 2
  }

  /// The probability of a value above `x`.
  public func upperTail(_ x: Double) -> Double {
    erfc((x - mean) / standardDeviation / 2.squareRoot()) / 2
  }

  /// The point that a value stays below with a probability.
  ///
  /// - Precondition: `probability` lies between 0 and 1, both ends included.
  public func quantile(_ probability: Double) -> Double {
    checkProbability(probability)
    let tail = min(probability, 1 - probability)
    let z = Self.upperPoint(tail)
    return mean + standardDeviation * (probability < 0.5 ? -z : z)
  }

  /// The point of the standard distribution above which lies `tail`, for tails up to one half.
  ///
  /// A rational start (Abramowitz and Stegun 26.2.23, off by less than 4.5e−4) and Halley steps,
  /// each of which cubes the error: two reach the last digits.
  private static func upperPoint(_ tail: Double) -> Double {
    guard tail > 0 else { return .infinity }
    let t = (-2 * log(tail)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var z = t - numerator / denominator
    for _ in 0..<3 {
      let excess = (standard.upperTail(z) - tail) / standard.density(z)
      z += excess / (1 - z * excess / 2)
    }
    return z
  }
}
