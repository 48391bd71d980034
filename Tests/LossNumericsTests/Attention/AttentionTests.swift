import Execution
import LossNumerics
import Testing

/// How far rounding may take a number from the reference, relative to the sum of the sizes of its
/// terms.
///
/// A chain of n roundings is off by about √n u (Higham and Mary, SIAM J. Sci. Comput. 41, 2019, with
/// the factor 8 for all of a test's numbers at once): d for a score, against the sum of the sizes of
/// its products, which the exponential makes relative; once more for the backward pass, with the
/// log-sum-exp that was rounded in between; then d and S for the sums.
private func tolerance(_ x: AttentionInputs) -> Double {
  let d = Double(x.shape.headSize)
  let rows = Double(max(x.shape.keys, x.shape.queries * x.shape.headCount))
  let score = AttentionReference.largestScoreSize(x) * (d.squareRoot() + 3)
  return 8 * 0x1p-24 * (2 * score + d.squareRoot() + rows.squareRoot() + 4)
}

private func worst(_ found: [Float], _ expected: [Rounded]) -> Double {
  zip(found, expected).reduce(0) { worst, pair in
    let difference = abs(Double(pair.0) - pair.1.value)
    // A not-a-number is the worst of all.
    return difference.isNaN ? .infinity : max(worst, difference / max(pair.1.size, 1e-30))
  }
}

@Suite("Attention")
struct AttentionTests {
  static let shapes = [
    AttentionShape(queries: 1, headCount: 1, headSize: 1),
    AttentionShape(batch: 2, queries: 17, headCount: 2, headSize: 5),
    AttentionShape(queries: 65, keys: 130, headCount: 6, keyValueHeadCount: 2, headSize: 16),
    AttentionShape(queries: 100, keys: 163, headCount: 2, headSize: 33, window: 40),
    AttentionShape(queries: 128, headCount: 2, keyValueHeadCount: 1, headSize: 64, window: 1),
    AttentionShape(batch: 3, queries: 64, headCount: 1, headSize: 100, scale: -0.3),
    AttentionShape(queries: 70, keys: 33, headCount: 2, headSize: 31, isCausal: false),
    AttentionShape(queries: 3, keys: 1000, headCount: 8, keyValueHeadCount: 1, headSize: 15),
    AttentionShape(queries: 700, keys: 750, headCount: 1, headSize: 8, window: 300),
    AttentionShape(queries: 9, headCount: 1, headSize: 512),
  ]

  @Test("matches the formulas", arguments: KernelVariant.supported, shapes)
  func matchesReference(_ variant: KernelVariant, _ shape: AttentionShape) {
    let inputs = AttentionInputs(shape, seed: 1)
    let expected = AttentionReference(inputs)
    let found = AttentionResult(inputs, KernelContext(variant: variant))
    let tolerance = tolerance(inputs)
    #expect(worst(found.outputs, expected.outputs) <= tolerance)
    #expect(worst(found.queriesGradient, expected.queriesGradient) <= tolerance)
    #expect(worst(found.keysGradient, expected.keysGradient) <= tolerance)
    #expect(worst(found.valuesGradient, expected.valuesGradient) <= tolerance)
    let difference = zip(found.logSumExps, expected.logSumExps).map { abs(Double($0) - $1) }
    #expect(difference.allSatisfy { $0 <= tolerance })
  }

  @Test("matches PyTorch", arguments: KernelVariant.supported, GoldenAttention.all.indices)
  func matchesPyTorch(_ variant: KernelVariant, _ index: Int) {
    let golden = GoldenAttention.all[index]
    let shape = golden.shape
    func tensor(_ number: Int, _ count: Int) -> [Double] {
      (0..<count).map { Double((37 * $0 + 11 * number) % 64 - 32) / 32 }
    }
    let inputs = AttentionInputs(
      shape,
      queries: tensor(0, shape.queryNumberCount),
      keys: tensor(1, shape.keyNumberCount),
      values: tensor(2, shape.keyNumberCount),
      outputsGradient: tensor(3, shape.queryNumberCount)
    )
    let found = AttentionResult(inputs, KernelContext(variant: variant))
    let tolerance = tolerance(inputs)
    func agrees(_ numbers: [Float], _ expected: [Double]) -> Bool {
      numbers.count == expected.count
        && zip(numbers, expected).allSatisfy { abs(Double($0) - $1) <= tolerance }
    }
    #expect(agrees(found.outputs, golden.outputs))
    #expect(agrees(found.logSumExps, golden.logSumExps))
    #expect(agrees(found.queriesGradient, golden.queriesGradient))
    #expect(agrees(found.keysGradient, golden.keysGradient))
    #expect(agrees(found.valuesGradient, golden.valuesGradient))
  }

  @Test("one key gets all the weight")
  func oneKey() {
    let shape = AttentionShape(queries: 5, headCount: 1, headSize: 3, window: 1)
    let inputs = AttentionInputs(shape, seed: 2)
    let found = AttentionResult(inputs, KernelContext())
    // The largest score is the only one, and the exponential of zero is one.
    #expect(found.outputs.map { Double($0) } == inputs.values)
    // The weight made again is off by |L| · 2⁻²³, L a score of at most √3, and a rounding or two.
    for (gradient, expected) in zip(found.valuesGradient, inputs.outputsGradient) {
      #expect(abs(Double(gradient) - expected) <= 4 * 0x1p-23 * abs(expected))
    }
    #expect(found.queriesGradient.allSatisfy { abs($0) < 1e-6 })
  }

  /// Scores up to thousands and millions: their rounding is all that weights suffer, and those that
  /// the backward pass makes again stay weights.
  @Test("scores far apart", arguments: KernelVariant.supported, [Float(1000), 3e6, 1e9])
  func largeScores(_ variant: KernelVariant, _ scale: Float) {
    let shape = AttentionShape(queries: 40, headCount: 1, headSize: 4, scale: scale)
    let inputs = AttentionInputs(shape, seed: 3)
    let found = AttentionResult(inputs, KernelContext(variant: variant))
    let expected = AttentionReference(inputs)
    let tolerance = tolerance(inputs)
    #expect(found.outputs.allSatisfy { abs($0) <= 1 })
    let difference = zip(found.logSumExps, expected.logSumExps).map { abs(Double($0) - $1) }
    #expect(difference.allSatisfy { $0 <= tolerance })
    // Each of 40 rows adds a gradient below one times a weight that is at most one.
    #expect(found.valuesGradient.allSatisfy { abs($0) <= 40 })
    // A row's slopes are weights times do·v − D, at most 2 d; they meet numbers up to one.
    let limit = 40 * 8 * abs(scale)
    #expect(found.queriesGradient.allSatisfy { abs($0) <= limit })
    #expect(found.keysGradient.allSatisfy { abs($0) <= limit })
    guard scale == 1000 else { return }
    #expect(worst(found.outputs, expected.outputs) <= tolerance)
    #expect(worst(found.queriesGradient, expected.queriesGradient) <= tolerance)
    #expect(worst(found.keysGradient, expected.keysGradient) <= tolerance)
    #expect(worst(found.valuesGradient, expected.valuesGradient) <= tolerance)
  }

  @Test("nothing is done for nothing")
  func empty() {
    for (batch, queries) in [(0, 4), (2, 0)] {
      let shape = AttentionShape(batch: batch, queries: queries, headCount: 2, headSize: 3)
      #expect(AttentionResult(AttentionInputs(shape, seed: 4), KernelContext()).outputs.isEmpty)
    }
  }

  @Test("gradients are added to")
  func adds() {
    let shape = AttentionShape(queries: 20, headCount: 2, keyValueHeadCount: 1, headSize: 7)
    let width = shape.projectionWidth
    let inputs = AttentionInputs(shape, seed: 5)
    let kernels = KernelContext()
    let once = projected(inputs, kernels, before: 0)
    let more = projected(inputs, kernels, before: 4)
    #expect(once.gradient.count == 20 * width)
    #expect(zip(once.gradient, more.gradient).allSatisfy { abs($0 + 4 - $1) <= 4 * Float.ulpOfOne })
  }

  @Test("a projection gives the bits of separate tensors")
  func projection() {
    let shape = AttentionShape(
      batch: 2,
      queries: 70,
      headCount: 4,
      keyValueHeadCount: 2,
      headSize: 19,
      window: 50
    )
    let inputs = AttentionInputs(shape, seed: 6)
    let expected = AttentionResult(inputs, KernelContext())
    let found = projected(inputs, KernelContext(), before: 0)
    #expect(found.outputs == expected.outputs)
    let parts = [expected.queriesGradient, expected.keysGradient, expected.valuesGradient]
    #expect(found.gradient == joined(parts, positions: 2 * 70))
  }

  /// Puts what belongs to each position side by side.
  private func joined(_ parts: [[Float]], positions: Int) -> [Float] {
    (0..<positions).flatMap { position in
      parts.flatMap { part in
        let width = part.count / positions
        return part[position * width..<(position + 1) * width]
      }
    }
  }

  private func projected(
    _ x: AttentionInputs,
    _ kernels: KernelContext,
    before: Float
  ) -> (outputs: [Float], gradient: [Float]) {
    let shape = x.shape
    let parts = [x.queries, x.keys, x.values].map { $0.map { Float($0) } }
    let projection = joined(parts, positions: shape.batch * shape.queries)
    let outputsGradient = x.outputsGradient.map { Float($0) }
    var outputs = [Float](repeating: .nan, count: shape.queryNumberCount)
    var logSumExps = [Float](repeating: .nan, count: shape.logSumExpCount)
    var gradient = [Float](repeating: before, count: projection.count)
    var o = outputs.mutableSpan
    var l = logSumExps.mutableSpan
    kernels.attention(shape, projection: projection.span, outputs: &o, logSumExps: &l)
    var d = gradient.mutableSpan
    kernels.attentionBackward(
      shape,
      projection: projection.span,
      outputs: outputs.span,
      logSumExps: logSumExps.span,
      outputsGradient: outputsGradient.span,
      projectionGradient: &d
    )
    return (outputs, gradient)
  }
}
