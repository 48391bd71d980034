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
}
