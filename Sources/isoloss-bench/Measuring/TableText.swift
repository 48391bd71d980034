/// A number with so many decimals; `n/a` where there is none.
func fixed(_ value: Double?, _ decimals: Int) -> String {
  guard let value, value.isFinite else { return "n/a" }
  let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
  let digits = String(Int((abs(value) * scale).rounded()))
  let padding = String(repeating: "0", count: max(0, decimals + 1 - digits.count))
  let whole = (padding + digits).dropLast(decimals)
  let sign = value < 0 ? "-" : ""
  return decimals == 0 ? sign + whole : "\(sign)\(whole).\((padding + digits).suffix(decimals))"
}

/// A text moved to the right of a column; to the left where the width is negative.
func padded(_ text: String, _ width: Int) -> String {
  let spaces = String(repeating: " ", count: max(0, abs(width) - text.count))
  return width < 0 ? text + spaces : spaces + text
}
