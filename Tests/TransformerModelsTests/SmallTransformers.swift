import Testing
import IsoLoss

/// Transformers small enough for differences of every parameter, which together have all parts.
struct SmallTransformer: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var configuration: TransformerConfiguration

  static let all = [
    Self(
      testDescription: "GPT-2: learned positions, layer norm, GELU, biases, tied",
      configuration: TransformerConfiguration(
        shape: shape(.learned, .layerNorm, .plain, biases: .all, isHeadTied: true)
      )
    ),
    Self(
      testDescription: "Llama: rotary, root-mean-square norm, gated, grouped queries, untied",
      configuration: TransformerConfiguration(
        shape: shape(.rotary, .rmsNorm, .gated, keyValueHeads: 2, biases: [], isHeadTied: false),
        rotary: RotaryPositions(dimension: 4)
      )
    ),
    Self(
      testDescription: "Qwen2 and Mistral: biases of the projection alone, a window, tied",
      configuration: TransformerConfiguration(
        shape: shape(
          .rotary,
          .rmsNorm,
          .gated,
          keyValueHeads: 1,
          biases: .queriesKeysValues,
          isHeadTied: true
        ),
        rotary: RotaryPositions(dimension: 4, base: 100, pairing: .interleaved),
        attentionWindow: 3
      )
    ),
    Self(
      testDescription: "GPT-NeoX: parallel parts, half of each head rotary, exact GELU",
      configuration: TransformerConfiguration(
        shape: shape(
          .rotary,
          .layerNorm,
          .plain,
          residual: .parallel,
          biases: .all,
          isHeadTied: false
        ),
        activation: .gelu,
        rotary: RotaryPositions(dimension: 2)
      )
    ),
  ]

  private static func shape(
    _ positions: TransformerShape.Positions,
    _ normalization: TransformerShape.Normalization,
    _ feedForward: TransformerShape.FeedForward,
    residual: TransformerShape.Residual = .sequential,
    keyValueHeads: Int = 4,
    biases: TransformerShape.Biases,
    isHeadTied: Bool
  ) -> TransformerShape {
    TransformerShape(
      layers: 2,
      width: 12,
      heads: 4,
      keyValueHeads: keyValueHeads,
      headWidth: 4,
      feedForwardWidth: 20,
      vocabulary: 11,
      context: 6,
      positions: positions,
      normalization: normalization,
      feedForward: feedForward,
      residual: residual,
      biases: biases,
      isHeadTied: isHeadTied
    )
  }

  /// Parameters that are all drawn, so that a forgotten norm or bias shows.
  func parameters(seed: UInt64) -> [Float] {
    let layout = ParameterLayout(configuration.shape)
    var generator = SeededGenerator(seed: seed)
    var values = [Float](repeating: 0, count: layout.count)
    for (index, tensor) in layout.tensors.enumerated() {
      let isNorm = [.attentionNormWeight, .feedForwardNormWeight, .finalNormWeight]
        .contains(tensor.role)
      for element in layout.range(at: index) {
        values[element] = Float((isNorm ? 1 : 0) + 0.3 * generator.nextNormal())
      }
    }
    return values
  }

  /// Tokens of some sequences.
  func tokens(_ sequences: Int, length: Int, seed: UInt64) -> [[Int32]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<sequences).map { _ in
      (0..<length).map { _ in Int32(generator.next(below: configuration.shape.vocabulary)) }
    }
  }
}
