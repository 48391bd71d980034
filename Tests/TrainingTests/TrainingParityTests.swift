import Foundation
import IsoLoss
import TestSupport
import Testing

/// Twenty steps of AdamW on four fixed batches, held against PyTorch's in doubles.
///
/// The rule stands in `expected.json`: step s takes batch s mod 4, a rate of 1e-3 · min(1, (s + 1) / 5),
/// betas 0.9 and 0.95, decay 0.1 for matrices, clipping to a norm of 1.
@Suite("Training in parity", .enabled(if: TestFiles.hasShared("data/transformer/train_gpt2")))
struct TrainingParityTests {
  private struct Expected: Decodable {
    struct Run: Decodable {
      var losses: [Double]
      var grad_norms: [Double]
    }

    var T: Int
    var batches: [[[Int32]]]
    var f64: Run
  }

  /// A checkpoint whose weights are a file of another folder.
  private static func checkpoint(_ model: String, weights: String) throws -> Checkpoint {
    let root = TestFiles.shared("data/transformer")
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appending(path: "isoloss-\(UUID().uuidString)")
    try manager.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? manager.removeItem(at: folder) }
    let files = ["config.json": "\(model)/config.json", "model.safetensors": weights]
    for (name, source) in files {
      try manager.copyItem(
        at: URL(filePath: "\(root)/\(source)"),
        to: folder.appending(path: name)
      )
    }
    return try Checkpoint.read(folder: folder.path)
  }

  @Test("losses, norms, gradients and weights are PyTorch's", arguments: ["gpt2", "llama"])
  func stepsArePyTorchs(_ model: String) throws {
    let path = TestFiles.shared("data/transformer/train_\(model)/expected.json")
    let expected = try JSONDecoder().decode(
      Expected.self,
      from: Data(contentsOf: URL(filePath: path))
    )
    var start = try Self.checkpoint(model, weights: "\(model)/model.safetensors")
    let kernels = KernelContext(pool: WorkerPool(threadCount: 2))
    let configuration = start.configuration.transformer
    var gradient = TransformerGradient(
      configuration,
      sliceSequences: 2,
      length: expected.T,
      kernels: kernels
    )
    var optimizer = AdamWOptimizer(
      ParameterLayout(configuration.shape),
      settings: AdamW(beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1),
      clipNorm: 1
    )
    for step in expected.f64.losses.indices {
      let batch = expected.batches[step % expected.batches.count]
      let loss = gradient.compute(
        inputs: batch.flatMap { $0.dropLast() },
        targets: batch.flatMap { $0.dropFirst() },
        parameters: start.parameters
      )
      if step == 0 {
        let first = try Self.checkpoint(model, weights: "train_\(model)/grads_step0.safetensors")
        Self.expectClose(gradient.gradients, first.parameters, 1e-5)
      }
      optimizer.settings.learningRate = 1e-3 * min(1, Double(step + 1) / 5)
      let norm = gradient.norm(kernels)
      optimizer.step(&start.parameters, gradient, norm: norm, kernels: kernels)
      #expect(abs(loss - expected.f64.losses[step]) <= 1e-5, "step \(step)")
      #expect(abs(norm - expected.f64.grad_norms[step]) <= 1e-5 * norm, "step \(step)")
    }
    let end = try Self.checkpoint(model, weights: "train_\(model)/params_step20.safetensors")
    // A bias of the keys moves all scores of a query alike and so changes nothing: its gradient is
    // zero but for rounding, which AdamW makes as large as any other.
    let shape = configuration.shape
    let keys = shape.queryWidth..<shape.queryWidth + shape.keyValueHeads * shape.headWidth
    Self.expectClose(start.parameters.values.span, end.parameters, 1e-4, butKeyBiases: keys)
  }

  /// Expects each tensor to be close, relative to its largest element.
  private static func expectClose(
    _ values: Span<Float>,
    _ expected: borrowing TransformerParameters,
    _ tolerance: Float,
    butKeyBiases keys: Range<Int> = 0..<0
  ) {
    for (index, tensor) in expected.layout.tensors.enumerated() {
      let range = expected.layout.range(at: index)
      var largest: Float = 0
      var worst: Float = 0
      for element in range {
        let isKeyBias = keys.contains(element - range.lowerBound)
        if tensor.role == .projectionBias, isKeyBias { continue }
        largest = max(largest, abs(expected.values[0, element]))
        worst = max(worst, abs(expected.values[0, element] - values[element]))
      }
      #expect(
        worst <= tolerance * largest,
        "\(tensor.role.rawValue) of block \(tensor.layer ?? -1): off by \(worst) of \(largest)"
      )
    }
  }
}
