import IsoLoss
import Synchronization
import Testing

@Suite("Gradients of transformers")
struct TransformerGradientTests {
  /// A batch of sequences of which one target is not scored.
  private struct Batch {
    var inputs: [[Int32]]
    var targets: [[Int32]]

    init(_ small: SmallTransformer, sequences: Int = 3, seed: UInt64) {
      inputs = small.tokens(sequences, length: 6, seed: seed)
      targets = small.tokens(sequences, length: 6, seed: seed + 1)
      targets[1][2] = -1
    }
  }

  private func compute(
    _ small: SmallTransformer,
    _ batch: Batch,
    _ values: [Float],
    sliceSequences: Int = 3,
    threadCount: Int = 1,
    dropout: Double = 0,
    variant: KernelVariant = .fastest,
    pool: WorkerPool? = nil
  ) -> (loss: Double, gradients: [Float]) {
    let pool = pool ?? WorkerPool(threadCount: threadCount)
    let kernels = KernelContext(variant: variant, pool: pool)
    var parameters = TransformerParameters(ParameterLayout(small.configuration.shape))
    for (index, value) in values.enumerated() { parameters.values[0, index] = value }
    var gradient = TransformerGradient(
      small.configuration,
      sliceSequences: sliceSequences,
      length: 6,
      dropout: dropout,
      seed: 5,
      kernels: kernels
    )
    let loss = gradient.compute(
      inputs: batch.inputs.flatMap(\.self),
      targets: batch.targets.flatMap(\.self),
      parameters: parameters,
      step: 3
    )
    let gradients = gradient.gradients
    return (loss, gradients.indices.map { gradients[$0] })
  }

  @Test("the loss is that of a plain forward pass in doubles", arguments: SmallTransformer.all)
  func lossIsPlain(_ small: SmallTransformer) {
    let (values, batch) = (small.parameters(seed: 1), Batch(small, seed: 2))
    let plain = PlainTransformer(small.configuration, values.map(Double.init))
    let expected = plain.loss(inputs: batch.inputs, targets: batch.targets)
    for variant in KernelVariant.supported {
      let (loss, _) = compute(small, batch, values, variant: variant)
      #expect(abs(loss - expected) <= 1e-6 * expected, "\(variant)")
    }
  }

  /// Central differences of the plain forward pass, for every parameter.
  @Test("every gradient is a difference of losses", arguments: SmallTransformer.all)
  func gradientsAreDifferences(_ small: SmallTransformer) {
    let (values, batch) = (small.parameters(seed: 3), Batch(small, seed: 4))
    let (_, gradients) = compute(small, batch, values)
    let plain = PlainTransformer(small.configuration, values.map(Double.init))
    expectDifferences(plain, batch, gradients)
  }

  /// The masks are those that the kernels make of ones.
  @Test(
    "with dropout too, and the same elements are left out",
    arguments: SmallTransformer.all[..<3]
  )
  func dropout(_ small: SmallTransformer) {
    let (values, batch) = (small.parameters(seed: 9), Batch(small, seed: 10))
    let (loss, gradients) = compute(small, batch, values, dropout: 0.25)
    var plain = PlainTransformer(small.configuration, values.map(Double.init))
    let ones = [Float](repeating: 1, count: 18 * small.configuration.shape.width)
    plain.masks = (0..<5).map { site in
      var kept = ones
      var span = kept.mutableSpan
      // One slice a batch, and the fourth batch.
      let mask = Dropout(keepProbability: 0.75, seed: 5, stream: 3 << 20 | UInt64(site))
      KernelContext().dropout(ones.span, mask: mask, into: &span)
      return kept.map(Double.init)
    }
    let expected = plain.loss(inputs: batch.inputs, targets: batch.targets)
    #expect(abs(loss - expected) <= 1e-6 * expected)
    expectDifferences(plain, batch, gradients)
    let threads = compute(small, batch, values, threadCount: 3, dropout: 0.25)
    expectEqual(threads.gradients, gradients)
  }

  /// A comparison in the expectation would write out all elements.
  private func expectEqual(_ one: [Float], _ other: [Float]) {
    let differingCount = zip(one, other).count { $0.bitPattern != $1.bitPattern }
    #expect(differingCount == 0 && one.count == other.count)
  }

  private func expectDifferences(
    _ plain: PlainTransformer,
    _ batch: Batch,
    _ gradients: [Float]
  ) {
    var plain = plain
    let step = 1e-5
    for (index, tensor) in plain.layout.tensors.enumerated() {
      let range = plain.layout.range(at: index)
      let expected = range.map { element -> Double in
        let value = plain.values[element]
        defer { plain.values[element] = value }
        plain.values[element] = value + step
        let above = plain.loss(inputs: batch.inputs, targets: batch.targets)
        plain.values[element] = value - step
        return (above - plain.loss(inputs: batch.inputs, targets: batch.targets)) / (2 * step)
      }
      let largest = expected.lazy.map(abs).max() ?? 0
      let worst = zip(range, expected).lazy.map { abs(Double(gradients[$0]) - $1) }.max() ?? 0
      #expect(
        worst <= 1e-5 * largest,
        "\(tensor.role.rawValue) of block \(tensor.layer ?? -1): off by \(worst) of \(largest)"
      )
    }
  }

  /// Slices that are far more than threads; a few, in threads of which some have none; and too few to be worked
  /// side by side.
  @Test(
    "threads change no bit",
    .timeLimit(.minutes(2)),
    arguments: SmallTransformer.all,
    [(2, 400), (3, 20), (2, 3), (32, 20), (64, 20)]
  )
  func threadsChangeNothing(_ small: SmallTransformer, _ counts: (threads: Int, slices: Int)) {
    let values = small.parameters(seed: 5)
    let batch = Batch(small, sequences: counts.slices, seed: 6)
    let dropout = small.configuration.shape.residual == .sequential ? 0.25 : 0
    func compute(_ threadCount: Int) -> (loss: Double, gradients: [Float]) {
      self.compute(
        small,
        batch,
        values,
        sliceSequences: 1,
        threadCount: threadCount,
        dropout: dropout
      )
    }
    let (one, several) = (compute(1), compute(counts.threads))
    #expect(one.loss == several.loss)
    expectEqual(one.gradients, several.gradients)
  }

  /// Within a block of their own pool, at once: at most one of them has its threads.
  @Test("nor do gradients that share a pool", .timeLimit(.minutes(2)))
  func sharedPool() {
    let small = SmallTransformer.all[1]
    let (values, batch) = (small.parameters(seed: 5), Batch(small, sequences: 20, seed: 6))
    let pool = WorkerPool(threadCount: 2)
    let expected = compute(small, batch, values, sliceSequences: 1)
    let found = Mutex([[Float]]())
    pool.forEachBlock(4) { _, _ in
      let result = compute(small, batch, values, sliceSequences: 1, pool: pool)
      found.withLock { $0.append(result.gradients) }
    }
    let results = found.withLock(\.self)
    #expect(results.count == 4)
    for gradients in results { expectEqual(gradients, expected.gradients) }
  }

  /// 300,000 tokens: the logits of 80 rows are worked in two parts, and the head's weights lie in several
  /// bands.
  @Test(
    "nor where a slice has too many logits for one part",
    .timeLimit(.minutes(2)),
    arguments: [true, false]
  )
  func threadsChangeNothingOfManyLogits(isHeadTied: Bool) {
    let shape = TransformerShape.llama(
      layers: 1,
      width: 8,
      heads: 1,
      feedForwardWidth: 16,
      vocabulary: 300_000,
      context: 80,
      isHeadTied: isHeadTied
    )
    let configuration = TransformerConfiguration(
      shape: shape,
      rotary: RotaryPositions(dimension: 8)
    )
    let parameters = TransformerParameters(random: shape, seed: 7)
    let tokens = (0...240).map { Int32($0 * 77_777 % 300_000) }
    func compute(_ threadCount: Int) -> (loss: Double, gradients: [Float]) {
      let kernels = KernelContext(pool: WorkerPool(threadCount: threadCount))
      var gradient = TransformerGradient(
        configuration,
        sliceSequences: 1,
        length: 80,
        kernels: kernels
      )
      let loss = gradient.compute(
        inputs: Array(tokens.dropLast()),
        targets: Array(tokens.dropFirst()),
        parameters: parameters
      )
      let gradients = gradient.gradients
      return (loss, gradients.indices.map { gradients[$0] })
    }
    let (one, two) = (compute(1), compute(2))
    #expect(one.loss == two.loss)
    expectEqual(one.gradients, two.gradients)
  }

  @Test("slices give the gradient of the whole batch", arguments: SmallTransformer.all)
  func slicesAddUp(_ small: SmallTransformer) {
    let (values, batch) = (small.parameters(seed: 7), Batch(small, seed: 8))
    let whole = compute(small, batch, values)
    let slices = compute(small, batch, values, sliceSequences: 1)
    #expect(abs(whole.loss - slices.loss) <= 1e-6)
    let largest = whole.gradients.lazy.map(abs).max() ?? 0
    for (a, b) in zip(whole.gradients, slices.gradients) {
      #expect(abs(a - b) <= 1e-5 * largest)
    }
  }
}
