import ModelShapes
import Testing

@Suite("Parameter counts")
struct ParameterCountTests {
  @Test("are those of published models", arguments: KnownShape.all)
  func known(_ model: KnownShape) {
    #expect(model.shape.parameterCount == model.parameterCount)
  }

  @Test("parts add up, in the order of data", arguments: KnownShape.all)
  func parts(_ model: KnownShape) {
    let shape = model.shape
    let counts = shape.parameterCounts
    #expect(counts.reduce(0) { $0 + $1.count } == model.parameterCount)
    for (part, count) in counts { #expect(shape.parameterCount(of: part) == count && count > 0) }
    let order = counts.compactMap { TransformerPart.allCases.firstIndex(of: $0.part) }
    #expect(order == order.sorted())
    #expect(
      shape.embeddingParameterCount + shape.nonEmbeddingParameterCount == model.parameterCount
    )
  }

  @Test("without embeddings GPT-2 has 12 L d² and its vectors")
  func nonEmbedding() {
    let shape = TransformerShape.gpt2(layers: 12, width: 768, heads: 12)
    // Worked by hand: 768 · (50257 + 1024), and 12 · (12 · 768² + 13 · 768) + 2 · 768.
    #expect(shape.embeddingParameterCount == 39_383_808)
    #expect(shape.nonEmbeddingParameterCount == 85_056_000)
    #expect(shape.parameterCount(of: .norms) == 768 * (2 * 2 * 12 + 2))
    #expect(shape.parameterCount(of: .head) == 0)
  }

  @Test("a head of its own belongs to the embeddings")
  func head() {
    var shape = TransformerShape.gpt2(layers: 2, width: 8, heads: 2, vocabulary: 100, context: 16)
    let tied = shape.parameterCount
    let blocks = shape.nonEmbeddingParameterCount
    shape.isHeadTied = false
    #expect(shape.parameterCount == tied + 800)
    #expect(shape.nonEmbeddingParameterCount == blocks)
  }

  @Test("every tensor has a part, and matrices have more than one column")
  func roles() {
    for model in KnownShape.all {
      for tensor in model.shape.tensors { #expect(tensor.isMatrix == (tensor.columns > 1)) }
    }
  }

  @Test("the largest accepted sizes do not overflow")
  func largest() {
    func most(_ size: TransformerSize) -> Int { size.accepted.upperBound }
    let shape = TransformerShape(
      layers: most(.layers),
      width: most(.width),
      heads: most(.heads),
      headWidth: most(.headWidth),
      feedForwardWidth: most(.feedForwardWidth),
      vocabulary: most(.vocabulary),
      context: most(.context),
      positions: .learned,
      normalization: .layerNorm,
      feedForward: .gated,
      biases: .all,
      isHeadTied: false
    )
    #expect(shape.parameterCount > 1 << 57)
    #expect(shape.parameterCount < 1 << 60)
    #expect(shape.forwardFLOPs(tokens: most(.context)).training.isFinite)
    #expect(shape.cacheCountPerToken > 0)
  }

  @Test("a size of zero and key heads that do not divide trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = TransformerShape.gpt2(layers: 0, width: 8, heads: 2)
    }
    await #expect(processExitsWith: .failure) {
      _ = TransformerShape.llama(
        layers: 1,
        width: 8,
        heads: 4,
        keyValueHeads: 3,
        feedForwardWidth: 8,
        vocabulary: 8,
        context: 8
      )
    }
  }
}
