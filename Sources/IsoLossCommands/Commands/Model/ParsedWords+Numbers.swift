import IsoLoss

extension ParsedWords {
  /// A size of a transformer that an option gives; `nil` where it was not given.
  ///
  /// - Throws: ``UsageError`` for one that no model has.
  func size(_ name: String, _ size: TransformerSize) throws(UsageError) -> Int? {
    try quantity(name) { text throws(QuantityError) in
      try Quantity.integer(text, in: size.accepted)
    }
  }

  /// A number from 0 on; `nil` where none is given.
  func numberOrZero(_ name: String) throws(UsageError) -> Double? {
    text(name) == "0" ? 0 : try quantity(name, Quantity.number)
  }

  /// A number from 0 to 1; `nil` where none is given.
  func share(_ name: String) throws(UsageError) -> Double? {
    guard let value = try numberOrZero(name) else { return nil }
    guard value <= 1 else { throw .other("`--\(name)`: expected a number from 0 to 1") }
    return value
  }
}
