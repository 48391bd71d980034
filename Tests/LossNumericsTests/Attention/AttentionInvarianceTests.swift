import Execution
import LossNumerics
import Testing

@Suite("Bits of attention")
struct AttentionInvarianceTests {
  @Test("are those of every fused variant", arguments: AttentionTests.shapes)
  func variants(_ shape: AttentionShape) {
    let inputs = AttentionInputs(shape, seed: 21)
    let fused = KernelVariant.supported.filter { $0 != .portable }
    let results = fused.map { AttentionResult(inputs, KernelContext(variant: $0)) }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  @Test("do not depend on threads", arguments: [(1, 1), (1, 3), (2, 8)])
  func threads(_ batch: Int, _ headCount: Int) {
    let shape = AttentionShape(batch: batch, queries: 1100, headCount: headCount, headSize: 4)
    let inputs = AttentionInputs(shape, seed: 22)
    let results = [1, 2, 3].map { count in
      AttentionResult(inputs, KernelContext(pool: WorkerPool(threadCount: count)))
    }
    #expect(results[1] == results[0])
    #expect(results[2] == results[0])
  }

  @Test("of a sequence do not depend on the batch", arguments: KernelVariant.supported)
  func batch(_ variant: KernelVariant) {
    let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 2))
    let shape = AttentionShape(batch: 3, queries: 600, headCount: 1, headSize: 6)
    let inputs = AttentionInputs(shape, seed: 23)
    let whole = AttentionResult(inputs, kernels)
    var last = AttentionInputs(
      AttentionShape(queries: 600, headCount: 1, headSize: 6),
      seed: 0
    )
    last.queries = inputs.queries.suffix(3600)
    last.keys = inputs.keys.suffix(3600)
    last.values = inputs.values.suffix(3600)
    last.outputsGradient = inputs.outputsGradient.suffix(3600)
    let found = AttentionResult(last, kernels)
    #expect(found.outputs == Array(whole.outputs.suffix(3600)))
    #expect(found.queriesGradient == Array(whole.queriesGradient.suffix(3600)))
    #expect(found.keysGradient == Array(whole.keysGradient.suffix(3600)))
    #expect(found.valuesGradient == Array(whole.valuesGradient.suffix(3600)))
  }

  /// The last rows alone against all keys, as in decoding, and the first rows of a shorter text.
  @Test("of a row depend on what it sees alone", arguments: KernelVariant.supported, [nil, 100])
  func rows(_ variant: KernelVariant, _ window: Int?) {
    let kernels = KernelContext(variant: variant)
    let (length, heads, size) = (600, 6, 21)
    func shape(_ queries: Int, _ keys: Int) -> AttentionShape {
      AttentionShape(
        queries: queries,
        keys: keys,
        headCount: heads,
        keyValueHeadCount: 2,
        headSize: size,
        window: window
      )
    }
    let inputs = AttentionInputs(shape(length, length), seed: 24)
    let whole = AttentionResult(inputs, kernels)
    let row = heads * size
    let keyRow = 2 * size
    for end in [1, 63, 64, 65, 200, 600] {
      for count in [1, 2, 7, 64, 512] where count <= end {
        var part = AttentionInputs(shape(count, end), seed: 0)
        part.queries = Array(inputs.queries[(end - count) * row..<end * row])
        part.keys = Array(inputs.keys.prefix(end * keyRow))
        part.values = Array(inputs.values.prefix(end * keyRow))
        let found = AttentionResult(part, kernels)
        #expect(bits(found.outputs) == bits(whole.outputs[(end - count) * row..<end * row]))
        // Log-sum-exps are (H, T).
        let expected = (0..<heads).flatMap { head in
          whole.logSumExps[head * length + end - count..<head * length + end]
        }
        #expect(bits(found.logSumExps) == bits(expected))
      }
    }
  }

  @Test("of shared keys are those of keys that stand there for each head")
  func groups() {
    let shared = AttentionShape(queries: 90, headCount: 3, keyValueHeadCount: 1, headSize: 10)
    let apart = AttentionShape(queries: 90, headCount: 3, headSize: 10)
    let inputs = AttentionInputs(shared, seed: 26)
    var repeated = AttentionInputs(apart, seed: 0)
    repeated.queries = inputs.queries
    repeated.outputsGradient = inputs.outputsGradient
    for index in repeated.keys.indices {
      let source = index / 30 * 10 + index % 10
      repeated.keys[index] = inputs.keys[source]
      repeated.values[index] = inputs.values[source]
    }
    let found = AttentionResult(inputs, KernelContext())
    let expected = AttentionResult(repeated, KernelContext())
    #expect(found.outputs == expected.outputs)
    #expect(found.logSumExps == expected.logSumExps)
    #expect(bits(found.queriesGradient) == bits(expected.queriesGradient))
  }

  @Test("do not depend on where the buffers begin or how the heads lie")
  func layouts() {
    let shape = AttentionShape(batch: 2, queries: 33, keys: 50, headCount: 4, headSize: 9)
    let inputs = AttentionInputs(shape, seed: 25)
    let expected = AttentionResult(inputs, KernelContext())
    // Heads before positions, and one number before the first row: no vector is aligned.
    func layout(_ positions: Int) -> AttentionLayout {
      AttentionLayout(
        offset: 1,
        batchStride: 4 * positions * 10 + 3,
        positionStride: 10,
        headStride: 10 * positions
      )
    }
    let layouts = AttentionLayouts(
      queries: layout(33),
      keys: layout(50),
      values: layout(50),
      outputs: layout(33)
    )
    func spread(_ numbers: [Double], _ positions: Int) -> [Float] {
      var spread = [Float](repeating: .nan, count: 2 * (4 * positions * 10 + 3) + 1)
      for (index, number) in numbers.enumerated() {
        spread[place(index, positions)] = Float(number)
      }
      return spread
    }
    func place(_ index: Int, _ positions: Int) -> Int {
      let (c, h) = (index % 9, index / 9 % 4)
      let (t, b) = (index / 36 % positions, index / 36 / positions)
      let rows = layout(positions)
      return 1 + b * rows.batchStride + t * rows.positionStride + h * rows.headStride + c
    }
    let queries = spread(inputs.queries, 33)
    let keys = spread(inputs.keys, 50)
    let values = spread(inputs.values, 50)
    var outputs = [Float](repeating: 7, count: queries.count)
    var logSumExps = [Float](repeating: 0, count: shape.logSumExpCount)
    var o = outputs.mutableSpan
    var l = logSumExps.mutableSpan
    KernelContext().attention(
      shape,
      layouts,
      queries: queries.span,
      keys: keys.span,
      values: values.span,
      outputs: &o,
      logSumExps: &l
    )
    let places = expected.outputs.indices.map { place($0, 33) }
    #expect(places.map { outputs[$0] } == expected.outputs)
    // Nothing beside the rows was written.
    #expect(outputs.filter { $0 == 7 }.count == outputs.count - expected.outputs.count)
    #expect(logSumExps == expected.logSumExps)
  }
}
