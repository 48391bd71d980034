import IsoLoss

/// What a run of training came to.
struct TransformerTrainingReport {
  private let recipe: TrainingRecipe
  private let texts: TrainingTexts
  private let resumedAt: Int
  private var step = 0
  private var skippedCount = 0
  private var isStoppedEarly = false
  private var validation: ValidationLoss?

  /// How fast the steps were.
  var speed: TrainingSpeed

  /// What there is to warn about.
  private(set) var warnings: [ReportWarning] = []

  init(
    _ recipe: TrainingRecipe,
    _ texts: TrainingTexts,
    _ speed: TrainingSpeed,
    isResumedAt step: Int
  ) {
    self.recipe = recipe
    self.texts = texts
    self.speed = speed
    resumedAt = step
    warnings += texts.warnings
    if let warning = texts.unknown?.warning(of: texts.training.name) { warnings.append(warning) }
  }

  /// Takes a warning more.
  mutating func add(_ warning: ReportWarning?) {
    if let warning { warnings.append(warning) }
  }

  /// Looks at a step: an untrained model knows nothing, so its loss is near ln V.
  mutating func see(_ step: TrainingStep) {
    guard step.step == 1 else { return }
    let expected = recipe.untrainedNatsPerToken
    guard abs(step.natsPerToken - expected) > 0.1 * expected else { return }
    let message =
      "the first loss is \(NumberText.measured(step.natsPerToken)) nats, far from"
      + " ln \(texts.tokenCount) = \(NumberText.measured(expected)) of a model that knows nothing"
    warnings.append(ReportWarning(id: "first-loss", message: message))
  }

  /// Takes what a run came to.
  ///
  /// - Throws: `TrainingError.interrupted`.
  mutating func take(_ run: borrowing TransformerTraining) throws(TrainingError) {
    step = run.step
    skippedCount = run.skippedCount
    isStoppedEarly = run.isStoppedEarly
    validation = try run.validate()
    guard skippedCount > 0 else { return }
    let batches = NumberText.counted(skippedCount, "batch")
    warnings.append(ReportWarning(id: "skipped", message: "\(batches) left out, as spikes"))
  }

  private var tokens: Int { step * recipe.batchSequences * recipe.length }
  private var parameters: Int { recipe.configuration.shape.parameterCount }
}

// MARK: - For people

extension TransformerTrainingReport {
  var text: String {
    let shape = recipe.configuration.shape
    var table = TextTable([.left, .right])
    table.add(["", "validation"])
    func add(_ name: String, _ value: Double?) {
      table.add([name, value.map(NumberText.measured) ?? "n/a"])
    }
    add("nats per token", validation?.natsPerToken)
    add("perplexity", validation?.perplexity)
    add("bits per byte", validation?.bitsPerByte)
    return """
      model   \(NumberText.counted(shape.layers, "layer")), width \(shape.width), \
      \(NumberText.counted(shape.heads, "head")), context \(shape.context), \
      \(NumberText.scaled(Double(parameters))) parameters
      \(data), vocabulary \(texts.vocabulary.map { "\($0.name) " } ?? "")of \
      \(NumberText.counted(texts.tokenCount, "token"))
      steps   \(NumberText.count(step)) of \(NumberText.count(recipe.stepCount))\
      \(isStoppedEarly ? ", stopped early" : "")\(resumedAt > 0 ? ", resumed at \(resumedAt)" : ""), \
      \(NumberText.scaled(Double(tokens))) tokens

      \(table.text)
      """ + (note.map { $0 + "\n" } ?? "")
  }

  /// What is missing of the table, and why.
  private var note: String? {
    validation == nil
      ? "no validation loss: no tokens are kept to measure it"
      : bitsPerByteReason.map { "no bits per byte: \($0)" }
  }

  private var data: String {
    guard let byteCount = texts.byteCount else {
      let name = texts.training.name.escapedForTerminal
      return "ids     \(NumberText.count(texts.training.count)) of \(name)"
    }
    return "texts   \(NumberText.bytes(byteCount))"
  }

  /// Why a validation loss is not known in bits per byte.
  private var bitsPerByteReason: String? {
    guard let validation, validation.bitsPerByte == nil else { return nil }
    return texts.missingBytesReason ?? "the validation tokens stand for no bytes"
  }
}

// MARK: - JSON

extension TransformerTrainingReport {
  var json: [(String, JSONValue)] {
    [
      ("recipe", .object(JSONObject(recipe.json))),
      ("vocabulary", .init(texts.vocabulary?.name)),
      ("parameters", .integer(parameters)),
      ("modelFLOPsPerToken", .number(recipe.modelFLOPsPerToken)),
      ("byteCount", .init(texts.byteCount)),
      ("trainingTokens", .integer(texts.training.count)),
      ("trainingHash", .string(texts.training.hash.description)),
      ("steps", .integer(step)),
      ("tokens", .integer(tokens)),
      ("resumedAt", .integer(resumedAt)),
      ("isStoppedEarly", .bool(isStoppedEarly)),
      ("skippedCount", .integer(skippedCount)),
      (
        "validation",
        validation.map { loss in
          [
            "natsPerToken": .number(loss.natsPerToken),
            "bitsPerByte": .init(loss.bitsPerByte),
            "bitsPerByteReason": .init(bitsPerByteReason),
            "tokenCount": .integer(loss.tokenCount),
          ]
        } ?? .null
      ),
    ]
  }
}
