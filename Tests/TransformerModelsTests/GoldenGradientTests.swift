import Foundation
import IsoLoss
import TestSupport
import Testing

/// A small transformer whose loss and gradients PyTorch computed in doubles.
///
/// `Golden/gradients.py` made the figures and says by which formula weights and tokens follow.
struct GoldenTransformer: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var configuration: TransformerConfiguration

  private static let (width, length, vocabulary) = (8, 5, 11)

  static let all = [
    Self(
      testDescription: "gpt2",
      configuration: TransformerConfiguration(
        shape: .gpt2(
          layers: 2,
          width: width,
          heads: 2,
          feedForwardWidth: 16,
          vocabulary: vocabulary,
          context: length
        )
      )
    ),
    llama("llama", biases: [], isHeadTied: false),
    llama("qwen2", biases: .queriesKeysValues, isHeadTied: true),
  ]

  private static func llama(
    _ name: String,
    biases: TransformerShape.Biases,
    isHeadTied: Bool
  ) -> Self {
    let shape = TransformerShape.llama(
      layers: 2,
      width: width,
      heads: 2,
      keyValueHeads: 1,
      feedForwardWidth: 16,
      vocabulary: vocabulary,
      context: length,
      biases: biases,
      isHeadTied: isHeadTied
    )
    let rotary = RotaryPositions(dimension: 4)
    return Self(
      testDescription: name,
      configuration: TransformerConfiguration(shape: shape, activation: .silu, rotary: rotary)
    )
  }

  /// Multiples of 1/1024, norms' weights about one.
  var parameters: TransformerParameters {
    var parameters = TransformerParameters(ParameterLayout(configuration.shape))
    for (number, tensor) in parameters.layout.tensors.enumerated() {
      let range = parameters.layout.range(at: number)
      let center: Float = tensor.role.rawValue.hasSuffix("NormWeight") ? 1 : 0
      for (i, place) in range.enumerated() {
        let value = (31 * i * i + 7919 * i + 104_729 * number) % 601 - 300
        parameters.values[0, place] = Float(value) / 1024 + center
      }
    }
    return parameters
  }

  /// Two sequences of tokens, and those after them; one target is not scored.
  static var batch: (inputs: [Int32], targets: [Int32]) {
    func token(_ s: Int, _ t: Int) -> Int32 { Int32((7 * s + 3 * t * t + t + 2) % vocabulary) }
    let inputs = (0..<2).flatMap { s in (0..<length).map { token(s, $0) } }
    var targets = (0..<2).flatMap { s in (1...length).map { token(s, $0) } }
    targets[length + 2] = -1
    return (inputs, targets)
  }

  /// The loss and its gradients under a kernel variant.
  func compute(_ variant: KernelVariant) -> (loss: Double, gradients: [Float]) {
    let (inputs, targets) = Self.batch
    var gradient = TransformerGradient(
      configuration,
      sliceSequences: 2,
      length: Self.length,
      kernels: KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
    )
    let loss = gradient.compute(inputs: inputs, targets: targets, parameters: parameters)
    let gradients = gradient.gradients
    return (loss, gradients.indices.map { gradients[$0] })
  }
}

@Suite("Gradients held against PyTorch's")
struct GoldenGradientTests {
  private struct Expected: Decodable {
    var loss: Double

    /// By role, and block where there is one: `upWeight.1`.
    var gradients: [String: [Double]]
  }

  private func expected(_ golden: GoldenTransformer) throws -> Expected {
    let path = TestFiles.package("Tests/TransformerModelsTests/Golden/gradients.json")
    let data = try Data(contentsOf: URL(filePath: path))
    let models = try JSONDecoder().decode([String: Expected].self, from: data)
    return try #require(models[golden.testDescription])
  }

  /// Of a tensor's largest element.
  ///
  /// A gradient in single precision is a sum of products that may be larger than itself, so that it is off by more than
  /// a unit in the last place, 1.2e-7. The worst tensor of the three models is off by 2.2e-6.
  private static let tolerance = 4e-6

  @Test("the loss and every gradient are PyTorch's", arguments: GoldenTransformer.all)
  func gradients(_ golden: GoldenTransformer) throws {
    let expected = try expected(golden)
    let layout = ParameterLayout(golden.configuration.shape)
    #expect(expected.gradients.count == layout.tensors.count)
    for variant in KernelVariant.supported {
      let (loss, gradients) = golden.compute(variant)
      #expect(abs(loss - expected.loss) <= 2e-7 * expected.loss, "\(variant)")
      for (index, tensor) in layout.tensors.enumerated() {
        let name = tensor.role.rawValue + (tensor.layer.map { ".\($0)" } ?? "")
        let values = try #require(expected.gradients[name])
        let found = gradients[layout.range(at: index)]
        try #require(values.count == found.count)
        let worst = zip(values, found).map { abs($0 - Double($1)) }.max() ?? 0
        let largest = values.map(abs).max() ?? 0
        #expect(worst <= Self.tolerance * largest, "\(name), \(variant): \(worst / largest)")
      }
    }
  }
}
