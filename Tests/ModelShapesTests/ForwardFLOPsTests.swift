import ModelShapes
import Testing

@Suite("Operations of a forward pass")
struct ForwardFLOPsTests {
  @Test("give the ratios of table A4 of Hoffmann et al.", arguments: TableA4Model.all)
  func tableA4(_ model: TableA4Model) {
    let flops = model.shape.forwardFLOPs(tokens: TableA4Model.tokens)
    let parameters = model.shape.parameterCount + model.relativePositionCount
    let ratio = flops.blockTraining / (6 * Double(parameters) * Double(flops.tokens))
    #expect(abs(ratio - model.ratio) <= 0.00005)
  }

  @Test("follow appendix F part by part")
  func appendix() {
    let shape = TableA4Model.all[0].shape
    let flops = shape.forwardFLOPs(tokens: 2048)
    let (s, d, k, h, f): (Double, Double, Double, Double, Double) = (2048, 640, 64, 10, 2560)
    #expect(flops.projections == 10 * 2 * 3 * s * d * (k * h))
    #expect(flops.scores == 10 * 2 * s * s * (k * h))
    #expect(flops.softmax == 10 * 3 * h * s * s)
    #expect(flops.weightedSums == flops.scores)
    #expect(flops.attentionOutput == 10 * 2 * s * (k * h) * d)
    #expect(flops.feedForward == 10 * 2 * s * (d * f + d * f))
    #expect(flops.embedding == 2 * s * 32000 * d && flops.logits == flops.embedding)
    #expect(flops.total == flops.blocks + 2 * flops.embedding && flops.training == 3 * flops.total)
  }

  @Test("of products are twice the matrices' elements a token", arguments: KnownShape.all)
  func products(_ model: KnownShape) {
    let flops = model.shape.forwardFLOPs(tokens: 7)
    let matrices = model.shape.tensors.filter { $0.isMatrix && $0.layer != nil }
    let elements = matrices.reduce(0) { $0 + $1.count }
    #expect(
      flops.projections + flops.attentionOutput + flops.feedForward == 14 * Double(elements)
    )
  }

  @Test("of what is visible are those of the pairs that are not masked")
  func visible() {
    let shape = KnownShape.all[5].shape
    for tokens in [1, 2, 5, 40] {
      let all = shape.forwardFLOPs(tokens: tokens)
      for window in [nil, 1, 2, 7, 40, 100] as [Int?] {
        let pairs = (1...tokens).reduce(0) { $0 + min($1, window ?? .max) }
        let share = Double(pairs) / Double(tokens * tokens)
        let seen = shape.forwardFLOPs(tokens: tokens, pairs: .visible(window: window))
        #expect(abs(seen.scores - share * all.scores) <= 4 * all.scores.ulp)
        #expect(abs(seen.softmax - share * all.softmax) <= 4 * all.softmax.ulp)
        #expect(seen.weightedSums == seen.scores && seen.projections == all.projections)
      }
    }
  }

  /// PaLM charges all parameters, norms, biases and positions too, and no softmax.
  @Test("of a model are those of PaLM's formula with matrices alone", arguments: KnownShape.all)
  func model(_ model: KnownShape) {
    let shape = model.shape
    let tokens = 96
    let matrices = shape.tensors.filter { $0.isMatrix && ($0.layer != nil || $0.part == .head) }
    let head = shape.isHeadTied ? shape.vocabulary * shape.width : 0
    let products = 6 * Double(matrices.reduce(head) { $0 + $1.count })
    let scores = 12 * Double(shape.layers * shape.queryWidth * tokens)
    let softmax = 9 * Double(shape.layers * shape.heads * tokens)
    let flops = shape.modelTrainingFLOPsPerToken(tokens: tokens)
    #expect(abs(flops - (products + scores + softmax)) <= 8 * flops.ulp)
  }

  @Test("by PaLM's formula")
  func palm() {
    // 6 N + 12 L H Q T with GPT-2 and its context, worked by hand.
    let shape = KnownShape.all[0].shape
    #expect(shape.sixN == 746_638_848)
    #expect(shape.palmTrainingFLOPsPerToken(tokens: 1024) == 746_638_848 + 113_246_208)
  }

  @Test("of an empty sequence trap")
  func emptyTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = TransformerShape.gpt2(layers: 1, width: 8, heads: 2).forwardFLOPs(tokens: 0)
    }
  }
}

@Suite("Memory of training")
struct TrainingMemoryTests {
  @Test("is 16 bytes a parameter by the usual rule")
  func sixteenBytes() {
    let shape = KnownShape.all[0].shape
    for precision in [TrainingPrecision.single, .mixed] {
      let memory = shape.trainingMemory(precision)
      #expect(memory.total == 16 * Double(shape.parameterCount))
      #expect(memory.moments == 8 * Double(shape.parameterCount))
    }
    #expect(shape.trainingMemory(.mixed).weights == 6 * Double(shape.parameterCount))
  }

  @Test("of the cache grows with the heads of keys alone")
  func cache() {
    // Mistral-7B: 2 · 32 blocks · 8 heads · 128 numbers, 128 KiB a token in two bytes each.
    #expect(KnownShape.all[6].shape.cacheCountPerToken * 2 == 128 << 10)
  }
}
