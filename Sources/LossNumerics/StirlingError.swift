#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What Stirling's formula leaves out: ln Γ(n+1) − (n + ½) ln n + n − ½ ln 2π.
///
/// Densities written with this and ``relativeDeviance(_:_:excess:)`` keep all their digits, where
/// differences of log-gammas in the hundreds have lost three (Loader, Fast and accurate computation
/// of binomial probabilities, 2000).
///
/// - Precondition: `n` is positive.
func stirlingError(_ n: Double) -> Double {
  precondition(n > 0, "Stirling's formula needs a positive number")
  // Climb to 16, where five terms of the series are exact to double precision:
  // δ(n) = δ(n+1) + (n + ½) ln(1 + 1/n) − 1.
  var climbed = 0.0
  var top = n
  while top < 16 {
    climbed += (top + 0.5) * log1p(1 / top) - 1
    top += 1
  }
  let square = 1 / (top * top)
  let series =
    1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188)))
  return climbed + series / top
}

/// x ln(x/m) + m − x, without cancellation where x is near m.
///
/// `excess` is m − x, passed since the caller may know it better than the two can tell.
///
/// - Precondition: `x` and `m` are positive.
func relativeDeviance(_ x: Double, _ m: Double, excess: Double) -> Double {
  precondition(x > 0 && m > 0, "a deviance is of positive numbers")
  // With v = (m−x)/(m+x): (m−x) v − 2 x v (v²/3 + v⁴/5 + …).
  let v = excess / (x + m)
  guard abs(v) < 0.1 else { return x * log(x / m) + excess }
  var sum = excess * v
  var term = -2 * x * v
  var odd = 3.0
  while true {
    term *= v * v
    let next = sum + term / odd
    if next == sum { return sum }
    sum = next
    odd += 2
  }
}
