import IsoLoss

/// `isoloss train transformer`: trains a small transformer on texts.
public struct TrainTransformerCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "train transformer",
    summary: "trains a small transformer on texts or token ids",
    discussion: """
      Trains a model of GPT-2's or Llama's kind from nothing, on this machine's cores, and writes it as the \
      folder OUT that Hugging Face's transformers loads: `config.json`, `model.safetensors` and, if a \
      vocabulary is known, `tokenizer.json`. Beside them stand `log.jsonl` and `log.csv` with a line for each step, and \
      `training.safetensors`, from which --resume goes on: a run that was stopped or killed at any moment \
      ends with the same weights, bit by bit, as one that was not. No result depends on the number of threads.

      Texts are cut into windows of --context tokens, which come in a new order each epoch. Unless \
      --validation or --validation-ids names others, the last tenth of the tokens is kept to measure the loss. FILE may be a folder.

      --ids trains on what `isoloss tokenizer encode --end-of-text` wrote instead: the same weights, bit by bit, \
      and binary ids (--ids-format u16 or u32) are mapped into memory and not held there.
      """,
    argument: .init("FILE", atLeast: 0),
    options: TrainTransformerWords.options
      + [
        .flag(
          "resume",
          help:
            "go on with the run in OUT, whose options must be the same; begin it where there is none"
        ),
        .flag("plot", help: "also draw the losses with characters"),
        .flag("json", help: "write one JSON object"),
      ],
    examples: [
      .init(
        "isoloss train transformer corpora --steps 200 --batch 8 --context 64 -o model",
        "a model of bytes, in a few seconds"
      ),
      .init(
        "isoloss train transformer texts --vocabulary tok --architecture llama --width 256 -o model",
        "a larger one, of a vocabulary's tokens"
      ),
      .init(
        "isoloss train transformer --ids corpus.u16 --ids-format u16 --vocabulary tok -o model",
        "the same of ids that were made once"
      ),
    ]
  )

  private let words: TrainTransformerWords
  private let isResumed: Bool
  private let (writesJSON, plots): (Bool, Bool)

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    self.words = try TrainTransformerWords(words)
    isResumed = words.has("resume")
    writesJSON = words.has("json")
    plots = words.has("plot")
    try words.refuseTogether(["plot", "json"])
  }

  /// Trains, writes and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    // Before anything is read, which may take minutes, and again when nobody else can write there.
    try TrainingFolder.check(words.output, isResumed: isResumed, in: context)
    let texts = try TrainingTexts(words.data, in: context)
    try words.checkPatience(texts)
    let recipe = words.recipe(vocabulary: texts.tokenCount)
    var run = try TransformerTraining(
      recipe,
      training: texts.training,
      validation: texts.validation,
      kernels: context.kernels
    )
    run.tokenByteCounts = texts.tokenByteCounts
    run.interruption = context.interruption
    let folder = try TrainingFolder(words.output, in: context)
    let log = try folder.begin(&run, isResumed: isResumed)
    let speed = TrainingSpeed(recipe, peak: words.peak, in: context)
    var report = TransformerTrainingReport(recipe, texts, speed, isResumedAt: run.step)
    try train(&run, folder, log, &report, in: context)
    report.add(try folder.finish(run, texts))
    do {
      try report.take(run)
    } catch .interrupted {
      try context.interruption.check()
    }
    for warning in report.warnings { context.warn("\(warning.message) [\(warning.id)]") }
    context.note(report.speed.text)
    try write(report, seconds: context.secondsNow() - start, in: context)
    if plots {
      try context.output.write("\n" + log.losses.chart.terminalText(context.terminalPlot))
    }
    return .done
  }

  /// Takes all steps, and writes the state from time to time and when a signal asks to stop.
  private func train(
    _ run: inout TransformerTraining,
    _ folder: TrainingFolder,
    _ log: TrainingLog,
    _ report: inout TransformerTrainingReport,
    in context: CommandContext
  ) throws {
    let line = TrainingLine(total: run.recipe.stepCount, in: context)
    defer { line.finish() }
    var lastWritten = context.secondsNow()
    while !run.isFinished {
      let before = context.secondsNow()
      let step: TrainingStep
      do throws(TrainingError) {
        step = try run.advance()
      } catch {
        // The weights are those before the step, or the state says that a loss is still to be measured.
        try folder.write(run, log)
        if error == .interrupted { try context.interruption.check() }
        throw error
      }
      let now = context.secondsNow()
      let rate = report.speed.add(tokens: run.batchTokens, seconds: now - before)
      log.append(step, rate)
      report.see(step)
      line.update(step, rate)
      let isDue =
        words.checkpointInterval.map(step.step.isMultiple) ?? (now - lastWritten >= 30)
      if isDue || run.isFinished || context.interruption.isRaised {
        try folder.write(run, log)
        lastWritten = context.secondsNow()
        report.speed.measurePeakAgain(isLast: run.isFinished, in: context)
      }
      try context.interruption.check()
    }
  }

  private func write(
    _ report: TransformerTrainingReport,
    seconds: Double,
    in context: CommandContext
  ) throws {
    guard writesJSON else { return try context.output.write(report.text) }
    let json = JSONReport(
      schema: "isoloss.train-transformer",
      seed: words.seed,
      body: report.json,
      warnings: report.warnings,
      seconds: seconds,
      measured: report.speed.json
    )
    try context.output.write(json.text(in: context))
  }
}
