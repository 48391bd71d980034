#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Student's t distribution.
///
/// Tails come from the incomplete beta function: P(|T| > t) = I_{ν/(ν+t²)}(ν/2, ½).
public struct StudentT: ContinuousDistribution {
  /// The degrees of freedom, ν; infinity gives the standard normal distribution.
  public var degreesOfFreedom: Double

  /// Creates a t distribution.
  ///
  /// - Precondition: `degreesOfFreedom` is positive.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom are positive")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// Creates a t distribution with a whole number of degrees of freedom.
  ///
  /// - Precondition: `degreesOfFreedom` is positive.
  public init(degreesOfFreedom: Int) {
    self.init(degreesOfFreedom: Double(degreesOfFreedom))
  }

  /// The probability density at a point.
  public func density(_ x: Double) -> Double {
    guard !isNormal else { return NormalDistribution.standard.density(x) }
    // (1 + t²/ν)^(−(ν+1)/2) / (√ν B(ν/2, ½)), the gamma functions by Stirling's formula.
    let half = degreesOfFreedom / 2
    let logPeak =
      stirlingError(half + 0.5) - stirlingError(half) + half * log1p(0.5 / half) - 0.5
    let logBody = (half + 0.5) * log1p(x / degreesOfFreedom * x)
    return exp(logPeak - logBody) / (2 * Double.pi).squareRoot()
  }

  /// The probability of a value at most `x`.
  public func cumulative(_ x: Double) -> Double { upperTail(-x) }

  /// The probability of a value above `x`.
  public func upperTail(_ x: Double) -> Double {
    guard !isNormal else { return NormalDistribution.standard.upperTail(x) }
    let tail = parts(abs(x)).outside / 2
    return x > 0 ? tail : 1 - tail
  }

  /// The point that a value stays below with a probability.
  ///
  /// - Precondition: `probability` lies between 0 and 1, both ends included.
  public func quantile(_ probability: Double) -> Double {
    checkProbability(probability)
    guard !isNormal else { return NormalDistribution.standard.quantile(probability) }
    let point = magnitude(outside: 2 * min(probability, 1 - probability))
    return probability < 0.5 ? -point : point
  }

  /// The t above which |T| lies with a probability: 0.05 for a 95 % interval.
  private func magnitude(outside: Double) -> Double {
    guard outside > 0 else { return .infinity }
    guard outside < 1 else { return 0 }
    let start = max(NormalDistribution.standard.quantile(1 - outside / 2), 1e-3)
    let isTail = outside < 0.5
    return positivePoint(
      target: isTail ? outside : 1 - outside,
      rising: !isTail,
      start: min(start, 30)
    ) { x in
      let parts = parts(x)
      return (isTail ? parts.outside : parts.inside, 2 * density(x))
    }
  }

  /// The probabilities of |T| below and above a positive x.
  private func parts(_ x: Double) -> (inside: Double, outside: Double) {
    guard x < .infinity else { return (1, 0) }
    // Divide before squaring, so that neither t² nor ν overflows.
    let ratio = x / degreesOfFreedom.squareRoot()
    let square = ratio * ratio
    let outer = square < .infinity ? 1 / (1 + square) : 0
    let inner = square < .infinity ? square / (1 + square) : 1
    let parts = BetaParts(x: outer, y: inner, a: degreesOfFreedom / 2, b: 0.5)
    return (parts.upper, parts.lower)
  }

  /// Beyond this many degrees of freedom the normal tail differs by less than rounding.
  private var isNormal: Bool { degreesOfFreedom > 1e15 }
}
