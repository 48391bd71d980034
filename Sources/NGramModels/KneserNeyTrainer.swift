public import Execution
public import FileFormats
public import Tokenization

/// Collects training texts and makes a Kneser-Ney model of them.
///
///     var trainer = try KneserNeyTrainer(order: 5, unit: .word)
///     var source = try FileSource(path: "train.txt")
///     try trainer.add(&source)
///     let model = try trainer.train()
///
/// Texts are read in chunks and held as four bytes a token. Training takes about 18 bytes a token
/// and 30 to 45 an n-gram at its peak.
public struct KneserNeyTrainer: Sendable {
  /// The longest n-grams a model can have.
  ///
  /// A choice: time and memory grow with the order, and longer repeats are copies.
  public static let largestOrder = 32

  /// The most training tokens, sentence begins and ends included: positions are 32-bit.
  static let largestTokenCount = Int(UInt32.max) - 64

  /// The length of the model's longest n-grams.
  public let order: Int

  /// What the model takes for one token.
  public let unit: TextUnit

  /// The choices of training.
  public let options: KneserNeyOptions

  /// How many reserved words were dropped so far.
  public private(set) var skippedReservedWordCount = 0

  private var vocabulary = ByteVocabulary()
  private var sequence: TokenSequence
  private var splitter: SentenceSplitter
  private var line = 1

  /// Creates a trainer without texts.
  ///
  /// - Throws: ``NGramError/orderOutOfRange(_:)``.
  public init(
    order: Int,
    unit: TextUnit,
    options: KneserNeyOptions = KneserNeyOptions()
  ) throws(NGramError) {
    guard (1...Self.largestOrder).contains(order) else { throw .orderOutOfRange(order) }
    self.order = order
    self.unit = unit
    self.options = options
    sequence = TokenSequence(order: order)
    splitter = SentenceSplitter(unit: unit)
  }
}

// MARK: - Adding texts

extension KneserNeyTrainer {
  /// Reads a whole text; its last line ends a sentence whether a newline ends it or not.
  ///
  /// - Throws: ``NGramError``, and `FileError` when the source cannot be read.
  public mutating func add(_ source: inout some ByteSource) throws {
    while true {
      let chunk = try source.nextChunk()
      if chunk.isEmpty { break }
      try add(chunk, of: source.name)
    }
    try endText(source.name)
  }

  /// Adds the next bytes of a text, which ``endText(_:)`` ends.
  ///
  /// - Parameters:
  ///   - chunk: The bytes that follow those of the last call.
  ///   - file: What errors call the text.
  /// - Throws: ``NGramError``.
  public mutating func add(_ chunk: [UInt8], of file: String) throws(NGramError) {
    // The splitter is moved out while it runs, because what it calls changes the trainer.
    var splitter = self.splitter
    try splitter.split(chunk.span) { (token, bytes) throws(NGramError) in
      try add(token, bytes, of: file)
    }
    self.splitter = splitter
  }

  /// Ends a text, so that the next bytes begin another.
  ///
  /// - Parameter file: What errors call the text.
  /// - Throws: ``NGramError``.
  public mutating func endText(_ file: String) throws(NGramError) {
    var splitter = self.splitter
    try splitter.finish { (token, bytes) throws(NGramError) in
      try add(token, bytes, of: file)
    }
    self.splitter = SentenceSplitter(unit: unit)
    line = 1
  }

  @inline(__always)
  private mutating func add(
    _ token: SentenceToken,
    _ bytes: Span<UInt8>,
    of file: String
  ) throws(NGramError) {
    guard sequence.tokens.count < Self.largestTokenCount else {
      throw .tooManyTokens(limit: Self.largestTokenCount)
    }
    if token.isSentenceEnd {
      line += 1
      return sequence.append(TokenNumber.sentenceEnd)
    }
    guard token.byteLength == bytes.count else {
      let limit = SentenceSplitter.longestKeptToken
      throw .tokenTooLong(byteLength: token.byteLength, limit: limit, file: file, line: line)
    }
    if options.reservedWords != .count, let word = reservedWord(bytes) {
      guard options.reservedWords == .skip else {
        throw .reservedWord(word, file: file, line: line)
      }
      skippedReservedWordCount += 1
      return
    }
    sequence.append(vocabulary.insert(bytes) + TokenNumber.firstWord)
  }
}

/// The reserved word that the bytes spell, if they do.
@inline(__always)
private func reservedWord(_ bytes: Span<UInt8>) -> String? {
  guard (3...5).contains(bytes.count), bytes[0] == UInt8(ascii: "<") else { return nil }
  return ["<unk>", "<s>", "</s>"].first { word in
    word.utf8.count == bytes.count && zip(word.utf8, bytes.indices).allSatisfy { $0 == bytes[$1] }
  }
}

// MARK: - Training

extension KneserNeyTrainer {
  /// Makes the model of the texts added so far.
  ///
  /// - Parameter interruption: Ends training early when raised.
  /// - Returns: The model.
  /// - Throws: ``NGramError/nothingToTrainOn`` when they hold no line,
  ///   ``NGramError/noDiscounts(order:_:)`` when the options ask for it, and `Interruption`.
  public consuming func train(
    interruption: InterruptionFlag? = nil
  ) throws -> KneserNeyModel {
    guard sequence.predictedCount > 0 else { throw NGramError.nothingToTrainOn }
    let tokenCount = sequence.predictedCount
    let typeCount = vocabulary.count + Int(TokenNumber.firstWord)
    let smoothing = try KneserNeySmoothing(
      sequence,
      order: order,
      typeCount: typeCount,
      options: options,
      poll: InterruptionPoll(flag: interruption)
    )
    return KneserNeyModel(
      order: order,
      unit: unit,
      discounts: smoothing.discounts,
      levels: smoothing.levels,
      vocabulary: vocabulary,
      trainingTokenCount: tokenCount,
      skippedReservedWordCount: skippedReservedWordCount
    )
  }
}
