import IsoLoss

extension EvalRun {
  /// Scores the ids of a file, each of its documents by itself.
  func evaluateIDs(
    _ word: String,
    under model: TransformerModel,
    _ observe: ((ScoredToken, ArraySlice<UInt8>) throws -> Void)?
  ) throws -> EvalResult.File {
    let name = context.displayName(word)
    let source = try context.open(word)
    let total = source.byteCountIfKnown
    let progress = ProgressLine("eval \(source.name)", totalByteCount: total, in: context)
    defer { progress.finish() }
    var reader = TokenIDReader(
      name: name,
      format: command.idFormat,
      vocabularySize: model.configuration.transformer.shape.vocabulary
    )
    var documents = DocumentsOfIDs(
      model: model,
      ranks: command.ranks,
      options: options,
      observe: observe
    )
    let summary = try reader.read(source, in: context) { piece in
      try context.interruption.check()
      try documents.take(piece.ids)
      if piece.endsDocument { try documents.endDocument() }
      progress.update(byteCount: piece.byteCount)
    }
    let evaluation = documents.evaluation
    try requireTokens(evaluation, name)
    return EvalResult.File(
      name: name,
      hash: summary.hash,
      evaluation: evaluation,
      fidelity: documents.fidelity,
      orderZero: documents.orderZero
    )
  }
}

/// The documents of a file of ids, scored one after another.
private struct DocumentsOfIDs {
  let model: TransformerModel
  let ranks: Bool
  let options: EvaluationOptions
  let observe: ((ScoredToken, ArraySlice<UInt8>) throws -> Void)?

  /// What is known of the documents that have ended.
  private(set) var evaluation = TextEvaluation()
  private(set) var fidelity = Fidelity.lossless

  /// What all bytes cost an order-0 model, where they are known.
  private(set) var orderZero = OrderZeroBaseline()

  private var evaluator: TextEvaluator<TransformerScorer>
  private var text: (any TokenCoverage)?

  init(
    model: TransformerModel,
    ranks: Bool,
    options: EvaluationOptions,
    observe: ((ScoredToken, ArraySlice<UInt8>) throws -> Void)?
  ) {
    (self.model, self.ranks, self.options, self.observe) = (model, ranks, options, observe)
    evaluator = Self.evaluator(model, ranks, options, observe)
    text = model.tokenizer?.makeTextStream()
  }

  /// What scores a document from its beginning.
  private static func evaluator(
    _ model: TransformerModel,
    _ ranks: Bool,
    _ options: EvaluationOptions,
    _ observe: ((ScoredToken, ArraySlice<UInt8>) throws -> Void)?
  ) -> TextEvaluator<TransformerScorer> {
    TextEvaluator(scorer: model.makeScorer(ranks: ranks), options: options, observe: observe)
  }

  /// Scores the next ids of the document.
  mutating func take(_ ids: [TokenID]) throws {
    let none = (bytes: [UInt8](), lengths: [Int](repeating: 0, count: ids.count))
    let (bytes, lengths) = text?.text(of: ids) ?? none
    orderZero.count(bytes)
    try evaluator.consume(bytes) { scorer, receive in
      try scorer.score(ids: ids, lengths: lengths, receive: receive)
    }
  }

  /// Ends the document, and begins the next.
  mutating func endDocument() throws {
    evaluation.append(try evaluator.finish())
    fidelity = fidelity + evaluator.finishedScorer.fidelity
    evaluator = Self.evaluator(model, ranks, options, observe)
    text = model.tokenizer?.makeTextStream()
  }
}
