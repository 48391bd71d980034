/// Reads numbers as tables hold them.
public enum CSVNumber {
  /// The value of a decimal number, `nil` for anything else.
  ///
  ///     CSVNumber.parse(" 1.5e9 ")   // 1500000000.0
  ///     CSVNumber.parse("nan")       // nil
  ///
  /// Decimal only: a sign, digits with an optional point, an optional exponent; spaces and tabs
  /// around it are dropped. Hexadecimal, `nan`, `inf`, and digit groups are no numbers here, nor is
  /// one too large for Double, nor one so small that it would become 0.
  ///
  /// - Parameter text: The field.
  /// - Returns: The nearest Double.
  public static func parse(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    guard let first = bytes.firstIndex(where: { !isBlank($0) }),
      let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return nil }
    return DecimalText(bytes[first...last])?.double
  }
}

/// Whether a byte is a space or a tab.
func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
