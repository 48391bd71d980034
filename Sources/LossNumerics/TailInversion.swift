#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension ContinuousDistribution {
  /// The quantile of a distribution over positive numbers, from its smaller tail.
  ///
  /// - Precondition: `probability` lies between 0 and 1, both ends included.
  func positiveQuantile(_ probability: Double, start: Double) -> Double {
    checkProbability(probability)
    guard probability > 0 else { return 0 }
    guard probability < 1 else { return .infinity }
    let rising = probability <= 0.5
    return positivePoint(
      target: rising ? probability : 1 - probability,
      rising: rising,
      start: start
    ) { x in
      (rising ? cumulative(x) : upperTail(x), density(x))
    }
  }
}

/// The positive x at which one part of a distribution over positive numbers has a given size.
///
/// Newton's method on ln(part) over ln x, where both parts of the distributions here are nearly
/// straight or at least concave, kept inside a bracket that every evaluation narrows.
///
/// - Parameters:
///   - target: The size of the part, above 0 and at most about one half.
///   - rising: Whether the part grows with x (the lower one does).
///   - start: A first guess.
///   - part: The part and the density at x.
/// - Returns: x, to the precision of the part.
func positivePoint(
  target: Double,
  rising: Bool,
  start: Double,
  part: (Double) -> (size: Double, density: Double)
) -> Double {
  var (low, high) = (-745.0, 709.0)
  var position = min(max(log(start), low), high)
  for _ in 0..<200 {
    let x = exp(position)
    let (size, density) = part(x)
    let isBeyond = (size > target) == rising
    if isBeyond { high = position } else { low = position }
    let slope = x * density / size * (rising ? 1 : -1)
    var next = position - log(size / target) / slope
    // Doubling steps outside the bracket, and a part that has underflowed, fall back to halving.
    if !(next > low && next < high) { next = low + (high - low) / 2 }
    let change = abs(next - position)
    position = next
    if change <= 2 * .ulpOfOne * max(1, abs(position)) { break }
  }
  return exp(position)
}
