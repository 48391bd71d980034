import IsoLoss

/// The extent of fitted runs as a fit's JSON carries it.
enum FittedRangeJSON {
  /// `{parameters: [low, high], tokens: …, compute: …}`, null for what is not known.
  static func json(_ range: CoefficientSet.FittedRange) -> JSONValue {
    [
      "parameters": json(range.parameters),
      "tokens": json(range.tokens),
      "compute": json(range.compute),
    ]
  }

  /// Reads the extent from a fit's JSON; what is missing or malformed is not known.
  static func range(_ fit: JSONValue) -> CoefficientSet.FittedRange {
    let range = fit["fittedRange"]
    return CoefficientSet.FittedRange(
      parameters: bounds(range?["parameters"]),
      tokens: bounds(range?["tokens"]),
      compute: bounds(range?["compute"])
    )
  }

  private static func json(_ bounds: ClosedRange<Double>?) -> JSONValue {
    bounds.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null
  }

  private static func bounds(_ value: JSONValue?) -> ClosedRange<Double>? {
    guard let low = value?[0]?.double, let high = value?[1]?.double,
      low > 0, low <= high, high.isFinite
    else { return nil }
    return low...high
  }
}
