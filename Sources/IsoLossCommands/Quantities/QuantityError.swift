/// A text that is not the quantity it should be.
public enum QuantityError: Error, Hashable, Sendable {
  /// Not a number of the expected kind.
  case expected(String, found: String, hint: String?)

  /// A suffix with two readings.
  case ambiguous(String, readings: [String])

  /// A number beyond what can be represented.
  case overflow(String)

  /// A number so small that it would count as zero.
  case underflow(String)

  /// A number outside the range that makes sense.
  case outOfRange(String, allowed: String)
}

extension QuantityError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .expected(let kind, let found, let hint):
      "expected \(kind), found `\(found)`" + (hint.map { " (\($0))" } ?? "")
    case .ambiguous(let text, let readings):
      "`\(text)` has two readings: \(readings.joined(separator: "; "))"
    case .overflow(let text):
      "`\(text)` is too large to represent"
    case .underflow(let text):
      "`\(text)` is too small to tell from zero"
    case .outOfRange(let text, let allowed):
      "`\(text)` is out of range: expected \(allowed)"
    }
  }
}
