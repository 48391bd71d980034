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
  /// The number of a token: of a word by its bytes, or of the unknown word.
  func number(of token: [UInt8]) -> UInt32 {
    vocabulary.find(token.span).map { $0 + TokenNumber.firstWord } ?? TokenNumber.unknown
  }

  /// The probability and the backoff of an n-gram the model lists; `nil` for one it does not.
  ///
  /// - Parameter tokens: Token numbers, the predicted one last.
  /// - Returns: The probability and the backoff, or `nil`.
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

  /// The number of a token as files spell it: `<unk>`, `<s>`, `</s>` or a word.
  package func number(ofSpelling token: String) -> UInt32 {
    switch token {
    case "<unk>": return TokenNumber.unknown
    case "<s>": return TokenNumber.sentenceBegin
    case "</s>": return TokenNumber.sentenceEnd
    default: return number(of: Array(token.utf8))
    }
  }
}
