public import Execution

/// Encodes a text chunk by chunk; how it is cut into chunks never changes an id.
///
///     var stream = tokenizer.makeStream(specialTokens: .text)
///     while case let chunk = try source.nextChunk(), !chunk.isEmpty {
///       write(try stream.encode(chunk, pool: nil))
///     }
///     write(try stream.finish())
///
/// A stream is either asked for ids or for tokens with their lengths, to its end.
public protocol TokenEncoding: Sendable {
  /// Adds bytes that the next call of ``encode(_:pool:)`` takes up.
  mutating func append(_ chunk: [UInt8])

  /// Takes the bytes that follow those of the last call.
  ///
  /// - Parameters:
  ///   - chunk: The bytes.
  ///   - pool: The threads that may encode them; the ids do not depend on it.
  /// - Returns: The ids that no further bytes can change.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  mutating func encode(
    _ chunk: [UInt8],
    pool: WorkerPool?
  ) throws(SpecialTokenError) -> [TokenID]

  /// Ends the text.
  ///
  /// - Returns: The ids of what was held back.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  mutating func finish() throws(SpecialTokenError) -> [TokenID]

  /// Takes the bytes that follow those of the last call, as ``encode(_:pool:)`` does.
  ///
  /// - Returns: The tokens that no further bytes can change, each with the bytes that it stands for.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  mutating func encodeCovering(
    _ chunk: [UInt8]
  ) throws(SpecialTokenError) -> [CoveringToken]

  /// Ends the text, as ``finish()`` does.
  ///
  /// - Returns: The tokens of what was held back, and how many bytes the tokens of the text do not
  ///   determine that none of them counts as its own.
  /// - Throws: ``SpecialTokenError`` at the first special token, if they are forbidden.
  mutating func finishCovering() throws(SpecialTokenError) -> (
    tokens: [CoveringToken], lostByteCount: Int
  )
}

/// Decodes tokens as they come; what is no whole character yet is held back.
public protocol TokenDecoding: Sendable {
  /// Takes the tokens that follow those of the last call.
  ///
  /// - Returns: The bytes of whole characters; bytes that can be no part of any are not held back.
  /// - Precondition: All ids are below the tokenizer's ``Tokenizer/tokenCount``.
  mutating func decode(_ ids: [TokenID]) -> [UInt8]

  /// Ends the text.
  ///
  /// - Returns: The bytes that were held back.
  mutating func finish() -> [UInt8]
}

/// The bytes of text that given ids stand for, token by token; special tokens stand for none.
public protocol TokenCoverage: Sendable {
  /// Takes the ids that follow those of the last call.
  ///
  /// - Returns: Their bytes, and how many belong to each: none to an id beyond the tokenizer's
  ///   ``Tokenizer/tokenCount``.
  mutating func text(of ids: [TokenID]) -> (bytes: [UInt8], lengths: [Int])
}
