/// What ``BytePairTrainer`` makes of counted words.
public struct BytePairTrainingOptions: Sendable, Hashable {
  /// How many tokens the vocabulary shall have: special tokens, the 256 bytes and merges.
  public var vocabularySize: Int

  /// The texts of the special tokens, which get the first ids.
  ///
  /// No learned token has their bytes, or plain text would become special: a pair that would is never
  /// merged, where the trainer of `tokenizers` gives it the special token's id.
  public var specialTokens: [[UInt8]]

  /// The least count of a pair that is merged.
  public var minimumCount: UInt64

  /// Which of equally frequent pairs is merged first.
  public var tieRule: MergeTieRule

  /// Makes the choices.
  public init(
    vocabularySize: Int,
    specialTokens: [[UInt8]] = [],
    minimumCount: UInt64 = 1,
    tieRule: MergeTieRule = .tokenizers
  ) {
    self.vocabularySize = vocabularySize
    self.specialTokens = specialTokens
    self.minimumCount = minimumCount
    self.tieRule = tieRule
  }
}
