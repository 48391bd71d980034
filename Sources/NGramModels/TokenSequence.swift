/// The numbers that stand for the tokens of a model.
enum TokenNumber {
  /// The unknown word, `<unk>`.
  static let unknown: UInt32 = 0
  /// The sentence begin, `<s>`: a context, never predicted.
  static let sentenceBegin: UInt32 = 1
  /// The sentence end, `</s>`.
  static let sentenceEnd: UInt32 = 2
  /// The first of the words, in the order of the vocabulary.
  static let firstWord: UInt32 = 3
}

/// A training text as token numbers: each sentence is `<s>`, its words, `</s>`.
///
/// The first sentence has as many `<s>` before it as the order, so that looking back from any
/// predicted token never leaves the array.
struct TokenSequence: Sendable {
  /// The numbers, sentence after sentence.
  private(set) var tokens: [UInt32]

  /// The predicted tokens: all but sentence begins.
  private(set) var predictedCount = 0

  private var isInSentence = false

  /// Creates an empty text for a model of an order.
  init(order: Int) {
    tokens = Array(repeating: TokenNumber.sentenceBegin, count: order)
  }

  /// Adds a word, or a sentence end.
  @inline(__always)
  mutating func append(_ token: UInt32) {
    if !isInSentence { tokens.append(TokenNumber.sentenceBegin) }
    tokens.append(token)
    predictedCount += 1
    isInSentence = token != TokenNumber.sentenceEnd
  }
}
