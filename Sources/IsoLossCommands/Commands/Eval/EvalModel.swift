import IsoLoss

/// Which model `isoloss eval` scores under, as the words ask.
enum EvalModelChoice: Sendable, Hashable {
  /// The adaptive model.
  case adaptive(AdaptiveModel.Effort, memory: Int)

  /// An n-gram model trained first.
  case kneserNey(KneserNeyRecipe)

  /// A transformer's checkpoint.
  case checkpoint(CheckpointWords)
}

/// How an n-gram model is trained for `isoloss eval`.
struct KneserNeyRecipe: Sendable, Hashable {
  /// The training texts, as given.
  var inputs: [String]

  /// The length of the longest n-grams.
  var order: Int

  /// What a token is.
  var unit: TextUnit

  /// The choices of training.
  var options: KneserNeyOptions
}

// MARK: - Parsing

extension EvalModelChoice {
  private static let adaptiveOptions = ["effort", "memory", "carry"]
  private static let trainingOptions = ["order", "unit", "reserved", "discounts"]

  /// Takes the choice from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    let isTrained = !words.texts("train").isEmpty
    try words.refuseTogether(["train", "model"])
    for name in isTrained ? Self.adaptiveOptions : [] where words.isGiven(name) {
      throw .conflict("--train", "--\(name)")
    }
    for name in isTrained ? [] : Self.trainingOptions where words.isGiven(name) {
      throw .needs(option: "--\(name)", other: "--train")
    }
    if let folder = words.text("model"), folder != "adaptive" {
      for name in Self.adaptiveOptions where words.isGiven(name) {
        throw .conflict("--model \(folder)", "--\(name)")
      }
      self = .checkpoint(try CheckpointWords(folder: folder, words))
      return
    }
    for option in CheckpointWords.options where words.isGiven(option.name) {
      throw .needs(option: option.spelling, other: "--model FOLDER")
    }
    self = isTrained ? .kneserNey(try KneserNeyRecipe(words)) : try Self.adaptive(words)
  }

  private static func adaptive(_ words: ParsedWords) throws(UsageError) -> EvalModelChoice {
    let effort = words.text("effort").flatMap(AdaptiveModel.Effort.init) ?? .standard
    let memory = try words.quantity("memory", default: effort.defaultMemory, Quantity.memory)
    return .adaptive(effort, memory: memory)
  }
}

extension KneserNeyRecipe {
  /// Takes the recipe from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    inputs = words.texts("train")
    unit = words.text("unit").flatMap(TextUnit.init) ?? .word
    order = try words.quantity("order", default: unit == .word ? 5 : 6) {
      (text) throws(QuantityError) in
      try Quantity.integer(text, in: 1...KneserNeyTrainer.largestOrder)
    }
    options = KneserNeyOptions()
    options.reservedWords = words.text("reserved").flatMap(ReservedWordPolicy.init) ?? .skip
    options.discounts = words.text("discounts") == "strict" ? .error : .fallback
    if inputs.contains("-"), words.arguments.contains("-") {
      throw .other("standard input is given twice, to train on and to score")
    }
  }
}

// MARK: - Making

extension EvalModelChoice {
  /// Makes the model, training it where there is something to train on.
  func make(in context: CommandContext) throws -> EvalModel {
    switch self {
    case .adaptive(let effort, let memory):
      return EvalModel(
        model: try AdaptiveModel(effort: effort, memory: memory),
        title: "adaptive, effort \(effort.rawValue)",
        json: [
          "name": "adaptive",
          "tokenUnit": "byte",
          "learns": true,
          "effort": .string(effort.rawValue),
          "memoryByteCount": .integer(memory),
        ]
      )
    case .kneserNey(let recipe):
      return try recipe.make(in: context)
    case .checkpoint(let words):
      var checkpoint = try CheckpointModel(words, in: context)
      return try checkpoint.make()
    }
  }
}

extension KneserNeyRecipe {
  fileprivate func make(in context: CommandContext) throws -> EvalModel {
    var trainer = try KneserNeyTrainer(order: order, unit: unit, options: options)
    let files = try inputs.flatMap(context.expandFolder).map { try add($0, to: &trainer, context) }
    let model = try trainer.train(interruption: context.interruption)
    return EvalModel(
      model: model,
      title: "\(model.name) of \(unit)s, \(NumberText.count(model.vocabularySize)) in vocabulary,"
        + " trained on \(Self.list(files))",
      json: json(model, files),
      warnings: files.compactMap(\.warning) + reservedWarnings(model)
        + fallbackWarnings(model)
    )
  }

  /// A training text as reports name it.
  private struct TrainingFile {
    var name: String
    var summary: InputSummary

    /// What looks mistaken about it.
    var warning: ReportWarning? {
      MistakenInput.detect(firstBytes: summary.firstBytes).map {
        ReportWarning(id: "mistaken-input", message: "`\(name)` \($0.hint)")
      }
    }
  }

  /// A few names, or how many files and bytes there are.
  private static func list(_ files: [TrainingFile]) -> String {
    guard files.count > 3 else { return files.map(\.name).joined(separator: ", ") }
    let byteCount = files.reduce(0) { $0 + $1.summary.byteCount }
    return "\(files.count) files, \(NumberText.bytes(byteCount))"
  }

  /// One warning for all orders without discounts of their own.
  private func fallbackWarnings(_ model: KneserNeyModel) -> [ReportWarning] {
    let fallbacks = model.discountFallbacks
    guard let first = fallbacks.first else { return [] }
    let orders = fallbacks.map { String($0.order) }.joined(separator: ", ")
    let message =
      "order\(fallbacks.count == 1 ? "" : "s") \(orders) took the discounts 0.5, 1, 1.5"
      + " (order \(first.order): \(first.failure)); more text or a lower `--order` would do without"
    return [ReportWarning(id: "discount-fallback", message: message)]
  }

  private func reservedWarnings(_ model: KneserNeyModel) -> [ReportWarning] {
    guard model.skippedReservedWordCount > 0 else { return [] }
    let words = NumberText.counted(model.skippedReservedWordCount, "word")
    let message =
      "\(words) spelled <unk>, <s> or </s> left out of training; `--reserved count` keeps them"
    return [ReportWarning(id: "reserved-skipped", message: message)]
  }

  private func add(
    _ word: String,
    to trainer: inout KneserNeyTrainer,
    _ context: CommandContext
  ) throws -> TrainingFile {
    let name = context.displayName(word)
    let source = try context.open(word)
    let progress = ProgressLine(
      "train \(name)",
      totalByteCount: source.byteCountIfKnown,
      in: context
    )
    defer { progress.finish() }
    let summary = try context.readChunks(of: source) { chunk, byteCount in
      try trainer.add(chunk, of: name)
      progress.update(byteCount: byteCount)
    }
    try trainer.endText(name)
    return TrainingFile(name: name, summary: summary)
  }

  private func json(_ model: KneserNeyModel, _ files: [TrainingFile]) -> JSONObject {
    [
      "name": .string(model.name),
      "tokenUnit": .string(model.tokenUnit),
      "learns": false,
      "order": .integer(model.order),
      "reserved": .string(options.reservedWords.rawValue),
      "vocabularySize": .integer(model.vocabularySize),
      "ngramCounts": .array(model.ngramCounts.map { .integer($0) }),
      "discounts": .array(
        model.discounts.map { [.number($0.one), .number($0.two), .number($0.threeOrMore)] }
      ),
      "trainingTokenCount": .integer(model.trainingTokenCount),
      "skippedReservedWordCount": .integer(model.skippedReservedWordCount),
      "trainingFiles": .array(
        files.map { file in
          [
            "name": .string(file.name),
            "byteCount": .integer(file.summary.byteCount),
            "sha256": .string("\(file.summary.hash)"),
          ]
        }
      ),
    ]
  }
}

/// A model ready to score, with what reports say of it.
struct EvalModel {
  /// The model.
  var model: any LanguageModel

  /// What text reports call it.
  var title: String

  /// What else they say of it, line by line.
  var details: [String] = []

  /// What JSON reports say of it.
  var json: JSONObject

  /// What there is to warn about.
  var warnings: [ReportWarning] = []

  /// Another program whose way to score is taken.
  var convention: CheckpointWords.Convention?
}

/// A warning of a report: a stable name for programs, and words for people.
struct ReportWarning: Sendable, Hashable {
  /// The stable name, such as `invalid-utf8`.
  var id: String

  /// The words.
  var message: String

  /// The warning as reports in JSON carry it.
  var json: JSONValue { ["id": .string(id), "message": .string(message)] }
}
