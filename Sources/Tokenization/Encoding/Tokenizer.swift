/// Cuts texts into tokens of a vocabulary, and puts tokens together again.
///
/// Texts are bytes, tokens are numbers from 0 to ``tokenCount``. Whatever the tokens are, of a text
/// without unknown ones `decode(encode(text))` is the text as the tokenizer normalizes it.
public protocol Tokenizer: Sendable {
  /// How many ids there are; some may be gaps.
  var tokenCount: Int { get }

  /// Encodes a text.
  func encode(_ text: Span<UInt8>) -> [TokenID]

  /// How many tokens a text has, without making them.
  func count(_ text: Span<UInt8>) -> Int

  /// The bytes of tokens, one after the other.
  ///
  /// - Precondition: All ids are below ``tokenCount``.
  func decode(_ ids: Span<TokenID>) -> [UInt8]

  /// How many bytes of text a token stands for: 0 for special ones.
  ///
  /// - Precondition: `id` is below ``tokenCount``.
  func byteLength(of id: TokenID) -> Int
}

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
