import IsoLoss

/// Numbers as reports for people write them; JSON writes its own.
enum NumberText {
  /// A measured number with at most six significant digits.
  static func measured(_ value: Double) -> String {
    significant(value, digits: 6)
  }

  /// A number with at most so many significant digits.
  static func significant(_ value: Double, digits: Int) -> String {
    PrintedNumber.significant(value, digits: digits)
  }

  /// A standard error: two significant digits say all there is to know.
  static func error(_ value: Double) -> String {
    guard value >= 99.5, value < 1e6 else { return significant(value, digits: 2) }
    // 28000 rather than 2.8e+04.
    return String(Int(Double(significant(value, digits: 2)) ?? value))
  }

  /// A whole number with thousands set apart.
  static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    let grouped = digits.enumerated().reduce(into: "") { text, element in
      if element.offset > 0, (digits.count - element.offset) % 3 == 0 { text += "," }
      text.append(element.element)
    }
    return (value < 0 ? "-" : "") + grouped
  }

  /// A count with its noun, in the plural unless it is one.
  static func counted(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  /// A large number with a suffix as options take them: `70B`, `1.4T`, `500M`.
  static func scaled(_ value: Double) -> String {
    guard value >= 1000, value < 1e15 else { return significant(value, digits: 4) }
    for (suffix, exponent) in [("T", 12), ("B", 9), ("M", 6), ("k", 3)] {
      let unit = Double("1e\(exponent)") ?? 1
      if value >= unit * 0.9995 { return significant(value / unit, digits: 4) + suffix }
    }
    return significant(value, digits: 4)
  }

  /// Bytes in decimal units.
  static func bytes(_ value: Int) -> String {
    for (suffix, unit) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where Double(value) >= unit {
      return "\(PrintedNumber.fixed(Double(value) / unit, digits: 1)) \(suffix)"
    }
    return "\(value) B"
  }

  /// A duration in its two largest units.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "long" }
    let whole = Int(seconds.rounded())
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
    var rest = whole
    var parts = [String]()
    for (unit, letter) in units where rest >= unit || (unit == 1 && parts.isEmpty) {
      parts.append("\(rest / unit)\(letter)")
      rest %= unit
    }
    return parts.prefix(2).joined()
  }
}
