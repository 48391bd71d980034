import IsoLoss

extension EvalResult {
  /// The quantity of the files' mean loss, each file counting the same; `nil` where one has none.
  ///
  /// The mean is taken in nats, so that a perplexity's is the geometric mean of the files'.
  func macroMean(of quantity: LossQuantity) -> Double? {
    let means = files.compactMap { quantity.natsPerUnit(of: $0.evaluation.crossEntropy) }
    guard means.count == files.count, !means.isEmpty else { return nil }
    return quantity.onScale(means.reduce(0, +) / Double(means.count))
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
