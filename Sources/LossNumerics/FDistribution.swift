/// The F distribution: the ratio of two independent mean squares.
public struct FDistribution: ContinuousDistribution {
  /// The degrees of freedom of the upper mean square.
  public var numerator: Double

  /// The degrees of freedom of the lower mean square.
  public var denominator: Double

  /// Creates an F distribution.
  ///
  /// - Precondition: Both degrees of freedom are positive and finite.
  public init(numerator: Double, denominator: Double) {
    precondition(numerator > 0 && denominator > 0, "degrees of freedom are positive")
    precondition(numerator.isFinite && denominator.isFinite, "degrees of freedom are finite")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The probability density at a point.
  public func density(_ x: Double) -> Double {
    guard x > 0 else {
      return x < 0 || numerator > 2 ? 0 : (numerator == 2 ? 1 : .infinity)
    }
    let (below, above) = fractions(x)
    let powers = BetaParts.powers(x: below, y: above, a: numerator / 2, b: denominator / 2)
    return powers / x
  }

  /// The probability of a value at most `x`.
  public func cumulative(_ x: Double) -> Double { parts(x).lower }

  /// The probability of a value above `x`.
  public func upperTail(_ x: Double) -> Double { parts(x).upper }

  /// The point that a value stays below with a probability.
  ///
  /// - Precondition: `probability` lies between 0 and 1, both ends included.
  public func quantile(_ probability: Double) -> Double {
    positiveQuantile(probability, start: 1)
  }

  private func parts(_ x: Double) -> BetaParts {
    guard x > 0 else { return BetaParts(x: 0, y: 1, a: 1, b: 1) }
    let (below, above) = fractions(x)
    return BetaParts(x: below, y: above, a: numerator / 2, b: denominator / 2)
  }

  /// n x/(n x + d) and d/(n x + d), neither as a difference from one.
  private func fractions(_ x: Double) -> (below: Double, above: Double) {
    let ratio = numerator / denominator * x
    guard ratio < .infinity else { return (1, 0) }
    return (ratio / (1 + ratio), 1 / (1 + ratio))
  }
}
