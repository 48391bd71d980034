/// How often the tokens of a vocabulary occur in texts: how well it fits them.
public struct TokenUsage: Sendable, Hashable {
  /// How often each token occurs, by id.
  public private(set) var counts: [Int]

  /// How many bytes of text were counted.
  public private(set) var byteCount = 0

  /// Creates the usage of no text yet.
  ///
  /// - Parameter tokenCount: How many ids the vocabulary has.
  public init(tokenCount: Int) {
    counts = Array(repeating: 0, count: tokenCount)
  }

  /// Adds a text.
  ///
  /// - Parameters:
  ///   - ids: Its tokens.
  ///   - byteCount: How many bytes it has.
  /// - Precondition: All ids are of the vocabulary.
  public mutating func add(_ ids: [TokenID], byteCount: Int) {
    for id in ids { counts[Int(id)] += 1 }
    self.byteCount += byteCount
  }

  /// Adds the texts of another usage.
  ///
  /// - Precondition: It is of a vocabulary of the same size.
  public mutating func add(_ other: TokenUsage) {
    precondition(other.counts.count == counts.count, "the usages are of two vocabularies")
    for id in counts.indices { counts[id] += other.counts[id] }
    byteCount += other.byteCount
  }
}

extension TokenUsage {
  /// How many tokens the texts have.
  public var tokenCount: Int { counts.reduce(0, +) }

  /// The bytes of text that a token stands for in the mean; `nil` without any.
  public var bytesPerToken: Double? {
    tokenCount > 0 ? Double(byteCount) / Double(tokenCount) : nil
  }

  /// How many different tokens occur.
  public var usedTokenCount: Int { counts.count { $0 > 0 } }

  /// The tokens that do not occur, in order.
  public var unusedTokens: [TokenID] {
    counts.indices.filter { counts[$0] == 0 }.map { TokenID($0) }
  }
}
