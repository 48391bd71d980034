import Foundation
import IsoLoss

/// Training steps and evaluation of small transformers: gradient, clipping and AdamW of one batch.
func transformerBenchmarks() -> [Benchmark] {
  TransformerSizes.all.flatMap { [$0.training(), $0.evaluation()] }
}

/// A transformer of GPT-2's kind and the batch that it is measured on.
private struct TransformerSizes {
  var name: String
  var layers: Int
  var width: Int
  var heads: Int
  var length: Int
  var sequences: Int
  var vocabulary: Int

  static let all = [
    Self(name: "a", layers: 4, width: 128, heads: 4, length: 256, sequences: 8, vocabulary: 256),
    Self(name: "b", layers: 6, width: 384, heads: 6, length: 256, sequences: 8, vocabulary: 4096),
    Self(name: "c", layers: 4, width: 64, heads: 4, length: 128, sequences: 32, vocabulary: 65),
  ]

  var configuration: TransformerConfiguration {
    TransformerConfiguration(
      shape: TransformerShape(
        layers: layers,
        width: width,
        heads: heads,
        feedForwardWidth: 4 * width,
        vocabulary: vocabulary,
        context: length,
        positions: .learned,
        normalization: .layerNorm,
        feedForward: .plain,
        biases: .all,
        isHeadTied: true
      )
    )
  }

  /// Tokens without order, so that the loss stays near ln V.
  func tokens(seed: UInt64) -> [Int32] {
    var generator = SeededGenerator(seed: seed)
    return (0..<sequences * length).map { _ in Int32(generator.next(below: vocabulary)) }
  }

  func training() -> Benchmark {
    Benchmark(name: "Training/step/\(name)", unit: .tokens, isSlow: name == "b") { kernels in
      let session = TrainingSession(self, kernels)
      let expected = log(Double(vocabulary))
      return PreparedBenchmark(
        amount: Double(sequences * length),
        run: { session.step() },
        check: { abs($0 - expected) < 0.3 * expected }
      )
    }
  }

  func evaluation() -> Benchmark {
    Benchmark(name: "Training/evaluation/\(name)", unit: .tokens, isSlow: name == "b") { kernels in
      let session = TrainingSession(self, kernels)
      let expected = log(Double(vocabulary))
      return PreparedBenchmark(
        amount: Double(sequences * length),
        run: { session.step() },
        check: { abs($0 - expected) < 0.3 * expected }
      )
    }
  }

  /// What a run of steps keeps.
  final class TrainingSession {
    private let kernels: KernelContext
    private let inputs: [Int32]
    private let targets: [Int32]
    private var parameters: TransformerParameters
    private var gradient: TransformerGradient
    private var optimizer: AdamWOptimizer

    init(_ size: TransformerSizes, _ kernels: KernelContext) {
      let configuration = size.configuration
      self.kernels = kernels
      inputs = size.tokens(seed: 1)
      targets = size.tokens(seed: 2)
      parameters = TransformerParameters(random: configuration.shape, seed: 3)
      gradient = TransformerGradient(
        configuration,
        sliceSequences: Int(ProcessInfo.processInfo.environment["SLICE"] ?? "") ?? 2,
        length: size.length,
        kernels: kernels
      )
      optimizer = AdamWOptimizer(
        ParameterLayout(configuration.shape),
        settings: AdamW(learningRate: 1e-3, beta1: 0.9, beta2: 0.99, weightDecay: 0.1)
      )
    }

    func step() -> Double {
      let loss = gradient.compute(inputs: inputs, targets: targets, parameters: parameters)
      let norm = gradient.norm(kernels)
      optimizer.step(&parameters, gradient, norm: norm, kernels: kernels)
      return loss
    }
  }
}
