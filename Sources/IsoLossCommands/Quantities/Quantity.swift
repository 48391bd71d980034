import ScalingLaws

/// Quantities as people write them, each parsed for the dimension its option expects.
///
/// Suffixes are case-sensitive. A spelling with two readings is refused, and the error names both.
public enum Quantity {
  /// What counts of tokens, parameters and FLOPs may end in, with its power of ten.
  static let countSuffixes: [(name: String, exponent: Int)] = [("", 0)] + CountSuffix.all

  /// Parses a positive count such as `70B`, `1.4T`, `500M` or `3e8`.
  public static func count(_ text: String) throws(QuantityError) -> Double {
    let kind = "a count such as `70B`, `1.4T` or `3e8`"
    let decimal = try decimal(text, kind)
    if let suffix = countSuffixes.first(where: { $0.name == decimal.suffix }) {
      return try positive(decimal.value(timesTenTo: suffix.exponent), text)
    }
    let number = decimal.number
    switch decimal.suffix {
    case "m":
      throw .ambiguous(
        text,
        readings: ["\(number) million, written `\(number)M`", "\(number) minutes, no count"]
      )
    case "b", "g", "t", "K", "p":
      let meant = decimal.suffix == "K" ? "k" : decimal.suffix.uppercased()
      throw .expected(kind, found: text, hint: "suffixes are case-sensitive: `\(number)\(meant)`?")
    default:
      throw .expected(kind, found: text, hint: separatorHint(text))
    }
  }

  /// Parses training compute in FLOPs such as `5.76e23`, `2E` or `2.5PF-days`.
  public static func compute(_ text: String) throws(QuantityError) -> Double {
    let kind = "FLOPs such as `5.76e23` or `2.5PF-days`"
    let decimal = try decimal(text, kind)
    switch decimal.suffix {
    case "PF-days", "PF-day", "PFdays":
      // One petaFLOP per second for a day.
      return try positive(decimal.value() * 8.64e19, text)
    case "EF-days", "EF-day":
      return try positive(decimal.value() * 8.64e22, text)
    case "FLOP", "FLOPs":
      return try positive(decimal.value(), text)
    default:
      return try count(text)
    }
  }

  /// Parses floating-point operations per second such as `98G`, `1.5T` or `510GFLOP/s`.
  public static func speed(_ text: String) throws(QuantityError) -> Double {
    let kind = "FLOPs per second such as `98G`, `1.5T` or `510GFLOP/s`"
    let decimal = try decimal(text, kind)
    let unit = ["FLOP/s", "FLOPs/s", "FLOPS"].first(where: decimal.suffix.hasSuffix) ?? ""
    let suffix = decimal.suffix.dropLast(unit.count)
    guard let known = countSuffixes.first(where: { $0.name == suffix }) else {
      let hint = "suffixes are \(CountSuffix.all.map(\.name).joined(separator: ", "))"
      throw .expected(kind, found: text, hint: hint)
    }
    return try positive(decimal.value(timesTenTo: known.exponent), text)
  }

  /// Parses a whole number within a range.
  public static func integer(
    _ text: String,
    in range: ClosedRange<Int>
  ) throws(QuantityError) -> Int {
    let kind = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard !text.isEmpty, text.allSatisfy({ ("0"..."9").contains($0) }) else {
      throw .expected(kind, found: text, hint: nil)
    }
    guard let value = Int(text), range.contains(value) else {
      throw .outOfRange(text, allowed: kind)
    }
    return value
  }

  /// Parses a share such as `0.4` or `40%`, above 0 and at most 1.
  public static func fraction(_ text: String) throws(QuantityError) -> Double {
    let kind = "a share such as `0.4` or `40%`"
    let decimal = try decimal(text, kind)
    let value: Double
    switch decimal.suffix {
    case "": value = try decimal.value()
    case "%": value = try decimal.value(timesTenTo: -2)
    default: throw .expected(kind, found: text, hint: nil)
    }
    guard value > 0, value <= 1 else { throw .outOfRange(text, allowed: "above 0, at most 1") }
    return value
  }

  /// Parses a positive number without a suffix.
  public static func number(_ text: String) throws(QuantityError) -> Double {
    let decimal = try decimal(text, "a number above 0")
    guard decimal.suffix.isEmpty else {
      throw .expected("a number above 0", found: text, hint: separatorHint(text))
    }
    return try positive(decimal.value(), text)
  }

  /// Parses memory in bytes such as `512MiB`, `2GB` or `1G` (a bare letter is binary).
  public static func memory(_ text: String) throws(QuantityError) -> Int {
    let kind = "memory such as `512MiB` or `2GB`"
    let decimal = try decimal(text, kind)
    guard let unit = memoryUnits[String(decimal.suffix)] else {
      throw .expected(kind, found: text, hint: "units are KiB, MiB, GiB, TiB, kB, MB, GB, TB")
    }
    let bytes = try positive(decimal.value(), text) * unit
    guard bytes < 0x1p62 else { throw .overflow(text) }
    guard bytes >= 1 else { throw .underflow(text) }
    return Int(bytes.rounded())
  }

  private static let memoryUnits: [String: Double] = [
    "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
    "KiB": 0x1p10, "MiB": 0x1p20, "GiB": 0x1p30, "TiB": 0x1p40,
    "K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40,
  ]
}

// MARK: - Parts

extension Quantity {
  static func decimal(_ text: String, _ kind: String) throws(QuantityError) -> DecimalText {
    guard let decimal = DecimalText(text) else {
      throw .expected(kind, found: text, hint: nil)
    }
    return decimal
  }

  static func positive(_ value: Double, _ text: String) throws(QuantityError) -> Double {
    guard value.isFinite else { throw .overflow(text) }
    guard value > 0 else { throw .outOfRange(text, allowed: "above 0") }
    return value
  }

  private static func separatorHint(_ text: String) -> String? {
    text.contains { $0 == "," || $0 == "_" } ? "digits stand without separators" : nil
  }
}
