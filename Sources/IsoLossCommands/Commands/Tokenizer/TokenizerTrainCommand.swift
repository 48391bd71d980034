import IsoLoss

/// `isoloss tokenizer train`: learns a vocabulary from texts.
public struct TokenizerTrainCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "tokenizer train",
    summary: "learns a vocabulary of byte pairs, characters or words from texts",
    discussion: """
      Counts the pieces of the texts and merges the most frequent pair of neighboring tokens, again and \
      again, until the vocabulary has its size. OUT gets `tokenizer.json`, which Hugging Face's tokenizers \
      reads to the same ids, and `vocabulary.json`, which also names pattern, normalizer, Unicode version, \
      tie rule and the hash of the texts. No result depends on the number of threads.

      Texts may be larger than memory: words that do not fit into --memory are put aside in a \
      temporary file while they are counted. --counts keeps the counted words, so that the same texts need \
      not be counted again for another vocabulary size. FILE may be a folder, or `-` for standard input.

      With --unit a token is a character (a Unicode scalar, or a run of bytes that is no UTF-8) or a word \
      (what stands between white space; a newline is a word of its own). The last id stands for all that \
      the vocabulary does not hold. OUT gets `vocabulary.json`.
      """,
    argument: .init("FILE", atLeast: 0),
    options: [
      UnitTrainingWords.option,
      .value(
        "vocabulary",
        "N",
        help:
          "how many tokens: special ones, 256 bytes and merges; with --unit the most frequent and the"
          + " unknown (default then: all)"
      ),
      .file(
        "output",
        short: "o",
        "OUT",
        help:
          "a folder for the files, or a name that ends in .json for `tokenizer.json`; the other"
          + " then stands beside it, `NAME.isoloss.json`; with --unit for the only file"
      ),
      .choice(
        "pattern",
        VocabularyWords.patternNames,
        help: "how text is cut into pieces, which no token crosses (default: gpt2)"
      ),
      .choice(
        "normalizer",
        ["none", "nfc"],
        help: "what happens to text before (default: nfc for the pattern qwen2, else none)"
      ),
      .value(
        "special",
        "TEXT",
        isRepeatable: true,
        help: "a special token, such as '<|endoftext|>'; the first get the lowest ids; repeatable"
      ),
      .value("minimum-count", "N", help: "merge no pair that comes up less often (default: 1)"),
      .choice(
        "tie-rule",
        MergeTieRule.allCases.map(\.rawValue),
        help: "which of equally frequent pairs goes first: as the trainer of that name has it"
          + " (default: tokenizers)"
      ),
      .value(
        "memory",
        "SIZE",
        help: "bound on the words, while they are counted and again while they are merged; what is"
          + " then too much, the rarest, is left out with a warning; with --unit of those being counted"
          + " alone (default: 2GiB)"
      ),
      .file(
        "counts",
        help:
          "keep the counted words in this file; where it is there already, they are read from it,"
          + " if it is of the same texts, or no texts are named"
      ),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init(
        "isoloss tokenizer train corpora/lighthouse.txt --vocabulary 1024 -o tok",
        "a small vocabulary"
      ),
      .init(
        "isoloss tokenizer train texts --vocabulary 32k --pattern o200k --counts words -o tok",
        "a larger one, whose counted words are kept"
      ),
      .init(
        "isoloss tokenizer train corpora/lighthouse.txt --unit character -o letters",
        "all characters of a text"
      ),
    ]
  )

  /// The texts, as given.
  let inputs: [String]

  /// Where the counted words are kept.
  let countsPath: String?

  /// How texts are cut and normalized, and how much memory the words may take.
  let counting: WordCountingOptions

  /// What is learned.
  private enum Method: Sendable {
    case bytePairs(BytePairTrainer)
    case units(UnitTrainingWords)
  }

  private let method: Method
  private let outputPath: String
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    inputs = words.arguments
    countsPath = words.text("counts")
    guard !inputs.isEmpty || countsPath != nil else { throw .missingArgument("FILE") }
    guard inputs.count(where: { $0 == "-" }) < 2 else {
      throw .other("standard input is given twice")
    }
    guard let outputPath = words.text("output") else {
      throw .other("no place for the vocabulary is named: `--output OUT` is needed")
    }
    guard outputPath != "-", countsPath != "-" else {
      throw .other("`--output` and `--counts` take files, not standard output")
    }
    self.outputPath = outputPath
    counting = try Self.counting(words)
    if let units = try UnitTrainingWords(words, memoryBudget: counting.memoryBudget) {
      method = .units(units)
    } else {
      method = .bytePairs(try Self.trainer(words))
    }
    writesJSON = words.has("json")
  }

  private static func counting(_ words: ParsedWords) throws(UsageError) -> WordCountingOptions {
    let pattern = words.text("pattern").flatMap(SplitPattern.init(rawValue:)) ?? .gpt2
    var options = WordCountingOptions(pattern: pattern)
    options.normalizesToNFC = words.text("normalizer").map { $0 == "nfc" } ?? (pattern == .qwen2)
    options.memoryBudget = try words.quantity(
      "memory",
      default: options.memoryBudget,
      Quantity.memory
    )
    return options
  }

  private static func trainer(_ words: ParsedWords) throws(UsageError) -> BytePairTrainer {
    let size = try words.quantity("vocabulary", Quantity.count)
    guard let size else {
      throw .other("no size is named: `--vocabulary N` is needed, such as `--vocabulary 32768`")
    }
    let least = try words.quantity("minimum-count", default: 1, Quantity.count)
    guard size == size.rounded(), least == least.rounded() else {
      throw .other("`--vocabulary` and `--minimum-count` take whole numbers")
    }
    let options = BytePairTrainingOptions(
      vocabularySize: Int(min(size, 1e15)),
      specialTokens: words.texts("special").map { Array($0.utf8) },
      minimumCount: UInt64(min(least, 1e18)),
      tieRule: words.text("tie-rule").flatMap(MergeTieRule.init(rawValue:)) ?? .tokenizers
    )
    do throws(BytePairTrainingError) {
      return try BytePairTrainer(options)
    } catch {
      throw .other("\(error)")
    }
  }

  /// Counts, trains, writes and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    let files = try inputs.flatMap(context.expandFolder)
    switch method {
    case .bytePairs(let trainer): try merge(files, trainer, since: start, in: context)
    case .units(let words): try count(files, words, since: start, in: context)
    }
    return .done
  }

  private func report(
    _ text: String,
    _ json: [(String, JSONValue)],
    _ warnings: [ReportWarning],
    since start: Double,
    in context: CommandContext
  ) throws {
    for warning in warnings { context.warn("\(warning.message) [\(warning.id)]") }
    guard writesJSON else { return try context.output.write(text) }
    let report = JSONReport(
      schema: "isoloss.tokenizer-train",
      body: json,
      warnings: warnings,
      seconds: context.secondsNow() - start
    )
    try context.output.write(report.text(in: context))
  }

  /// Counts characters or words.
  private func count(
    _ files: [String],
    _ words: UnitTrainingWords,
    since start: Double,
    in context: CommandContext
  ) throws {
    let output = TrainedFiles(path: outputPath)
    try context.refuseOverwriting(files, with: output.unitPath)
    try output.refuseHidden(in: context)
    let (training, warnings) = try words.train(files, in: context)
    let report = UnitTrainReport(
      training: training,
      size: words.size,
      inputs: files.map(context.displayName),
      written: try output.write(training.vocabulary, in: context)
    )
    try self.report(
      report.text,
      report.json,
      warnings + report.warnings,
      since: start,
      in: context
    )
  }

  /// Counts pieces, and merges pairs.
  private func merge(
    _ files: [String],
    _ trainer: BytePairTrainer,
    since start: Double,
    in context: CommandContext
  ) throws {
    let output = TrainedFiles(path: outputPath)
    for path in output.paths + [countsPath].compactMap(\.self) {
      try context.refuseOverwriting(files, with: path)
    }
    let counted = try TrainingWords(self, files, in: context)
    let countingSeconds = context.secondsNow() - start
    let training = try train(counted.words, by: trainer, in: context)
    let written = try output.write(training, in: context)
    var report = TrainReport(training: training, inputs: counted.names, written: written)
    report.resumedFrom = counted.isResumed ? countsPath : nil
    report.warnings = counted.warnings + report.ownWarnings
    try self.report(report.text, report.json, report.warnings, since: start, in: context)
    let seconds = context.secondsNow() - start
    context.note(
      "counted in \(NumberText.measured(countingSeconds)) s, merged in"
        + " \(NumberText.measured(seconds - countingSeconds)) s"
    )
  }

  private func train(
    _ words: WordCounts,
    by trainer: BytePairTrainer,
    in context: CommandContext
  ) throws -> BytePairTraining {
    let progress = ProgressLine(
      "merge",
      total: trainer.options.vocabularySize,
      unit: .count("token"),
      in: context
    )
    defer { progress.finish() }
    return try trainer.train(words, interruption: context.interruption) {
      progress.update(count: $0)
    }
  }
}
