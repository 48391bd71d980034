public import Tokenization

/// An n-gram model with interpolated modified Kneser-Ney smoothing, in memory, in doubles.
///
/// A sentence is a line: `<s>`, its tokens, `</s>`. The model gives a probability to every token
/// of its vocabulary, to `</s>` and to the unknown word `<unk>`; in each context they sum to one.
///
///     var trainer = try KneserNeyTrainer(order: 5, unit: .word)
///     try trainer.add(&source)
///     let model = try trainer.train()
///     var scorer = model.makeScorer(ranks: false)
public struct KneserNeyModel: Sendable {
  /// The length of the longest n-grams.
  public let order: Int

  /// What the model takes for one token.
  public let unit: TextUnit

  /// The discounts of each order, unigrams first, and why they are fallbacks where they are.
  public let discounts: [Discounts]

  /// The trie's levels, unigrams first.
  let levels: [NGramLevel]

  let vocabulary: ByteVocabulary

  /// The predicted tokens the model was trained on, sentence ends included.
  public let trainingTokenCount: Int

  /// The reserved words that training dropped.
  public let skippedReservedWordCount: Int
}

// MARK: - Sizes

extension KneserNeyModel {
  /// The tokens that share the probability: all types of the training text, `</s>` and `<unk>`.
  public var vocabularySize: Int { vocabulary.count + 2 }

  /// The number of n-grams of each order, unigrams first, as an ARPA file counts them: `<unk>`,
  /// `<s>` and `</s>` are unigrams.
  public var ngramCounts: [Int] { levels.map(\.probabilities.count) }

  /// The orders whose discounts are the fallback ones, with the reason.
  public var discountFallbacks: [(order: Int, failure: DiscountFailure)] {
    discounts.enumerated().compactMap { index, discounts in
      discounts.failure.map { (index + 1, $0) }
    }
  }
}

// MARK: - Single n-grams

extension KneserNeyModel {
  /// The number of a token as ARPA files spell it: `<unk>`, `<s>`, `</s>`, or a word of the
  /// vocabulary; that of `<unk>` for any other word.
  package func number(ofSpelling token: [UInt8]) -> UInt32 {
    switch String(decoding: token, as: UTF8.self) {
    case "<unk>": return TokenNumber.unknown
    case "<s>": return TokenNumber.sentenceBegin
    case "</s>": return TokenNumber.sentenceEnd
    default:
      return vocabulary.find(token.span).map { $0 + TokenNumber.firstWord } ?? TokenNumber.unknown
    }
  }

  /// The probability and the backoff of an n-gram the model lists; `nil` for one it does not.
  ///
  /// - Parameter tokens: Token numbers, the predicted one last.
  /// - Returns: What an ARPA file lists as decimal logarithms; a backoff of 1 at the top order.
  package func entry(_ tokens: [UInt32]) -> (probability: Double, backoff: Double)? {
    guard let first = tokens.first, tokens.count <= order else { return nil }
    var place = Int(first)
    for (index, token) in tokens.enumerated().dropFirst() {
      let children = levels[index - 1].continuations(place)
      guard let found = levels[index].find(token, in: children) else { return nil }
      place = found
    }
    let level = levels[tokens.count - 1]
    return (level.probabilities[place], tokens.count < order ? level.backoffs[place] : 1)
  }

  /// The logarithms of ``distribution(after:)``, as they are summed where products underflow.
  package func logDistribution(after tokens: [UInt32]) -> [Double] {
    var context = sentenceBegin
    for token in tokens { _ = probability(of: token, after: &context) }
    return levels[0].probabilities.indices.map { logProbability(of: UInt32($0), after: context) }
  }

  /// The probabilities of all tokens by number, after tokens that follow a sentence begin.
  ///
  /// That of `<s>`, number 1, is 0; all together they are one.
  package func distribution(after tokens: [UInt32]) -> [Double] {
    var context = sentenceBegin
    for token in tokens { _ = probability(of: token, after: &context) }
    return levels[0].probabilities.indices.map { token in
      var copy = context
      return token == TokenNumber.sentenceBegin ? 0 : probability(of: UInt32(token), after: &copy)
    }
  }
}
