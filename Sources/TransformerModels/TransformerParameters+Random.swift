import LossNumerics
public import ModelShapes

extension TransformerParameters {
  /// Draws weights to begin a training with.
  ///
  /// As GPT-2 (Radford and others 2019): matrices from a normal distribution of deviation 0.02, those that
  /// add to the residual stream divided by √(2 L), so that the stream's variance does not grow with the
  /// blocks; norms' weights one; biases zero. Each tensor has a generator of its own, so that its weights
  /// depend on the seed and its place alone.
  ///
  /// - Parameters:
  ///   - shape: The transformer.
  ///   - seed: Any number.
  ///   - deviation: The standard deviation of matrices.
  public init(random shape: TransformerShape, seed: UInt64, deviation: Double = 0.02) {
    self.init(ParameterLayout(shape))
    let residual = deviation / Double(2 * shape.layers).squareRoot()
    let layout = layout
    var elements = values.mutableSpan
    for (index, tensor) in layout.tensors.enumerated() {
      let range = layout.range(at: index)
      switch tensor.role {
      case .attentionNormWeight, .feedForwardNormWeight, .finalNormWeight:
        for element in range { elements[element] = 1 }
      case .attentionOutputWeight, .downWeight:
        draw(seed, index, range, residual, &elements)
      default:
        guard tensor.isMatrix else { continue }
        draw(seed, index, range, deviation, &elements)
      }
    }
  }
}

/// Draws elements from a normal distribution.
private func draw(
  _ seed: UInt64,
  _ stream: Int,
  _ range: Range<Int>,
  _ deviation: Double,
  _ elements: inout MutableSpan<Float>
) {
  var generator = SeededGenerator(seed: seed, stream: UInt64(stream))
  for element in range {
    elements[element] = Float(deviation * generator.nextNormal())
  }
}
