public import FileFormats
public import LossNumerics
import ModelShapes
public import TransformerModels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Everything that decides what a training run computes, but for its tokens.
///
/// Two runs of one recipe, with the same tokens and kernel variant, end with the same bits, however many
/// threads they have and however often they are stopped and go on.
public struct TrainingRecipe: Sendable, Hashable {
  /// The transformer.
  public var configuration: TransformerConfiguration

  /// Steps of the whole run.
  public var stepCount: Int

  /// Sequences of a batch, B.
  public var batchSequences: Int

  /// Tokens of a sequence, T.
  public var length: Int

  /// Sequences that are worked at a time; it divides the batch's.
  public var sliceSequences: Int

  /// The learning rate.
  public var schedule = LearningRateSchedule()

  /// Betas, epsilon and weight decay; the rate is the schedule's.
  public var optimizer = AdamW(beta1: 0.9, beta2: 0.95, weightDecay: 0.1)

  /// The largest norm of a gradient; `nil` for no clipping.
  public var clipNorm: Double? = 1

  /// The share of each target that is spread over the vocabulary.
  public var labelSmoothing = 0.0

  /// The weight of the squared log-sum-exp.
  public var zLossWeight = 0.0

  /// The probability that an element of the embedding, or of what a part of a block adds, is left out.
  public var dropout = 0.0

  /// Steps between validations.
  public var validationInterval: Int

  /// Validations without improvement after which a run ends and takes its best weights; `nil` for never.
  public var patience: Int?

  /// How much the validation loss must fall to count as an improvement, in nats per token.
  public var minimumDelta = 0.0

  /// What the mean of weights keeps of itself each step; `nil` for no mean.
  public var averagingDecay: Double?

  /// Robust deviations above the recent losses at which a batch is skipped; `nil` for never.
  public var spikeThreshold: Double?

  /// Whether every step takes the first batch: a test that the model can learn at all.
  public var repeatsFirstBatch = false

  /// The seed of the weights and the order of the tokens.
  public var seed: UInt64

  /// Creates a recipe.
  ///
  /// - Precondition: All counts are positive.
  public init(
    _ configuration: TransformerConfiguration,
    stepCount: Int,
    batchSequences: Int,
    length: Int? = nil,
    seed: UInt64 = 0
  ) {
    let length = length ?? configuration.shape.context
    precondition(stepCount > 0 && batchSequences > 0 && length > 0, "a run without tokens")
    self.configuration = configuration
    self.stepCount = stepCount
    self.batchSequences = batchSequences
    self.length = length
    self.seed = seed
    sliceSequences = Self.sliceSequences(batchSequences, length: length)
    validationInterval = max(1, stepCount / 10)
  }

  /// The loss of a model that knows nothing, ln V, in nats.
  public var untrainedNatsPerToken: Double { log(Double(configuration.shape.vocabulary)) }

  /// The floating-point operations that the model takes to be trained on a token.
  ///
  /// Those of ``/ModelShapes/TransformerShape/modelTrainingFLOPsPerToken(tokens:)``: what is computed twice or on
  /// padding, validation and the optimizer are no part of them.
  public var modelFLOPsPerToken: Double {
    configuration.shape.modelTrainingFLOPsPerToken(tokens: length)
  }

  /// As many sequences as 256 tokens hold, so that their activations stay near the processor.
  private static func sliceSequences(_ batchSequences: Int, length: Int) -> Int {
    let most = max(1, min(batchSequences, 256 / length))
    return (1...most).last { batchSequences.isMultiple(of: $0) } ?? 1
  }
}

// MARK: - On paper

extension TrainingRecipe {
  /// What a state of a run says of its recipe: a difference in any of it makes another run.
  public var json: [(String, JSONValue)] { configuration.json + rulesJSON }

  private var rulesJSON: [(String, JSONValue)] {
    [
      ("steps", .integer(stepCount)), ("batchSequences", .integer(batchSequences)),
      ("length", .integer(length)), ("sliceSequences", .integer(sliceSequences)),
      ("schedule", .string(schedule.shape.rawValue)), ("learningRate", .number(schedule.peak)),
      ("warmupSteps", .integer(schedule.warmupSteps)),
      ("finalShare", .number(schedule.finalShare)), ("beta1", .number(optimizer.beta1)),
      ("beta2", .number(optimizer.beta2)), ("epsilon", .number(optimizer.epsilon)),
      ("weightDecay", .number(optimizer.weightDecay)), ("clipNorm", .init(clipNorm)),
      ("labelSmoothing", .number(labelSmoothing)), ("zLossWeight", .number(zLossWeight)),
      ("dropout", .number(dropout)),
      ("validationInterval", .integer(validationInterval)), ("patience", .init(patience)),
      ("minimumDelta", .number(minimumDelta)), ("averagingDecay", .init(averagingDecay)),
      ("spikeThreshold", .init(spikeThreshold)),
      ("repeatsFirstBatch", .bool(repeatsFirstBatch)), ("seed", .string(String(seed))),
    ]
  }
}

extension TransformerConfiguration {
  /// All that decides what the model computes.
  fileprivate var json: [(String, JSONValue)] {
    [
      ("layers", .integer(shape.layers)), ("width", .integer(shape.width)),
      ("heads", .integer(shape.heads)), ("keyValueHeads", .integer(shape.keyValueHeads)),
      ("headWidth", .integer(shape.headWidth)),
      ("feedForwardWidth", .integer(shape.feedForwardWidth)),
      ("vocabulary", .integer(shape.vocabulary)), ("context", .integer(shape.context)),
      ("positions", .string(shape.positions.rawValue)),
      ("normalization", .string(shape.normalization.rawValue)),
      ("feedForward", .string(shape.feedForward.rawValue)),
      ("residual", .string(shape.residual.rawValue)),
      ("biases", .integer(shape.biases.rawValue)), ("isHeadTied", .bool(shape.isHeadTied)),
      ("activation", .string(activation.rawValue)), ("normEpsilon", .number(normEpsilon)),
      ("attentionWindow", .init(attentionWindow)),
      ("rotaryFrequencies", rotary.map { .array($0.frequencies.map { .number($0) }) } ?? .null),
      ("rotaryPairing", .init(rotary.map { $0.pairing == .halves ? "halves" : "interleaved" })),
    ]
  }
}
