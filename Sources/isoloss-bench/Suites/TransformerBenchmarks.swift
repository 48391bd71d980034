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
      shape: .gpt2(
        layers: layers,
        width: width,
        heads: heads,
        vocabulary: vocabulary,
        context: length
      )
    )
  }

  /// Tokens without order, so that the loss stays near ln V.
  func tokens(seed: UInt64) -> [Int32] {
    var generator = SeededGenerator(seed: seed)
    return (0..<sequences * length).map { _ in Int32(generator.next(below: vocabulary)) }
  }

  /// PyTorch with the same sizes.
  private func peer(_ kind: String) -> Peer {
    let sizes = [layers, width, heads, length, sequences, vocabulary].map(String.init)
    return Peer(script: "torch_transformer.py", arguments: [kind] + sizes)
  }

  /// Whether a loss is that of a model that knows little.
  private func isUntrained(_ loss: Double) -> Bool {
    let expected = log(Double(vocabulary))
    return abs(loss - expected) < 0.3 * expected
  }

  /// Loss, gradient, clipping and AdamW of one batch.
  func training() -> Benchmark {
    Benchmark(
      name: "Training/step/\(name)",
      unit: .tokens,
      isSlow: name == "b",
      peer: peer("training")
    ) { kernels in
      let session = TrainingSession(self, kernels)
      return PreparedBenchmark(
        amount: Double(sequences * length),
        run: { session.step() },
        check: isUntrained
      )
    }
  }

  /// The loss of as many tokens, in windows that do not overlap.
  func evaluation() -> Benchmark {
    Benchmark(
      name: "TransformerModels/evaluation/\(name)",
      unit: .tokens,
      isSlow: name == "b",
      peer: peer("evaluation")
    ) { kernels in
      let session = EvaluationSession(self, kernels)
      return PreparedBenchmark(
        amount: Double(sequences * length),
        run: { session.loss() },
        check: isUntrained
      )
    }
  }
}

/// What a run of steps keeps.
private final class TrainingSession {
  private let kernels: KernelContext
  private let inputs: [Int32]
  private let targets: [Int32]
  private var parameters: TransformerParameters
  private var gradient: TransformerGradient
  private var optimizer: AdamWOptimizer

  init(_ size: TransformerSizes, _ kernels: KernelContext) {
    let configuration = size.configuration
    let recipe = TrainingRecipe(configuration, stepCount: 1, batchSequences: size.sequences)
    self.kernels = kernels
    inputs = size.tokens(seed: 1)
    targets = size.tokens(seed: 2)
    parameters = TransformerParameters(random: configuration.shape, seed: 3)
    gradient = TransformerGradient(
      configuration,
      sliceSequences: recipe.sliceSequences,
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

/// What an evaluation keeps.
private final class EvaluationSession {
  private let ids: [Int32]
  private let parameters: TransformerParameters
  private var scorer: WindowScorer

  init(_ size: TransformerSizes, _ kernels: KernelContext) {
    ids = size.tokens(seed: 1) + [0]
    parameters = TransformerParameters(random: size.configuration.shape, seed: 3)
    scorer = WindowScorer(
      size.configuration,
      windows: .disjoint(context: size.length),
      packing: PackedWeights(),
      kernels: kernels
    )
  }

  func loss() -> Double {
    let losses = (scorer.append(ids, parameters) + scorer.finish(parameters)).compactMap(\.self)
    return losses.reduce(0) { $0 + Double($1.nats) } / Double(losses.count)
  }
}
