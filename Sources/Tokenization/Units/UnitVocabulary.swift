public import FileFormats

/// A vocabulary of bytes, characters or words: which of them have an id, and which id stands for all
/// others.
///
///     let vocabulary = try UnitVocabulary(native: bytes, name: "vocabulary.json")
///     let tokenizer = UnitTokenizer(vocabulary)
public struct UnitVocabulary: Sendable, Hashable {
  /// What is taken for a token.
  public let unit: TextUnit

  /// The id that stands for what the vocabulary does not hold; `nil` for bytes, which are all there.
  public let unknownToken: TokenID?

  /// The SHA-256 of the texts that it was counted in; `nil` where that is unknown.
  public var corpusHash: ContentHash?

  /// The bytes of each token, by id; that of the unknown has none.
  package let tokens: TokenBytes

  /// The longest character or word that has an id, in bytes; longer ones are unknown.
  ///
  /// It bounds what is held of input that is no text: a run of invalid UTF-8 is one character.
  public static let longestToken = 1 << 16

  /// How many bytes all tokens together may have, so that their file can be read back.
  public static let mostTokenBytes = 1 << 27

  /// Creates a vocabulary of tokens that are known to be units, each once.
  init(
    _ unit: TextUnit,
    tokens: TokenBytes,
    unknownToken: TokenID?,
    corpusHash: ContentHash? = nil
  ) {
    precondition(tokens.count <= BytePairVocabulary.mostTokens, "\(tokens.count) tokens")
    self.unit = unit
    self.tokens = tokens
    self.unknownToken = unknownToken
    self.corpusHash = corpusHash
  }

  /// The vocabulary in which every byte is its own id.
  public static var bytes: UnitVocabulary {
    let all = TokenBytes((UInt8.min...UInt8.max).map { [$0] })
    return UnitVocabulary(.byte, tokens: all, unknownToken: nil)
  }
}

extension UnitVocabulary {
  /// How many ids there are, that of the unknown included.
  public var tokenCount: Int { tokens.count }

  /// Whether white space, but for newlines, belongs to no token.
  public var dropsWhiteSpace: Bool { unit == .word }

  /// The bytes of a token; none for the unknown.
  ///
  /// - Precondition: `id` is below ``tokenCount``.
  public func bytes(of id: TokenID) -> [UInt8] { Array(tokens[Int(id)]) }
}

// MARK: - Units

extension TextUnit {
  /// Whether bytes are exactly one token of this unit.
  func isOneUnit(_ bytes: Span<UInt8>) -> Bool {
    guard !bytes.isEmpty, bytes.count <= UnitVocabulary.longestToken else { return false }
    if bytes.count == 1, bytes[0] == 0x0A { return true }
    switch self {
    case .byte: return bytes.count == 1
    case .character: return ClassedCharacter(in: bytes, at: 0)?.end == bytes.count
    case .word: return bytes.indices.allSatisfy { !isASCIISpace(bytes[$0]) }
    }
  }
}
