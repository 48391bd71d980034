/// Numbers as a chart writes them: short, and the same on every processor.
package enum DecimalText {
  /// The nearest double to a power of ten.
  ///
  /// Parsed rather than computed: `pow` may be off by one unit in the last place, and differs
  /// between C libraries.
  package static func powerOfTen(_ exponent: Int) -> Double {
    Double("1e\(exponent)") ?? (exponent < 0 ? 0 : .infinity)
  }

  /// A coordinate, rounded to two decimals; a trailing zero and a negative zero are dropped.
  ///
  /// What is not finite, or farther out than any screen, is clamped: a drawing program must be
  /// able to read the file whatever the data were.
  package static func coordinate(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    return fixed(min(max(value, -1e6), 1e6), decimals: 2, keepsZeros: false)
  }

  /// A number with a fixed count of decimals.
  ///
  /// - Parameters:
  ///   - value: A finite number whose digits fit in 15 places; larger ones print as Swift does.
  ///   - decimals: How many digits follow the point, 0 to 12.
  ///   - keepsZeros: Whether trailing zeros after the point stay.
  /// - Returns: The number, rounded to nearest, without a sign when all its digits are 0.
  package static func fixed(_ value: Double, decimals: Int, keepsZeros: Bool = true) -> String {
    let scaled = (abs(value) * powerOfTen(decimals)).rounded(.toNearestOrEven)
    guard scaled < 1e15 else { return "\(value)" }
    var digits = String(Int(scaled))
    if digits.count <= decimals {
      digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
    }
    var fraction = String(digits.suffix(decimals))
    if !keepsZeros {
      while fraction.hasSuffix("0") { fraction.removeLast() }
    }
    let whole = String(digits.dropLast(decimals))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// The number with a minus sign in place of the hyphen, as typeset numbers have it.
  package static func withMinus(_ number: String) -> String {
    number.hasPrefix("-") ? "−" + number.dropFirst() : number
  }

  /// A positive number as a mantissa in 1 ..< 10 and a power of ten.
  ///
  /// Read off the shortest decimal form, so 1000 is (1, 3) and never (9.999…, 2).
  package static func scientificParts(of value: Double) -> (mantissa: Double, exponent: Int) {
    var exponent = Int(floorLog10(value))
    var mantissa = value / powerOfTen(exponent)
    if mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    if mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return (mantissa, exponent)
  }

  /// The largest integer whose power of ten is at most `value`, for finite `value` above 0.
  package static func floorLog10(_ value: Double) -> Int {
    var exponent = Int(logarithm10(value).rounded(.down))
    // `log10` may round across an integer; the powers themselves decide.
    if powerOfTen(exponent + 1) <= value { exponent += 1 }
    if powerOfTen(exponent) > value { exponent -= 1 }
    return exponent
  }
}
