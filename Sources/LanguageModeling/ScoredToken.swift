/// One token of a text with its loss under a model.
public struct ScoredToken: Sendable, Hashable {
  /// Where the token's first byte stands in the text, counted from 0.
  public var byteOffset: Int

  /// The bytes the token covers; 0 for a sentence end that no newline stands for.
  public var byteLength: Int

  /// The token's surprise, −ln p(token | what came before), in nats.
  public var nats: Double

  /// Whether the model did not know the token and scored it as the unknown one.
  public var isUnknown: Bool

  /// How many tokens of the vocabulary were strictly more probable, plus one; `nil` unless asked for.
  public var rank: Int?

  /// Whether the token counts: a first token that nothing stands before has no loss, and conventions leave
  /// some out.
  public var isScored = true

  /// What the token's loss counts in a sum: 1 but by conventions of others.
  public var weight = 1.0

  /// Whether the token is one of those that the mean is taken over, as all that are scored are but by
  /// conventions of others.
  public var isCounted = true

  /// The loss as it counts in a sum, in nats.
  var weighedNats: Double { weight * nats }

  /// Creates a scored token.
  public init(
    byteOffset: Int,
    byteLength: Int,
    nats: Double,
    isUnknown: Bool = false,
    rank: Int? = nil
  ) {
    self.byteOffset = byteOffset
    self.byteLength = byteLength
    self.nats = nats
    self.isUnknown = isUnknown
    self.rank = rank
  }
}

extension ScoredToken {
  /// A token that is not scored, whose bytes are left out of the text's counts.
  public static func unscored(byteOffset: Int, byteLength: Int) -> ScoredToken {
    var token = ScoredToken(byteOffset: byteOffset, byteLength: byteLength, nats: 0)
    token.isScored = false
    return token
  }
}
