import IsoLoss

/// What the words of `isoloss train transformer` say.
struct TrainTransformerWords: Sendable, Hashable {
  /// What is trained on.
  let data: TrainingDataWords

  /// Where the model goes.
  let output: String

  /// Steps between states; `nil` for half a minute.
  let checkpointInterval: Int?

  /// The seed of the weights and the order.
  let seed: UInt64

  /// What the machine can do at most, in floating-point operations per second; `nil` to measure it.
  let peak: Double?

  private let sizes: Sizes
  private let rules: Rules

  static let options: [Option] =
    [
      .file("output", short: "o", "OUT", help: "the folder for the model")
    ] + TrainingDataWords.options + Sizes.options + Rules.options + [
      .value(
        "checkpoint-every",
        "N",
        help: "steps between two states to go on from (default: as many as half a minute takes)"
      ),
      .value("seed", "NUMBER", help: "the seed of the weights and the order (default: 0)"),
      .value(
        "peak",
        "FLOPS",
        help: "what the machine can do at most, such as 510G, for the log's utilization (default:"
          + " multiply-adds in registers, measured at the start and every half minute)"
      ),
    ]

  /// Takes the meaning from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    data = try TrainingDataWords(words)
    guard let output = words.text("output") else {
      throw .other("no place for the model is named: `--output OUT` is needed")
    }
    guard output != "-" else { throw .other("`--output` takes a folder, not standard output") }
    self.output = output
    checkpointInterval = try TrainTransformerWords.count(words, "checkpoint-every")
    seed = UInt64(try UncertaintyWords.wholeNumber(words, "seed", atMost: .max) ?? 0)
    peak = try words.quantity("peak", Quantity.speed)
    sizes = try Sizes(words)
    rules = try Rules(words)
  }

  /// The recipe for tokens of a vocabulary.
  func recipe(vocabulary: Int) -> TrainingRecipe {
    var recipe = TrainingRecipe(
      sizes.configuration(vocabulary: vocabulary),
      stepCount: rules.stepCount(batchTokens: rules.batch * sizes.context),
      batchSequences: rules.batch,
      seed: seed
    )
    rules.apply(to: &recipe)
    return recipe
  }

  /// Refuses to wait for a loss that is never measured.
  func checkPatience(_ texts: TrainingTexts) throws(UsageError) {
    guard rules.patience != nil, texts.validation == nil else { return }
    let source = texts.byteCount == nil ? "--validation-ids" : "--validation"
    throw .other(
      "`--patience`: no tokens are kept to measure the loss on; `\(source)` names some, a larger"
        + " `--validation-share` keeps some"
    )
  }

  /// A whole number from 1 on, with a suffix or without.
  fileprivate static func count(
    _ words: ParsedWords,
    _ name: String,
    from lowest: Int = 1
  ) throws(UsageError) -> Int? {
    try words.quantity(name) { text throws(QuantityError) in
      try Quantity.integer(text, in: lowest...1 << 40)
    }
  }
}

/// The sizes of the model.
private struct Sizes: Sendable, Hashable {
  let isLlama: Bool
  let layers, width, heads, keyValueHeads, feedForward, context: Int
  let isTied: Bool

  static let options: [Option] = [
    .choice(
      "architecture",
      ["gpt2", "llama"],
      help: "learned positions, layer norm, GELU and biases, or rotary positions,"
        + " root-mean-square norm and a gated feed-forward part (default: gpt2)"
    ),
    .value("layers", "N", help: "blocks (default: 4)"),
    .value("width", "N", help: "the width of the residual stream (default: 128)"),
    .value("heads", "N", help: "query heads (default: 4)"),
    .value("key-value-heads", "N", help: "heads of keys and values, for llama (default: as many)"),
    .value(
      "feed-forward",
      "N",
      help: "the inner width of the feed-forward part (default: four times the width; for llama"
        + " eight thirds of it, up to a multiple of 32)"
    ),
    .value("context", "N", help: "tokens of a window (default: 256)"),
    .flag("untied", help: "give the logits a matrix of their own, for llama"),
  ]

  init(_ words: ParsedWords) throws(UsageError) {
    isLlama = words.text("architecture") == "llama"
    layers = try words.size("layers", .layers) ?? 4
    width = try words.size("width", .width) ?? 128
    heads = try words.size("heads", .heads) ?? 4
    keyValueHeads = try words.size("key-value-heads", .keyValueHeads) ?? heads
    let usual = isLlama ? (8 * width / 3 + 31) / 32 * 32 : 4 * width
    feedForward = try words.size("feed-forward", .feedForwardWidth) ?? usual
    context = try words.size("context", .context) ?? 256
    isTied = !words.has("untied")
    for name in ["key-value-heads", "untied"] where !isLlama && words.isGiven(name) {
      throw .needs(option: "--\(name)", other: "--architecture llama")
    }
    try check()
  }

  private func check() throws(UsageError) {
    guard width.isMultiple(of: heads) else {
      throw .other("`--heads`: \(heads) do not divide the width \(width)")
    }
    guard heads.isMultiple(of: keyValueHeads) else {
      throw .other("`--key-value-heads`: \(keyValueHeads) do not divide \(heads) heads")
    }
    let headWidth = width / heads
    guard headWidth <= AttentionShape.headSizeLimit else {
      throw .other(
        "`--heads`: heads of \(headWidth) numbers; there can be \(AttentionShape.headSizeLimit)"
      )
    }
    guard !isLlama || headWidth.isMultiple(of: 2) else {
      throw .other("`--heads`: of heads of \(headWidth) numbers no pairs turn")
    }
  }

  func configuration(vocabulary: Int) -> TransformerConfiguration {
    guard isLlama else {
      let shape = TransformerShape.gpt2(
        layers: layers,
        width: width,
        heads: heads,
        feedForwardWidth: feedForward,
        vocabulary: vocabulary,
        context: context
      )
      return TransformerConfiguration(shape: shape)
    }
    let shape = TransformerShape.llama(
      layers: layers,
      width: width,
      heads: heads,
      keyValueHeads: keyValueHeads,
      feedForwardWidth: feedForward,
      vocabulary: vocabulary,
      context: context,
      isHeadTied: isTied
    )
    return TransformerConfiguration(
      shape: shape,
      activation: .silu,
      rotary: RotaryPositions(dimension: width / heads)
    )
  }
}

/// How the model is trained.
private struct Rules: Sendable, Hashable {
  let batch: Int
  let patience: Int?
  private let steps, tokens, warmup, validationInterval: Int?
  private let shape: LearningRateSchedule.Shape
  private let rate, finalShare, decay, beta1, beta2, dropout: Double
  private let clip, smoothing, zLoss, minimumDelta, average, spikes: Double?
  private let overfits: Bool

  static let options: [Option] = [
    .value("steps", "N", help: "steps of the run (default: 1000)"),
    .value("tokens", "COUNT", help: "tokens to train on, instead of steps"),
    .value("batch", "N", help: "windows of a step (default: 32)"),
    .value("learning-rate", "RATE", help: "the largest step size of AdamW (default: 0.001)"),
    .value("warmup", "N", help: "steps until it is reached (default: a twentieth, at most 100)"),
    .choice(
      "schedule",
      LearningRateSchedule.Shape.allCases.map(\.rawValue),
      help: "how it falls after that (default: cosine)"
    ),
    .value("final-rate", "SHARE", help: "the share of it at the last step (default: 0.1)"),
    .value("weight-decay", "DECAY", help: "of matrices, not of biases and norms (default: 0.1)"),
    .value("beta1", "BETA", help: "the decay of the first moment (default: 0.9)"),
    .value("beta2", "BETA", help: "the decay of the second moment (default: 0.95)"),
    .value("clip", "NORM", help: "the largest norm of a gradient; 0 for any (default: 1)"),
    .value("label-smoothing", "SHARE", help: "of each target, spread over all tokens (default: 0)"),
    .value(
      "dropout",
      "SHARE",
      help: "of the embedding, and of what each part of a block adds, left out (default: 0)"
    ),
    .value("z-loss", "WEIGHT", help: "of the squared log-sum-exp of logits (default: 0)"),
    .value("validate-every", "N", help: "steps between validations (default: a tenth)"),
    .value("patience", "N", help: "end after so many validations without a smaller loss"),
    .value("minimum-delta", "NATS", help: "how much smaller counts (default: 0)"),
    .value("average", "DECAY", help: "take the mean of the weights over steps, such as 0.999"),
    .value("skip-spikes", "K", help: "skip batches with losses K robust deviations above others"),
    .flag("overfit-one-batch", help: "train on the first batch alone: its loss must vanish"),
  ]

  init(_ words: ParsedWords) throws(UsageError) {
    try words.refuseTogether(["steps", "tokens"])
    steps = try TrainTransformerWords.count(words, "steps")
    tokens = try TrainTransformerWords.count(words, "tokens")
    batch = try TrainTransformerWords.count(words, "batch") ?? 32
    warmup = try TrainTransformerWords.count(words, "warmup", from: 0)
    validationInterval = try TrainTransformerWords.count(words, "validate-every")
    patience = try TrainTransformerWords.count(words, "patience")
    shape = words.text("schedule").flatMap(LearningRateSchedule.Shape.init) ?? .cosine
    rate = try words.quantity("learning-rate", default: 1e-3, Quantity.number)
    finalShare = try words.share("final-rate") ?? 0.1
    decay = try words.share("weight-decay") ?? 0.1
    beta1 = try words.share("beta1") ?? 0.9
    beta2 = try words.share("beta2") ?? 0.95
    clip = try words.numberOrZero("clip") ?? 1
    smoothing = try words.share("label-smoothing")
    dropout = try words.share("dropout") ?? 0
    zLoss = try words.numberOrZero("z-loss")
    minimumDelta = try words.numberOrZero("minimum-delta")
    average = try words.share("average")
    spikes = try words.numberOrZero("skip-spikes")
    overfits = words.has("overfit-one-batch")
    for (name, value) in [
      ("beta1", beta1), ("beta2", beta2), ("average", average ?? 0), ("dropout", dropout),
    ]
    where value == 1 {
      throw .other("`--\(name)`: expected less than 1")
    }
    if minimumDelta != nil, patience == nil {
      throw .needs(option: "--minimum-delta", other: "--patience")
    }
  }

  func stepCount(batchTokens: Int) -> Int {
    tokens.map { max(1, ($0 + batchTokens - 1) / batchTokens) } ?? steps ?? 1000
  }

  func apply(to recipe: inout TrainingRecipe) {
    let usualWarmup = min(100, recipe.stepCount / 20)
    recipe.schedule = LearningRateSchedule(
      peak: rate,
      warmupSteps: warmup ?? usualWarmup,
      shape: shape,
      finalShare: finalShare
    )
    recipe.optimizer = AdamW(beta1: beta1, beta2: beta2, weightDecay: decay)
    recipe.clipNorm = clip == 0 ? nil : clip
    recipe.labelSmoothing = smoothing ?? 0
    recipe.zLossWeight = zLoss ?? 0
    recipe.dropout = dropout
    recipe.validationInterval = validationInterval ?? recipe.validationInterval
    recipe.patience = patience
    recipe.minimumDelta = minimumDelta ?? 0
    recipe.averagingDecay = average
    recipe.spikeThreshold = spikes
    recipe.repeatsFirstBatch = overfits
  }
}
