/// A piece of a line, or the end of it, as ``SentenceSplitter`` finds them.
public struct SentenceToken: Sendable, Hashable {
  /// Where the token's first byte stands in the text, counted from 0.
  public var byteOffset: Int

  /// The bytes the token covers: 1 for the end of a line, 0 for that of an unterminated last one.
  public var byteLength: Int

  /// Whether the token is the end of a line, `</s>`.
  public var isSentenceEnd: Bool

  /// Creates a token.
  public init(byteOffset: Int, byteLength: Int, isSentenceEnd: Bool = false) {
    self.byteOffset = byteOffset
    self.byteLength = byteLength
    self.isSentenceEnd = isSentenceEnd
  }
}
