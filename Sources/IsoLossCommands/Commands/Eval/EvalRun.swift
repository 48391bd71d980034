import IsoLoss

/// Scores the texts of one `isoloss eval`, one after another.
struct EvalRun {
  let command: EvalCommand
  let model: EvalModel
  let context: CommandContext

  /// Scores every text; one that fails does not keep the others from being scored.
  ///
  /// - Throws: What ends the command altogether: a signal, or a per-token file that cannot be written.
  func result() throws -> EvalResult {
    var result = EvalResult(model: model, warnings: model.warnings)
    let inputs = command.inputs.map { word in
      (word: word, files: Result { try context.expandFolder(word) })
    }
    let words = inputs.flatMap { (try? $0.files.get()) ?? [$0.word] }
    let perToken = try command.perTokenPath.map { path in
      try context.refuseOverwriting(words, with: path)
      return try PerTokenWriter(
        context.createFile(path),
        ranks: command.ranks,
        namesFiles: words.count > 1
      )
    }
    for (word, files) in inputs {
      switch files {
      case .success(let words): for word in words { try score(word, perToken, &result) }
      case .failure(let error): fail(word, error, &result)
      }
    }
    for warning in result.warnings { context.warn(warning.message) }
    if !result.files.isEmpty { try perToken?.commit() }
    return result
  }

  private func score(
    _ word: String,
    _ perToken: PerTokenWriter?,
    _ result: inout EvalResult
  ) throws {
    do {
      result.files.append(try file(word, perToken, &result.warnings))
    } catch let error as PerTokenWriter.Failure {
      throw error.cause
    } catch let error where !Self.isInterruption(error) {
      fail(word, error, &result)
    }
  }

  private func file(
    _ word: String,
    _ perToken: PerTokenWriter?,
    _ warnings: inout [ReportWarning]
  ) throws -> EvalResult.File {
    guard case .checkpoint(let words) = command.model, words.readsIDs,
      let transformer = model.model as? TransformerModel
    else { return try evaluate(word, model.model, perToken, &warnings) }
    let name = context.displayName(word)
    return try evaluateIDs(
      word,
      under: transformer,
      perToken.map { writer in { try writer.write($0, bytes: $1, file: name) } }
    )
  }

  private func fail(_ word: String, _ error: any Error, _ result: inout EvalResult) {
    let failure = EvalResult.Failure(name: context.displayName(word), message: "\(error)")
    context.reportError(failure.message)
    result.failures.append(failure)
  }

  /// Whether a signal ended the reading, between two chunks or while it waited for one.
  private static func isInterruption(_ error: any Error) -> Bool {
    error is Interruption || (error as? FileError)?.reason == .interrupted
  }

  /// How texts are evaluated.
  var options: EvaluationOptions {
    var options = EvaluationOptions()
    options.separator = command.separator
    if model.convention == .lmEval { options.wordRule = .splits }
    return options
  }

  private func evaluate(
    _ word: String,
    _ model: some LanguageModel,
    _ perToken: PerTokenWriter?,
    _ warnings: inout [ReportWarning]
  ) throws -> EvalResult.File {
    let name = context.displayName(word)
    let source = try context.open(word)
    if !command.carries { model.forget() }
    var evaluator = TextEvaluator(
      scorer: model.makeScorer(ranks: command.ranks),
      options: options,
      observe: perToken.map { writer in { try writer.write($0, bytes: $1, file: name) } }
    )
    let reading = try feed(source, to: &evaluator)
    let evaluation = try evaluator.finish()
    try requireTokens(evaluation, name)
    warnings += textWarnings(
      evaluation.crossEntropy.text,
      firstBytes: reading.summary.firstBytes,
      name: name
    )
    return EvalResult.File(
      name: name,
      hash: reading.summary.hash,
      evaluation: evaluation,
      fidelity: evaluator.finishedScorer.fidelity,
      orderZero: reading.orderZero
    )
  }

  /// Throws where there is no loss to speak of.
  func requireTokens(_ evaluation: TextEvaluation, _ name: String) throws(CommandError) {
    guard evaluation.crossEntropy.tokenCount == 0 else { return }
    let reason =
      switch (evaluation.unscoredTokenCount, model.convention) {
      case (0, _): "the input is empty"
      case (_, nil), (_, .lmEval), (_, .hfStrided): "nothing stands before the only token"
      case (let count, .llamaCpp): "\(NumberText.counted(count, "token")), less than a window"
      }
    throw CommandError("`\(name)`: nothing to score: \(reason)")
  }

  /// Reads the source to its end in pieces small enough to stop between.
  private func feed(
    _ source: any ByteSource,
    to evaluator: inout TextEvaluator<some TextScorer>
  ) throws -> (summary: InputSummary, orderZero: OrderZeroBaseline) {
    let isSlow = command.ranks || model.model is TransformerModel
    let pieceByteCount = isSlow ? 1 << 10 : 1 << 14
    let total = source.byteCountIfKnown
    let progress = ProgressLine("eval \(source.name)", totalByteCount: total, in: context)
    defer { progress.finish() }
    var orderZero = OrderZeroBaseline()
    let summary = try context.readChunks(of: source) { chunk, byteCount in
      orderZero.count(chunk)
      for start in stride(from: 0, to: chunk.count, by: pieceByteCount) {
        try context.interruption.check()
        let piece = chunk[start..<min(start + pieceByteCount, chunk.count)]
        try evaluator.consume(Array(piece))
        progress.update(byteCount: byteCount - chunk.count + start + piece.count)
      }
    }
    return (summary, orderZero)
  }

  private func textWarnings(
    _ text: TextCounts,
    firstBytes: [UInt8],
    name: String
  ) -> [ReportWarning] {
    var warnings = [ReportWarning]()
    if model.model.tokenUnit == TextUnit.word.rawValue, text.carriageReturnCount > 0 {
      let message =
        "`\(name)` has \(NumberText.counted(text.carriageReturnCount, "carriage return")), which words"
        + " leave out (`tr -d '\\r'` removes them)"
      warnings.append(ReportWarning(id: "carriage-returns", message: message))
    }
    if let mistaken = MistakenInput.detect(firstBytes: firstBytes) {
      warnings.append(ReportWarning(id: "mistaken-input", message: "`\(name)` \(mistaken.hint)"))
    }
    if text.startsWithByteOrderMark {
      let message = "`\(name)` begins with a byte-order mark, scored as the 3 bytes it is"
      warnings.append(ReportWarning(id: "byte-order-mark", message: message))
    }
    if let offset = text.firstInvalidUTF8Offset {
      let runs = text.invalidUTF8RunCount
      let message =
        "`\(name)` is not all UTF-8: \(NumberText.counted(runs, "invalid run")), the"
        + " first at byte \(offset); each counts as one character"
      warnings.append(ReportWarning(id: "invalid-utf8", message: message))
    }
    return warnings
  }
}
