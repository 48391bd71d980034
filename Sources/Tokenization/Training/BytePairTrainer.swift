public import Execution

/// Learns a byte-level byte-pair vocabulary from counted words.
///
///     let trainer = try BytePairTrainer(BytePairTrainingOptions(vocabularySize: 4096))
///     let training = try trainer.train(words)
///     print(training.termination, training.learned.merges.count)
///
/// Starting from single bytes, the pair of neighbors that comes up most is merged into a new token,
/// again and again; ``MergeTieRule`` says which pair it is where several come up equally often. The
/// result depends on the words and the options alone.
public struct BytePairTrainer: Sendable {
  /// The most tokens that a vocabulary can have.
  public static let largestVocabularySize = BytePairVocabulary.mostTokens

  /// The choices of the training.
  public let options: BytePairTrainingOptions

  /// Creates a trainer.
  ///
  /// - Throws: ``BytePairTrainingError`` where the options make no vocabulary.
  public init(_ options: BytePairTrainingOptions) throws(BytePairTrainingError) {
    let least = options.specialTokens.count + 256
    guard (least...max(least, Self.largestVocabularySize)).contains(options.vocabularySize) else {
      throw .vocabularySizeOutOfRange(
        options.vocabularySize,
        least: least,
        greatest: Self.largestVocabularySize
      )
    }
    var seen: Set<[UInt8]> = []
    for token in options.specialTokens {
      guard !token.isEmpty else { throw .emptySpecialToken }
      guard seen.insert(token).inserted else { throw .repeatedSpecialToken(token) }
      guard LearnedTokens.spellings(of: token).allSatisfy({ $0.count > 1 }) else {
        throw .specialTokenIsByte(token)
      }
    }
    self.options = options
  }

  /// Learns the merges.
  ///
  /// - Parameters:
  ///   - words: The counted words.
  ///   - interruption: Ends the training early when raised.
  ///   - progress: Told after each merge how many tokens there are.
  /// - Returns: What was learned.
  /// - Throws: ``BytePairTrainingError/nothingToTrainOn`` without words, and `Interruption`.
  public func train(
    _ words: WordCounts,
    interruption: InterruptionFlag? = nil,
    progress: ((_ vocabularySize: Int) -> Void)? = nil
  ) throws -> BytePairTraining {
    var run = try TrainingRun(options, words, interruption)
    while try run.step() {
      try interruption?.check()
      progress?(run.tokens.count)
    }
    return BytePairTraining(run, words)
  }
}

/// A training under way.
package struct TrainingRun {
  package let options: BytePairTrainingOptions
  package private(set) var merges: [LearnedMerges.Merge] = []
  package private(set) var termination = BytePairTraining.Termination.vocabularyIsFull
  package private(set) var lastCount: UInt64?
  private(set) var tokens: LearnedTokens
  private(set) var merger: PairMerger

  /// Prepares to train on words.
  ///
  /// - Throws: ``BytePairTrainingError/nothingToTrainOn``, and `Interruption` once the flag is raised.
  package init(
    _ options: BytePairTrainingOptions,
    _ words: WordCounts,
    _ interruption: InterruptionFlag? = nil
  ) throws {
    guard words.wordCount > 0 else { throw BytePairTrainingError.nothingToTrainOn }
    self.options = options
    let alphabet = options.tieRule.alphabet
    let tokens = LearnedTokens(specialTokens: options.specialTokens, alphabet: alphabet)
    var idOfByte = [TokenID](repeating: 0, count: 256)
    for (index, byte) in alphabet.enumerated() {
      idOfByte[Int(byte)] = TokenID(options.specialTokens.count + index)
    }
    let lengths = (0..<tokens.count).map { UInt32(tokens.length(TokenID($0))) }
    self.tokens = tokens
    let text = SymbolText(words.list, idOfByte: idOfByte, lengths: lengths)
    merger = try PairMerger(text, interruption)
  }

  /// The tokens of each word by now, in the order of the words.
  package func segmentations() -> [[TokenID]] { merger.text.segmentations() }

  /// Merges the next pair; `false` when there is none to merge.
  package mutating func step() throws -> Bool {
    guard tokens.count < options.vocabularySize else { return false }
    while let (pair, count) = merger.next() {
      guard count >= options.minimumCount else {
        termination = .belowMinimumCount
        return false
      }
      // A pair that would become a special token is left alone.
      guard let result = tokens.join(pair) else { continue }
      merges.append(.init(left: pair.left, right: pair.right, result: result))
      try merger.merge(pair, into: result, length: tokens.length(result))
      lastCount = UInt64(count)
      return true
    }
    termination = .noPairLeft
    return false
  }
}

extension BytePairTraining {
  /// The result of a run that has ended.
  init(_ run: TrainingRun, _ words: WordCounts) {
    self.init(
      learned: LearnedMerges(
        specialTokens: run.options.specialTokens,
        alphabet: run.options.tieRule.alphabet,
        merges: run.merges
      ),
      options: run.options,
      vocabularySize: run.tokens.count,
      termination: run.termination,
      lastCount: run.lastCount,
      tokenCount: run.merger.text.tokenCount(),
      pattern: words.pattern,
      normalizesToNFC: words.normalizesToNFC,
      corpusHash: words.corpusHash,
      byteCount: words.byteCount,
      textCount: words.textCount,
      pieceCount: words.pieceCount,
      wordCount: words.wordCount,
      omittedWordCount: words.omittedWordCount,
      omittedPieceCount: words.omittedPieceCount
    )
  }
}
