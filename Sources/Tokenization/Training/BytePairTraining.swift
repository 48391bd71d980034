public import FileFormats

/// What a training came to: the merges, and the facts that a vocabulary file names.
public struct BytePairTraining: Sendable, Hashable {
  /// Why no more was merged.
  public enum Termination: String, Sendable, Hashable, CaseIterable {
    /// The vocabulary has the size that was asked for.
    case vocabularyIsFull
    /// Every word is one token, or cannot become it: no pair is left.
    case noPairLeft
    /// All pairs that are left come up less often than asked for.
    case belowMinimumCount
  }

  /// What was learned.
  public var learned: LearnedMerges

  /// The choices of the training.
  public var options: BytePairTrainingOptions

  /// How many tokens the vocabulary has.
  public var vocabularySize: Int

  /// Why no more was merged.
  public var termination: Termination

  /// How often the pair that was merged last came up; `nil` where none was.
  public var lastCount: UInt64?

  /// How many tokens the texts become, without the words left out.
  public var tokenCount: UInt64

  /// How the texts were cut into pieces.
  public var pattern: SplitPattern

  /// Whether the texts were normalized to form C first.
  public var normalizesToNFC: Bool

  /// The hash of the texts' bytes, one text after the other.
  public var corpusHash: ContentHash

  /// How many bytes the texts hold.
  public var byteCount: Int

  /// How many texts there are.
  public var textCount: Int

  /// How many pieces the texts consist of.
  public var pieceCount: UInt64

  /// How many different words were trained on.
  public var wordCount: Int

  /// How many different words were left out because they did not fit into the memory.
  public var omittedWordCount: Int

  /// How many pieces those words are.
  public var omittedPieceCount: UInt64
}
