/// Training tokens, given outright or in proportion to the parameters.
public enum TokenQuantity: Sendable, Hashable {
  /// So many tokens.
  case tokens(Double)

  /// So many tokens per parameter: `20x` is D = 20 N.
  case perParameter(Double)
}

extension TokenQuantity {
  /// The tokens for a model of so many parameters.
  public func tokens(forParameters parameters: Double) -> Double {
    switch self {
    case .tokens(let tokens): tokens
    case .perParameter(let ratio): ratio * parameters
    }
  }
}

extension Quantity {
  /// Parses tokens such as `1.4T`, `20x` (D = 20 N) or `8xC` (D = 8 · 20 · N).
  public static func tokens(_ text: String) throws(QuantityError) -> TokenQuantity {
    let decimal = try decimal(text, "tokens such as `1.4T`, `20x` or `8xC`")
    switch decimal.suffix {
    case "x": return .perParameter(try positive(decimal.value(), text))
    case "xC": return .perParameter(try positive(decimal.value() * 20, text))
    default: return .tokens(try count(text))
    }
  }
}
