/// How a text is evaluated.
public struct EvaluationOptions: Sendable, Hashable {
  /// What separates documents within a file.
  public var separator = DocumentSeparator.file

  /// What counts as a word.
  public var wordRule = WordRule.pieces

  /// How many tokens the shortest block of the error's estimate holds.
  public var blockTokenCount = 1024

  /// Creates the default: a file is a document, words are pieces, blocks hold 1,024 tokens.
  public init() {}
}

/// What a text's word perplexity takes for a word.
public enum WordRule: Sendable, Hashable {
  /// A piece between white space that is not empty.
  case pieces

  /// Any piece that a split at white space gives, with the empty ones before and after it at a text's edges, as
  /// lm-evaluation-harness counts: `len(re.split(r"\s+", text))` in Python.
  case splits
}

/// The evaluation of one text: its loss, and how the loss spreads over it.
public struct TextEvaluation: Sendable, Hashable {
  /// The loss and the counts of the scored text.
  public var crossEntropy = CrossEntropy()

  /// The documents in order; empty where the model learns.
  public var documents: [Cluster] = []

  /// Blocks of the shortest length, never across documents' files; empty where the model learns.
  public var blocks: [Cluster] = []

  /// The fall of the loss along the text; empty unless the model learns.
  public var learningCurve = LearningCurve()

  /// How many documents the text holds.
  public var documentCount = 0

  /// How many tokens were not scored: for want of anything before them, or as a convention leaves them out.
  public var unscoredTokenCount = 0

  /// How many bytes these have, which are not among those of the scored text.
  public var unscoredByteCount = 0

  /// The evaluation of nothing.
  public init() {}
}

extension TextEvaluation {
  /// Adds the evaluation of a text that follows, which begins a document.
  public mutating func append(_ next: TextEvaluation) {
    crossEntropy = crossEntropy + next.crossEntropy
    documents += next.documents
    blocks += next.blocks
    documentCount += next.documentCount
    unscoredTokenCount += next.unscoredTokenCount
    unscoredByteCount += next.unscoredByteCount
  }
}

/// Scores one text, chunk by chunk, and adds everything up.
///
///     var evaluator = TextEvaluator(scorer: model.makeScorer())
///     while let chunk = try source.next() { try evaluator.consume(chunk) }
///     let evaluation = try evaluator.finish()
///     print(evaluation.crossEntropy.perplexity)
public struct TextEvaluator<Scorer: TextScorer> {
  private var scorer: Scorer
  private var tally: EvaluationTally
  private var splitter: DocumentSplitter

  /// What sees each token with its bytes; the per-token file is written here.
  private let observe: ((ScoredToken, ArraySlice<UInt8>) throws -> Void)?

  /// Creates an evaluator at the beginning of a text.
  ///
  /// - Parameters:
  ///   - scorer: A scorer at the beginning of a text.
  ///   - options: How the text is evaluated.
  ///   - observe: Called for each token with the bytes it covers.
  public init(
    scorer: Scorer,
    options: EvaluationOptions = EvaluationOptions(),
    observe: ((ScoredToken, ArraySlice<UInt8>) throws -> Void)? = nil
  ) {
    self.scorer = scorer
    self.observe = observe
    tally = EvaluationTally(
      options,
      learns: scorer.learns,
      lags: scorer.lags,
      keepsBytes: observe != nil
    )
    splitter = DocumentSplitter(options.separator)
  }

  /// Scores the bytes that follow those of the last call.
  ///
  /// - Throws: What the scorer and the observer throw.
  public mutating func consume(_ chunk: [UInt8]) throws {
    try consume(splitter.split(chunk))
  }

  private mutating func consume(_ part: (bytes: [UInt8], starts: [Int])) throws {
    tally.append(part.bytes, documentStarts: part.starts)
    try take { scorer, receive in try scorer.score(part.bytes, receive: receive) }
  }

  /// Scores tokens that the scorer is given in a way of its own.
  ///
  /// - Parameters:
  ///   - bytes: The bytes that these tokens stand for; documents are not looked for in them.
  ///   - score: Gives the scorer its tokens, and passes on where scored ones go.
  /// - Throws: What the scorer and the observer throw.
  public mutating func consume(
    _ bytes: [UInt8],
    _ score: (inout Scorer, (ScoredToken) throws -> Void) throws -> Void
  ) throws {
    tally.append(bytes, documentStarts: [])
    try take(score)
  }

  private mutating func take(
    _ score: (inout Scorer, (ScoredToken) throws -> Void) throws -> Void
  ) throws {
    let observe = observe
    try score(&scorer) { token in
      if token.isScored { try observe?(token, tally.bytes(of: token)) }
      tally.add(token)
    }
    tally.settleText()
  }

  /// Ends the text and returns its evaluation.
  ///
  /// - Throws: What the scorer and the observer throw.
  public mutating func finish() throws -> TextEvaluation {
    try consume(splitter.split([], isEnd: true))
    try take { scorer, receive in try scorer.finish(receive: receive) }
    return tally.finish()
  }

  /// The scorer, to ask what it found out about the text.
  public var finishedScorer: Scorer { scorer }
}
