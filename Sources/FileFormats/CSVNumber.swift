/// Reads numbers in tables.
public enum CSVNumber {
  /// The value of a decimal number, `nil` for anything else.
  public static func parse(_ text: String) -> Double? { Double(text) }
}
