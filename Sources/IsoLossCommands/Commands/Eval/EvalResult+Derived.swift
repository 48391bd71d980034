import IsoLoss

extension EvalResult {
  /// The mean of the files' values, each file counting the same; `nil` where one has none.
  func macroMean(of quantity: LossQuantity) -> Double? {
    let values = files.compactMap { quantity.value(of: $0.evaluation.crossEntropy) }
    guard values.count == files.count, !values.isEmpty else { return nil }
    return values.reduce(0, +) / Double(values.count)
  }

  /// What the files cost in bits per byte if each byte were predicted from the counts of those before.
  var orderZeroBitsPerByte: Double {
    let nats = files.reduce(0.0) { $0 + $1.orderZero.totalNats }
    return nats / Double(total.text.byteCount) / LossUnit.natsPerBit
  }
}

/// Units of loss.
enum LossUnit {
  /// ln 2.
  static let natsPerBit = 0.6931471805599453
}
