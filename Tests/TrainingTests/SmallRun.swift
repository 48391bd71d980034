import IsoLoss
import Testing

/// A run that takes a moment: a small transformer on tokens with an order to learn.
enum SmallRun {
  /// Tokens of which each is one more than the one before it, but for an eighth that are drawn.
  static func tokens(_ count: Int, seed: UInt64) -> TokenData {
    var generator = SeededGenerator(seed: seed)
    var ids: [UInt32] = [1]
    while ids.count < count {
      let isDrawn = generator.next(below: 8) == 0
      let next = (ids[ids.count - 1] + 1) % 16
      ids.append(isDrawn ? UInt32(generator.next(below: 16)) : next)
    }
    return TokenData(ids, name: "small")
  }

  static var recipe: TrainingRecipe {
    let shape = TransformerShape(
      layers: 2,
      width: 32,
      heads: 2,
      feedForwardWidth: 64,
      vocabulary: 16,
      context: 16,
      positions: .learned,
      normalization: .layerNorm,
      feedForward: .plain,
      biases: .all,
      isHeadTied: true
    )
    var recipe = TrainingRecipe(
      TransformerConfiguration(shape: shape),
      stepCount: 60,
      batchSequences: 8,
      seed: 7
    )
    recipe.schedule = LearningRateSchedule(peak: 1e-2, warmupSteps: 5)
    recipe.sliceSequences = 4
    recipe.validationInterval = 20
    return recipe
  }

  static func make(
    _ recipe: TrainingRecipe = recipe,
    threadCount: Int = 1
  ) throws -> TransformerTraining {
    try TransformerTraining(
      recipe,
      training: tokens(4000, seed: 1),
      validation: tokens(500, seed: 2),
      kernels: KernelContext(pool: WorkerPool(threadCount: threadCount))
    )
  }
}

extension TransformerParameters {
  /// All elements.
  var elements: [Float] {
    let values = values.span
    return values.indices.map { values[$0] }
  }
}
