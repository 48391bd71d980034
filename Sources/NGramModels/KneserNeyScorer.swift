public import LanguageModeling
public import Tokenization

extension KneserNeyModel {
  /// Creates a scorer for one text.
  ///
  /// - Parameter ranks: Whether each token's rank is found too, which costs many times its
  ///   probability.
  /// - Returns: A scorer at the beginning of a text.
  public func makeScorer(ranks: Bool = false) -> KneserNeyScorer {
    KneserNeyScorer(self, ranks: ranks)
  }
}

/// Scores one text under a Kneser-Ney model.
///
/// Each line is a sentence: its tokens and `</s>`, which stands at the newline; an unterminated
/// last line scores its `</s>` too, at the end of the text and without a byte. A token that is
/// not in the vocabulary is scored as the unknown word, after which the context is empty; so are
/// the spellings `<unk>`, `<s>` and `</s>`, unless training counted them as words.
public struct KneserNeyScorer: TextScorer, Sendable {
  /// How many tokens were scored as the unknown word.
  public private(set) var unknownCount = 0

  /// The bytes of the text that the scored tokens do not determine: those of unknown words, and in
  /// word units white space that departs from the text's form, dropped carriage returns included.
  public var unmodelledByteCount: Int {
    unknownByteCount + splitter.spacing.irregularByteCount
  }

  /// The carriage returns directly before newlines that word units drop.
  public var droppedCarriageReturnCount: Int { splitter.droppedCarriageReturnCount }

  private let model: KneserNeyModel
  private let sortedUnigrams: [Double]?
  private var splitter: SentenceSplitter
  private var context: NGramContext
  private var unknownByteCount = 0

  init(_ model: KneserNeyModel, ranks: Bool) {
    self.model = model
    sortedUnigrams = ranks ? model.sortedUnigrams : nil
    splitter = SentenceSplitter(unit: model.unit)
    context = model.sentenceBegin
  }

  /// Takes the next bytes of the text and hands on every token they complete.
  ///
  /// - Throws: ``ZeroProbability``, which discounts of exactly 0 can cause, and what `receive`
  ///   throws.
  public mutating func score(
    _ chunk: [UInt8],
    receive: (ScoredToken) throws -> Void
  ) throws {
    var splitter = self.splitter
    try splitter.split(chunk.span) { token, bytes in
      try receive(try scored(token, bytes))
    }
    self.splitter = splitter
  }

  /// Ends the text: hands on a last word and the end of an unterminated line.
  public mutating func finish(receive: (ScoredToken) throws -> Void) throws {
    var splitter = self.splitter
    try splitter.finish { token, bytes in
      try receive(try scored(token, bytes))
    }
    self.splitter = splitter
  }

  private mutating func scored(
    _ token: SentenceToken,
    _ bytes: Span<UInt8>
  ) throws -> ScoredToken {
    let number = model.number(of: token, bytes)
    let before = context
    let probability = model.probability(of: number, after: &context)
    if token.isSentenceEnd { context = model.sentenceBegin }
    // A product this small has lost digits to underflow, or all of them.
    let nats =
      probability > 0x1p-960
      ? -naturalLogarithm(probability) : -model.logProbability(of: number, after: before)
    guard nats < .infinity else { throw ZeroProbability(byteOffset: token.byteOffset) }
    let isUnknown = number == TokenNumber.unknown
    if isUnknown {
      unknownCount += 1
      unknownByteCount += token.byteLength
    }
    return ScoredToken(
      byteOffset: token.byteOffset,
      byteLength: token.byteLength,
      nats: nats,
      isUnknown: isUnknown,
      rank: sortedUnigrams.map {
        model.rank(of: probability, after: before, sortedUnigrams: $0)
      }
    )
  }
}

extension KneserNeyModel {
  /// The number of a token of a scored text; a token too long to be held whole is unknown.
  @inline(__always)
  fileprivate func number(of token: SentenceToken, _ bytes: Span<UInt8>) -> UInt32 {
    if token.isSentenceEnd { return TokenNumber.sentenceEnd }
    guard token.byteLength == bytes.count, let word = vocabulary.find(bytes) else {
      return TokenNumber.unknown
    }
    return word + TokenNumber.firstWord
  }
}

// MARK: - Lossless or not

extension KneserNeyScorer {
  /// Whether the scored tokens determine the scored bytes, up to an unterminated last line.
  ///
  /// True without unknown tokens, and in word units if the white space has one form throughout.
  /// Final after ``finish(receive:)``.
  public var isLossless: Bool { lossyReason == nil }

  /// Why the scored tokens do not determine the scored bytes; `nil` when they do.
  public var lossyReason: LossyReason? {
    let irregularOffset = splitter.spacing.firstIrregularOffset
    guard unknownCount > 0 || irregularOffset != nil else { return nil }
    return LossyReason(
      unit: model.unit,
      unknownCount: unknownCount,
      firstIrregularSpaceOffset: irregularOffset
    )
  }
}

/// Why scored tokens do not determine a text's bytes.
public struct LossyReason: Sendable, Hashable, CustomStringConvertible {
  /// What the model takes for one token.
  public var unit: TextUnit

  /// How many tokens were unknown.
  public var unknownCount: Int

  /// Where the first gap begins that is not the one space, or line begin or end, of the form.
  public var firstIrregularSpaceOffset: Int?

  /// The reason in words.
  public var description: String {
    var reasons: [String] = []
    if unknownCount > 0 {
      reasons.append("\(unknownCount) unknown \(unit)\(unknownCount == 1 ? "" : "s")")
    }
    if let firstIrregularSpaceOffset {
      reasons.append("irregular white space, first at byte \(firstIrregularSpaceOffset)")
    }
    return reasons.joined(separator: " and ")
  }
}
