/// How ``WordCounter`` counts.
public struct WordCountingOptions: Sendable, Hashable {
  /// How texts are cut into pieces.
  public var pattern: SplitPattern

  /// Whether texts are brought into Unicode's normalization form C before they are cut.
  public var normalizesToNFC: Bool

  /// How many bytes the words may take up: while they are counted, and again while pairs are merged.
  ///
  /// Counting puts words aside in a temporary file when they take up more. Of what is then too much
  /// for merging, the words that come up least are left out, all of one count together; how many is
  /// recorded in ``WordCounts/omittedWordCount``.
  public var memoryBudget: Int

  /// The longest piece that a text may have, in bytes.
  ///
  /// No text that people wrote has longer ones; it bounds what is kept of a text at a time.
  public var longestPiece: Int

  /// Makes the choices.
  ///
  /// - Precondition: The sizes are positive.
  public init(
    pattern: SplitPattern,
    normalizesToNFC: Bool = false,
    memoryBudget: Int = 2 << 30,
    longestPiece: Int = 16 << 20
  ) {
    precondition(memoryBudget > 0, "words take up memory")
    precondition(longestPiece > 0, "a piece holds at least one byte")
    self.pattern = pattern
    self.normalizesToNFC = normalizesToNFC
    self.memoryBudget = memoryBudget
    self.longestPiece = longestPiece
  }
}
