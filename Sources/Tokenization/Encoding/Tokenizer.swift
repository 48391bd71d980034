public import Execution

/// Cuts texts into tokens of a vocabulary, and puts tokens together again.
///
/// Texts are bytes, tokens are numbers from 0 to ``tokenCount``. Whatever the tokens are, of a text
/// without unknown ones `decode(encode(text))` is the text as the tokenizer normalizes it.
///
/// What a tokenizer has to say beyond that has a default where most have nothing to say; what is known
/// of one kind only, as merges of byte pairs, is asked of that type.
public protocol Tokenizer: Sendable {
  /// What encodes a text chunk by chunk.
  associatedtype Encoding: TokenEncoding

  /// What decodes tokens as they come.
  associatedtype Decoding: TokenDecoding

  /// What says which bytes of a text given ids stand for.
  associatedtype Coverage: TokenCoverage

  /// What a token is, in the words that reports use: `byte`, `character`, `word`, `subword`.
  var tokenUnit: String { get }

  /// How many ids there are; some may be gaps.
  var tokenCount: Int { get }

  /// The id that stands for what the vocabulary does not hold; `nil` where it holds everything.
  var unknownToken: TokenID? { get }

  /// Whether a token stands for as many bytes as ``byteLength(of:)`` says wherever it occurs, so that
  /// lengths that add up to a text's say where its tokens end.
  var hasFixedLengths: Bool { get }

  /// Why tokens that are all known may not determine the bytes that they stand for, in words.
  var lossReason: String { get }

  /// Encodes a text.
  func encode(_ text: Span<UInt8>) -> [TokenID]

  /// Encodes a text.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - specialTokens: What becomes of special tokens that are spelled out in it.
  /// - Returns: The ids.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  func encode(
    _ text: Span<UInt8>,
    specialTokens: SpecialTokenPolicy
  ) throws(SpecialTokenError) -> [TokenID]

  /// Encodes a text on the threads of a pool: the ids are those of one thread.
  ///
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  func encode(
    _ text: [UInt8],
    specialTokens: SpecialTokenPolicy,
    pool: WorkerPool
  ) throws(SpecialTokenError) -> [TokenID]

  /// How many tokens a text has, without making them.
  func count(_ text: Span<UInt8>) -> Int

  /// The bytes of tokens, one after the other.
  ///
  /// - Precondition: All ids are below ``tokenCount``.
  func decode(_ ids: Span<TokenID>) -> [UInt8]

  /// How many bytes of text a token stands for: 0 for special ones and the unknown.
  ///
  /// - Precondition: `id` is below ``tokenCount``.
  func byteLength(of id: TokenID) -> Int

  /// The text as the tokenizer normalizes it, which offsets are counted in.
  func normalized(_ text: [UInt8]) -> [UInt8]

  /// Encodes a text, and says which part of its normalized form each token stands for.
  ///
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  func spans(
    _ text: [UInt8],
    specialTokens: SpecialTokenPolicy
  ) throws(SpecialTokenError) -> [TokenSpan]

  /// Makes a stream that encodes a text chunk by chunk.
  func makeStream(specialTokens: SpecialTokenPolicy) -> Encoding

  /// Makes a stream that decodes tokens as they come.
  func makeDecodingStream() -> Decoding

  /// Makes a stream that says what ids stand for.
  func makeTextStream() -> Coverage
}

// MARK: - What most tokenizers have

extension Tokenizer {
  /// Encodes a text by a tokenizer without special tokens.
  public func encode(
    _ text: Span<UInt8>,
    specialTokens: SpecialTokenPolicy
  ) throws(SpecialTokenError) -> [TokenID] {
    encode(text)
  }

  /// Encodes a text on one thread.
  public func encode(
    _ text: [UInt8],
    specialTokens: SpecialTokenPolicy,
    pool: WorkerPool
  ) throws(SpecialTokenError) -> [TokenID] {
    try encode(text.span, specialTokens: specialTokens)
  }

  /// The text as it is.
  public func normalized(_ text: [UInt8]) -> [UInt8] { text }
}

// MARK: - Arrays and strings

extension Tokenizer {
  /// Encodes a text.
  public func encode(_ text: [UInt8]) -> [TokenID] { encode(text.span) }

  /// Encodes a text as UTF-8.
  public func encode(_ text: String) -> [TokenID] { encode(Array(text.utf8).span) }

  /// How many tokens a text has, without making them.
  public func count(_ text: [UInt8]) -> Int { count(text.span) }

  /// The bytes of tokens, one after the other.
  ///
  /// - Precondition: All ids are below ``tokenCount``.
  public func decode(_ ids: [TokenID]) -> [UInt8] { decode(ids.span) }
}
