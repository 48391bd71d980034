public import Execution
public import LossNumerics
import ModelShapes
public import TransformerModels

/// A run of training: the weights, the optimizer, and how far it has come.
///
///     var run = try TransformerTraining(recipe, training: tokens, validation: held, kernels: kernels)
///     while !run.isFinished { print(try run.advance().natsPerToken) }
///     let parameters = run.result()
///
/// A run can be written to a file after any step (``write(to:notes:)``) and go on from there to the same bits.
public struct TransformerTraining: ~Copyable {
  /// What is trained and how.
  public let recipe: TrainingRecipe

  /// The tokens that are trained on.
  public let training: TokenData

  /// The tokens that losses are measured on, if any.
  public let validation: TokenData?

  /// The bytes that each token stands for, for losses in bits of a byte.
  public var tokenByteCounts: [Int]?

  /// What ends the measuring of a loss early.
  public var interruption: InterruptionFlag?

  /// Steps taken.
  public internal(set) var step = 0

  /// Batches that were left out.
  public internal(set) var skippedCount = 0

  /// The smallest validation loss so far, and validations since.
  public internal(set) var bestValidation: Double?
  var validationsSinceBest = 0
  var recent = RecentLosses()

  /// A step that was taken, and whose validation loss is still to be measured.
  var unmeasured: TrainingStep?

  /// The weights.
  public internal(set) var parameters: TransformerParameters

  /// The mean of the weights over the steps, if the recipe asks for it.
  var average: TransformerParameters?

  /// The weights of the smallest validation loss, if the recipe has patience.
  var best: TransformerParameters?

  var optimizer: AdamWOptimizer
  private var gradient: TransformerGradient
  private let order: WindowOrder
  private let kernels: KernelContext

  /// Begins a run.
  ///
  /// - Parameters:
  ///   - recipe: What is trained and how.
  ///   - training: The tokens to train on.
  ///   - validation: The tokens to measure losses on.
  ///   - kernels: What the run runs on.
  /// - Throws: ``TrainingError`` where tokens are too few or not of the vocabulary, or where there is patience
  ///   and nothing to validate with.
  /// - Precondition: The slice's sequences divide the batch's, and the length is at most the context of
  ///   learned positions.
  public init(
    _ recipe: TrainingRecipe,
    training: TokenData,
    validation: TokenData? = nil,
    kernels: KernelContext
  ) throws(TrainingError) {
    let shape = recipe.configuration.shape
    try Self.check(training, needed: recipe.length + 1, vocabulary: shape.vocabulary)
    if let validation { try Self.check(validation, needed: 2, vocabulary: shape.vocabulary) }
    guard validation != nil || recipe.patience == nil else { throw .nothingToValidate }
    self.recipe = recipe
    self.training = training
    self.validation = validation
    self.kernels = kernels
    order = WindowOrder(
      tokenCount: training.count,
      length: recipe.length,
      seed: recipe.seed &+ 1
    )
    parameters = TransformerParameters(random: shape, seed: recipe.seed)
    optimizer = AdamWOptimizer(
      ParameterLayout(shape),
      settings: recipe.optimizer,
      clipNorm: recipe.clipNorm
    )
    gradient = TransformerGradient(
      recipe.configuration,
      sliceSequences: recipe.sliceSequences,
      length: recipe.length,
      dropout: recipe.dropout,
      seed: recipe.seed &+ 2,
      kernels: kernels
    )
    average = recipe.averagingDecay == nil ? nil : parameters.copy()
    best = recipe.patience == nil ? nil : parameters.copy()
  }

  private static func check(
    _ tokens: TokenData,
    needed: Int,
    vocabulary: Int
  ) throws(TrainingError) {
    guard tokens.count >= needed else {
      throw .tooFewTokens(name: tokens.name, count: tokens.count, needed: needed)
    }
    if let stranger = tokens.firstStranger(vocabulary: vocabulary) {
      throw .unknownToken(stranger, vocabulary: vocabulary)
    }
  }

  /// Tokens of a batch.
  public var batchTokens: Int { recipe.batchSequences * recipe.length }

  /// Whether patience has run out.
  public var isStoppedEarly: Bool { recipe.patience.map { validationsSinceBest >= $0 } ?? false }

  /// Whether there are no more steps to take.
  public var isFinished: Bool {
    unmeasured == nil && (step >= recipe.stepCount || isStoppedEarly)
  }
}

// MARK: - Steps

extension TransformerTraining {
  /// Takes the next step.
  ///
  /// - Returns: What it showed.
  /// - Throws: ``TrainingError/notFinite(step:tensor:)``; the weights are then those before the step.
  ///   ``TrainingError/interrupted`` while the validation loss is measured; the next call measures it again.
  /// - Precondition: The run is not finished.
  public mutating func advance() throws(TrainingError) -> TrainingStep {
    precondition(!isFinished, "the run is finished")
    var taken: TrainingStep
    if let unmeasured { taken = unmeasured } else { taken = try takeStep() }
    unmeasured = taken
    taken.validation = try validateIfDue()
    unmeasured = nil
    return taken
  }

  private mutating func takeStep() throws(TrainingError) -> TrainingStep {
    let (inputs, targets) = batch(recipe.repeatsFirstBatch ? 0 : step)
    let loss = gradient.compute(
      inputs: inputs,
      targets: targets,
      parameters: parameters,
      step: step,
      options: CrossEntropyOptions(
        labelSmoothing: recipe.labelSmoothing,
        zWeight: recipe.zLossWeight
      )
    )
    let norm = gradient.norm(kernels)
    guard loss.isFinite, norm.isFinite else {
      throw .notFinite(step: step + 1, tensor: gradient.firstNotFinite)
    }
    let isSkipped = recipe.spikeThreshold.map { recent.standsOut(loss, threshold: $0) } ?? false
    recent.append(loss)
    step += 1
    let taken = lastStep(loss, gradientNorm: norm, isSkipped: isSkipped)
    if isSkipped { skippedCount += 1 } else { apply(taken.learningRate, norm) }
    return taken
  }

  /// The step that was taken last, without a validation loss.
  func lastStep(_ loss: Double, gradientNorm: Double, isSkipped: Bool) -> TrainingStep {
    TrainingStep(
      step: step,
      tokens: step * batchTokens,
      epochs: Double(step * recipe.batchSequences) / Double(order.windowCount),
      natsPerToken: loss,
      gradientNorm: gradientNorm,
      learningRate: recipe.schedule.rate(at: step - 1, of: recipe.stepCount),
      isSkipped: isSkipped
    )
  }

  /// The tokens of a batch and those after them.
  private func batch(_ index: Int) -> (inputs: [Int32], targets: [Int32]) {
    var (inputs, targets): ([Int32], [Int32]) = ([], [])
    for sequence in 0..<recipe.batchSequences {
      let start = order.start(of: index * recipe.batchSequences + sequence)
      let tokens = training[start..<start + recipe.length + 1]
      inputs += tokens.dropLast()
      targets += tokens.dropFirst()
    }
    return (inputs, targets)
  }

  private mutating func apply(_ rate: Double, _ norm: Double) {
    optimizer.settings.learningRate = rate
    optimizer.step(&parameters, gradient, norm: norm, kernels: kernels)
    guard let decay = recipe.averagingDecay else { return }
    // A young mean is that of the steps there were, so that the first weights do not weigh for long.
    let kept = min(decay, Double(optimizer.stepCount) / Double(optimizer.stepCount + 9))
    average?.mix(parameters, share: Float(1 - kept))
  }

  private mutating func validateIfDue() throws(TrainingError) -> ValidationLoss? {
    guard step.isMultiple(of: recipe.validationInterval) || step == recipe.stepCount else {
      return nil
    }
    guard let loss = try validate() else { return nil }
    if loss.natsPerToken < (bestValidation ?? .infinity) - recipe.minimumDelta {
      bestValidation = loss.natsPerToken
      validationsSinceBest = 0
      if best != nil { best = resultBeforeStopping() }
    } else {
      validationsSinceBest += 1
    }
    return loss
  }

  /// Measures the loss of the validation tokens under what the run has come to, ``result()``.
  ///
  /// - Returns: The loss; `nil` without validation tokens.
  /// - Throws: ``TrainingError/interrupted``.
  public func validate() throws(TrainingError) -> ValidationLoss? {
    guard let validation else { return nil }
    var scorer = WindowScorer(
      recipe.configuration,
      windows: .disjoint(context: recipe.length),
      kernels: kernels
    )
    let weights = result()
    var total = 0.0
    var count = 0
    func add(_ losses: [TokenLoss?]) {
      for case let loss? in losses {
        total += Double(loss.nats)
        count += 1
      }
    }
    // A few at a time, so that a signal waits for one batch of windows at most.
    for start in stride(from: 0, to: validation.count, by: 1 << 10) {
      if interruption?.isRaised == true { throw .interrupted }
      add(scorer.append(validation[start..<min(validation.count, start + 1 << 10)], weights))
    }
    add(scorer.finish(weights))
    return ValidationLoss(
      natsPerToken: total / Double(count),
      tokenCount: count,
      bitsPerByte: validationByteCount.flatMap { count in
        count > 0 ? total / Double(count) / 0x1.62e42fefa39efp-1 : nil
      }
    )
  }

  /// The bytes that the scored validation tokens, all but the first, stand for.
  private var validationByteCount: Int? {
    guard let tokenByteCounts, let validation else { return nil }
    var count = 0
    for start in stride(from: 1, to: validation.count, by: 1 << 16) {
      for id in validation[start..<min(validation.count, start + 1 << 16)] {
        count += tokenByteCounts[Int(id)]
      }
    }
    return count
  }

  /// A copy of the mean of the weights, or of the weights.
  private func resultBeforeStopping() -> TransformerParameters {
    average?.copy() ?? parameters.copy()
  }

  /// A copy of what the run has come to: the best weights where it stopped early, else the mean of the
  /// weights or the weights themselves.
  public func result() -> TransformerParameters {
    guard isStoppedEarly else { return resultBeforeStopping() }
    return best?.copy() ?? resultBeforeStopping()
  }
}
