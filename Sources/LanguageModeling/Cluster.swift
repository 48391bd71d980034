/// A stretch of text with its loss, taken as one observation: a document, or a block of tokens.
public struct Cluster: Sendable, Hashable {
  /// The summed loss of its tokens, in nats.
  public var nats = 0.0

  /// How many tokens it holds.
  public var tokenCount = 0

  /// How many bytes they cover.
  public var byteCount = 0

  /// How many Unicode scalars begin in it.
  public var characterCount = 0

  /// How many words begin in it.
  public var wordCount = 0

  /// An empty cluster.
  public init() {}

  /// Two neighboring clusters as one.
  public static func + (left: Cluster, right: Cluster) -> Cluster {
    var sum = left
    sum.nats += right.nats
    sum.tokenCount += right.tokenCount
    sum.byteCount += right.byteCount
    sum.characterCount += right.characterCount
    sum.wordCount += right.wordCount
    return sum
  }
}

extension Cluster {
  /// Neighbors joined two by two; the last one of an odd number stays alone.
  static func pairedUp(_ clusters: [Cluster]) -> [Cluster] {
    stride(from: 0, to: clusters.count, by: 2).map { index in
      index + 1 < clusters.count ? clusters[index] + clusters[index + 1] : clusters[index]
    }
  }
}

/// What a loss is divided by.
public enum LossDenominator: Sendable, Hashable, CaseIterable {
  /// Scored tokens.
  case tokens

  /// UTF-8 bytes of the scored text.
  case bytes

  /// Unicode scalars of the scored text.
  case characters

  /// White-space separated words of the scored text.
  case words
}

extension Cluster {
  /// How many units of a kind the cluster holds.
  public func count(of denominator: LossDenominator) -> Int {
    switch denominator {
    case .tokens: tokenCount
    case .bytes: byteCount
    case .characters: characterCount
    case .words: wordCount
    }
  }
}
