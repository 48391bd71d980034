import LossNumerics
import TransformerModels

extension TransformerParameters {
  /// The same values in memory of their own.
  func copy() -> TransformerParameters {
    var copy = TransformerParameters(layout)
    copy.mix(self, share: 1)
    return copy
  }

  /// Moves all values by a share of the way to others: x + (y − x) · share.
  mutating func mix(_ other: borrowing TransformerParameters, share: Float) {
    let source = other.values.span
    var target = values.mutableSpan
    precondition(source.count == target.count, "parameters of another shape")
    for index in source.indices {
      target[index] += (source[index] - target[index]) * share
    }
  }
}
