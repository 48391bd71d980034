import LossNumerics
import Testing

@Suite("Attention's refusals and not-a-numbers")
struct AttentionFailureTests {
  static let shape = AttentionShape(
    queries: 70,
    keys: 90,
    headCount: 2,
    keyValueHeadCount: 1,
    headSize: 18,
    window: 30
  )

  /// The rows of outputs, (T, H) in order, that have a number that is none.
  private func spoiledRows(_ numbers: [Float]) -> [Int] {
    (0..<numbers.count / 18).filter { row in
      numbers[18 * row..<18 * (row + 1)].contains { $0.isNaN }
    }
  }

  @Test("a NaN in a query spoils its row alone", arguments: KernelVariant.supported, [0, 3, 69])
  func query(_ variant: KernelVariant, _ t: Int) {
    for bad in [Double.nan, -.nan, .infinity] {
      var inputs = AttentionInputs(Self.shape, seed: 31)
      inputs.queries[(2 * t + 1) * 18 + 17] = bad
      let found = AttentionResult(inputs, KernelContext(variant: variant))
      #expect(spoiledRows(found.outputs) == [2 * t + 1])
      #expect(spoiledRows(found.queriesGradient) == [2 * t + 1])
      // Query t is at position t + 20 and sees 30 keys up to it.
      let seen = Array(max(0, t - 9)...t + 20)
      #expect(spoiledRows(found.keysGradient) == seen)
      #expect(spoiledRows(found.valuesGradient) == seen)
    }
  }

  @Test(
    "a NaN in a key or value spoils the rows that see it",
    arguments: KernelVariant.supported,
    [0, 20, 21, 50, 63, 64, 89]
  )
  func key(_ variant: KernelVariant, _ j: Int) {
    // Key j is seen from positions j to j + 29, which are queries 20 less.
    let rows = (max(0, j - 20)...min(69, j + 9)).flatMap { [2 * $0, 2 * $0 + 1] }
    for path in [\AttentionInputs.keys, \AttentionInputs.values] {
      var inputs = AttentionInputs(Self.shape, seed: 32)
      inputs[keyPath: path][j * 18 + 2] = .nan
      let found = AttentionResult(inputs, KernelContext(variant: variant))
      #expect(spoiledRows(found.outputs) == rows)
      #expect(spoiledRows(found.queriesGradient) == rows)
    }
  }

  @Test(
    "a NaN in an output's gradient spoils what its row sees",
    arguments: KernelVariant.supported
  )
  func gradient(_ variant: KernelVariant) {
    var inputs = AttentionInputs(Self.shape, seed: 33)
    inputs.outputsGradient[2 * 40 * 18] = .nan
    let found = AttentionResult(inputs, KernelContext(variant: variant))
    #expect(spoiledRows(found.queriesGradient) == [80])
    #expect(spoiledRows(found.keysGradient) == Array(31...60))
    #expect(spoiledRows(found.valuesGradient) == Array(31...60))
  }

  @Test("shapes that cannot be trap")
  func shapes() async {
    await #expect(processExitsWith: .failure) {
      _ = AttentionShape(queries: 4, headCount: 3, keyValueHeadCount: 2, headSize: 4)
    }
    await #expect(processExitsWith: .failure) {
      _ = AttentionShape(queries: 4, keys: 3, headCount: 1, headSize: 4)
    }
    await #expect(processExitsWith: .failure) {
      _ = AttentionShape(queries: 4, headCount: 1, headSize: 513)
    }
    await #expect(processExitsWith: .failure) {
      _ = AttentionShape(queries: 4, headCount: 1, headSize: 1, isCausal: false, window: 2)
    }
    await #expect(processExitsWith: .failure) {
      _ = AttentionShape(queries: 1 << 30, keys: 4, headCount: 1, headSize: 1, isCausal: false)
    }
    await #expect(processExitsWith: .failure) {
      _ = AttentionShape(queries: 4, keys: 1 << 30, headCount: 1, headSize: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = AttentionShape(queries: 4, headCount: 1 << 30, headSize: 1)
    }
  }

  @Test("buffers that are too short and rows that overlap trap")
  func buffers() async {
    await #expect(processExitsWith: .failure) {
      runAttention(projectionCount: 3 * 24 - 1)
    }
    await #expect(processExitsWith: .failure) {
      runAttention(logSumExpCount: 3)
    }
    await #expect(processExitsWith: .failure) {
      runAttention(outputStride: 7)
    }
    await #expect(processExitsWith: .success) {
      runAttention()
    }
  }

  @Test("gradients that overlap, or do not fit, trap")
  func gradients() async {
    await #expect(processExitsWith: .failure) {
      runAttentionBackward { $0.queries.positionStride = 7 }
    }
    await #expect(processExitsWith: .failure) {
      runAttentionBackward { $0.keys.headStride = 3 }
    }
    await #expect(processExitsWith: .failure) {
      runAttentionBackward { $0.values.positionStride = 0 }
    }
    await #expect(processExitsWith: .failure) {
      runAttentionBackward(gradientCount: 23)
    }
    await #expect(processExitsWith: .success) {
      runAttentionBackward()
    }
  }
}

private func runAttentionBackward(
  gradientCount: Int = 24,
  _ change: (inout AttentionLayouts) -> Void = { _ in }
) {
  let shape = AttentionShape(queries: 3, headCount: 2, headSize: 4)
  var layouts = AttentionLayouts.dense(shape)
  change(&layouts)
  let numbers = [Float](repeating: 1, count: 24)
  let logSumExps = [Float](repeating: 5, count: 6)
  var queriesGradient = [Float](repeating: 0, count: gradientCount)
  var keysGradient = [Float](repeating: 0, count: 24)
  var valuesGradient = [Float](repeating: 0, count: 24)
  var dq = queriesGradient.mutableSpan
  var dk = keysGradient.mutableSpan
  var dv = valuesGradient.mutableSpan
  KernelContext().attentionBackward(
    shape,
    layouts,
    queries: numbers.span,
    keys: numbers.span,
    values: numbers.span,
    outputs: numbers.span,
    logSumExps: logSumExps.span,
    outputsGradient: numbers.span,
    queriesGradient: &dq,
    keysGradient: &dk,
    valuesGradient: &dv
  )
}

private func runAttention(
  projectionCount: Int = 3 * 24,
  logSumExpCount: Int = 6,
  outputStride: Int = 8
) {
  let shape = AttentionShape(queries: 3, headCount: 2, headSize: 4)
  var layouts = AttentionLayouts.projection(shape)
  layouts.outputs.positionStride = outputStride
  let projection = [Float](repeating: 1, count: projectionCount)
  var outputs = [Float](repeating: 0, count: 24)
  var logSumExps = [Float](repeating: 0, count: logSumExpCount)
  var o = outputs.mutableSpan
  var l = logSumExps.mutableSpan
  KernelContext().attention(
    shape,
    layouts,
    queries: projection.span,
    keys: projection.span,
    values: projection.span,
    outputs: &o,
    logSumExps: &l
  )
}
