/// Numbers as people say them: 350M, 1.4T, 2.5e21.
package enum HumanNumber {
  /// A number in few characters.
  ///
  /// From a thousand to below 10^15 with K, M, B or T; outside 0.001 ..< 10^15 with an exponent.
  ///
  /// - Parameters:
  ///   - value: Any number; `nan` and `inf` print as such.
  ///   - digits: The most significant digits.
  /// - Returns: The number, without trailing zeros.
  package static func text(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return "\(value)" }
    guard value != 0 else { return "0" }
    // Below the normal numbers there are fewer digits than any rounding asks for.
    guard abs(value) >= .leastNormalMagnitude else { return "\(value)" }
    let sign = value < 0 ? "-" : ""
    let (mantissa, exponent) = rounded(abs(value), digits: digits)
    guard (-3..<15).contains(exponent) else {
      return sign + decimal(mantissa, digits - 1) + "e\(exponent)"
    }
    let thousands = max(0, exponent / 3)
    let shift = exponent - 3 * thousands
    let decimals = max(0, digits - 1 - shift)
    return sign + decimal(mantissa * DecimalText.powerOfTen(shift), decimals) + suffixes[thousands]
  }

  private static let suffixes = ["", "K", "M", "B", "T"]

  /// The mantissa rounded to some digits, carried into the exponent where it becomes 10.
  private static func rounded(_ value: Double, digits: Int) -> (Double, Int) {
    let (mantissa, exponent) = DecimalText.scientificParts(of: value)
    let unit = DecimalText.powerOfTen(digits - 1)
    let result = (mantissa * unit).rounded() / unit
    return result >= 10 ? (1, exponent + 1) : (result, exponent)
  }

  private static func decimal(_ value: Double, _ decimals: Int) -> String {
    DecimalText.fixed(value, decimals: min(decimals, 12), keepsZeros: false)
  }
}

extension ChartText {
  /// A positive number as a power of ten, with the factor where that is not 1: 3×10²¹.
  package static func scientific(_ value: Double) -> ChartText {
    let (mantissa, exponent) = DecimalText.scientificParts(of: value)
    let factor = DecimalText.fixed(mantissa, decimals: 2, keepsZeros: false)
    let power = ChartText("10") + .superscript(DecimalText.withMinus("\(exponent)"))
    return factor == "1" ? power : ChartText(factor + "×") + power
  }
}

extension LossPoint {
  /// What a pointer held over the run shows: its name and numbers, one a line.
  ///
  /// - Parameters:
  ///   - index: The run's place in its table, for one without a name.
  ///   - more: Further lines, such as a residual.
  /// - Returns: The lines, joined by line feeds.
  package func detail(index: Int, more: [String] = []) -> String {
    let lines = [
      name.isEmpty ? "run \(index + 1)" : name,
      "N \(HumanNumber.text(parameters))", "D \(HumanNumber.text(tokens))",
      "loss \(HumanNumber.text(loss, digits: 5))",
    ]
    return (lines + more).joined(separator: "\n")
  }
}
