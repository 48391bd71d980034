/// A distribution over real numbers, with both tails and their inverse.
///
/// Both tails exist because 1 − ``cumulative(_:)`` has lost its digits where it matters: a p-value
/// of 1e−20 is an upper tail, not a difference from one.
public protocol ContinuousDistribution: Sendable, Hashable {
  /// The probability density at a point.
  func density(_ x: Double) -> Double

  /// The probability of a value at most `x`.
  func cumulative(_ x: Double) -> Double

  /// The probability of a value above `x`, to full relative precision.
  func upperTail(_ x: Double) -> Double

  /// The point that a value stays below with a probability.
  ///
  /// - Precondition: `probability` lies between 0 and 1, both ends included.
  func quantile(_ probability: Double) -> Double
}

extension ContinuousDistribution {
  /// Traps on a probability outside 0 to 1.
  func checkProbability(_ probability: Double) {
    precondition((0...1).contains(probability), "\(probability) is not a probability")
  }
}
