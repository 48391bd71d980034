public import LossNumerics
public import Tokenization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The surprise of a text under a model, kept as exact sums rather than as an average.
///
/// Store sums and divide at the end: two shards then add up to precisely the loss of the whole.
///
///     let whole = firstShard + secondShard
///     print(whole.bitsPerByte)
public struct CrossEntropy: Sendable, Hashable {
  /// The summed negative log-likelihood of the scored tokens, in nats, exact until it is rounded.
  public var nats = ExactSum()

  /// The part of ``nats`` that unknown tokens account for.
  public var unknownNats = ExactSum()

  /// The sum of the squared losses of the tokens, for ``naiveStandardError``.
  public var squaredNats = ExactSum()

  /// How many tokens were scored.
  public var tokenCount = 0

  /// How many of them the model did not know.
  public var unknownCount = 0

  /// The scored text: bytes, characters, words, lines.
  public var text = TextCounts()

  /// The loss of nothing.
  public init() {}
}

// MARK: - Adding

extension CrossEntropy {
  /// Adds a scored token; the text's counts are added apart.
  public mutating func add(_ token: ScoredToken) {
    let weighed = token.weighedNats
    nats.add(weighed)
    squaredNats.add(weighed * weighed)
    if token.isCounted { tokenCount += 1 }
    guard token.isUnknown else { return }
    unknownNats.add(weighed)
    unknownCount += 1
  }

  /// The loss of two texts taken together.
  public static func + (left: CrossEntropy, right: CrossEntropy) -> CrossEntropy {
    var sum = left
    sum.nats += right.nats
    sum.unknownNats += right.unknownNats
    sum.squaredNats += right.squaredNats
    sum.tokenCount += right.tokenCount
    sum.unknownCount += right.unknownCount
    sum.text += right.text
    return sum
  }
}

// MARK: - Means

extension CrossEntropy {
  /// The summed loss in nats, rounded once.
  public var totalNats: Double { nats.rounded }

  /// NLL / tokens.
  public var natsPerToken: Double { totalNats / Double(tokenCount) }

  /// NLL / (tokens · ln 2).
  public var bitsPerToken: Double { natsPerToken / log(2) }

  /// exp(NLL / tokens).
  public var perplexity: Double { exp(natsPerToken) }

  /// The perplexity of the known tokens alone, unknown ones left out of sum and count.
  public var perplexityExcludingUnknown: Double {
    var known = nats
    known.subtract(unknownNats)
    return exp(known.rounded / Double(tokenCount - unknownCount))
  }

  /// The mean loss per byte in bits, NLL / (bytes · ln 2), newlines included.
  ///
  /// Comparable across tokenizers, where ``natsPerToken`` and ``perplexity`` are not.
  public var bitsPerByte: Double { totalNats / Double(text.byteCount) / log(2) }

  /// NLL / (Unicode scalars · ln 2).
  public var bitsPerCharacter: Double { totalNats / Double(text.characterCount) / log(2) }

  /// exp(NLL / words), words being the pieces between white space.
  public var wordPerplexity: Double { exp(totalNats / Double(text.wordCount)) }

  /// exp(NLL / bytes).
  public var bytePerplexity: Double { exp(totalNats / Double(text.byteCount)) }

  /// The standard error of ``natsPerToken`` if tokens were independent, which they are not.
  ///
  /// √((mean of squares − square of mean) / (tokens − 1)), as llama.cpp prints it. Texts wander
  /// between topics, so the honest error of ``ClusteredMean`` is several times as large.
  public var naiveStandardError: Double? {
    guard tokenCount > 1 else { return nil }
    let variance = squaredNats.rounded / Double(tokenCount) - natsPerToken * natsPerToken
    return (max(0, variance) / Double(tokenCount - 1)).squareRoot()
  }
}
