/// The natural logarithm of a double of at least 0, the same bits on every processor.
///
/// System libraries choose among variants by the processor, and these differ in the last place.
/// Here x = 2ᵏ m with m in (√½, √2], and ln m = 2 artanh s with s = (m − 1) / (m + 1), whose
/// series s + s³/3 + s⁵/5 … falls below double precision after ten terms (s² < 0.0295). The sum
/// begins with m − 1, which is exact, so the error stays below one unit in the last place.
package func naturalLogarithm(_ x: Double) -> Double {
  guard x.isNormal else {
    // Subnormals are lifted into the normal range; 0 gives −∞, and ∞ and NaN themselves.
    if x.isSubnormal { return naturalLogarithm(x * 0x1p54) - 54 * (ln2High + ln2Low) }
    return x.isZero ? -.infinity : x
  }
  var exponent = Double(x.exponent)
  var mantissa = x.significand
  if mantissa > 1.4142135623730951 {
    mantissa *= 0.5
    exponent += 1
  }
  let f = mantissa - 1
  let s = f / (2 + f)
  let z = s * s
  // 2 (s²/3 + s⁴/5 + …) by Horner's rule; the compiler never contracts the steps.
  var series = 2.0 / 21
  series = 2.0 / 19 + z * series
  series = 2.0 / 17 + z * series
  series = 2.0 / 15 + z * series
  series = 2.0 / 13 + z * series
  series = 2.0 / 11 + z * series
  series = 2.0 / 9 + z * series
  series = 2.0 / 7 + z * series
  series = 2.0 / 5 + z * series
  series = z * (2.0 / 3 + z * series)
  // 2s = f − f²/2 + s f²/2, so ln(1 + f) = f − (f²/2 − s (f²/2 + series)).
  let half = 0.5 * f * f
  let low = half - (s * (half + series) + exponent * ln2Low)
  return exponent * ln2High + (f - low)
}

/// ln 2 in two parts; the first has 32 trailing zero bits, so that its multiples are exact.
private let ln2High = 0x1.62e42feep-1
private let ln2Low = 0x1.a39ef35793c76p-33
