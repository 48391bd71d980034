import FileFormats

/// Why a vocabulary cannot be trained as asked.
public enum BytePairTrainingError: Error, Sendable, Hashable {
  /// The size has no room for the special tokens and the 256 bytes, or is above what ids can count.
  case vocabularySizeOutOfRange(Int, least: Int, greatest: Int)

  /// A special token has no bytes.
  case emptySpecialToken

  /// Two special tokens are the same.
  case repeatedSpecialToken([UInt8])

  /// A vocabulary file would write a special token as it writes a single byte.
  case specialTokenIsByte([UInt8])

  /// The texts are empty.
  case nothingToTrainOn

  /// A text has a piece that is longer than any text's.
  case pieceTooLong(limit: Int, file: String, offset: Int)
}

extension BytePairTrainingError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .vocabularySizeOutOfRange(let size, let least, let greatest):
      return "expected a vocabulary size from \(least) (the special tokens and 256 bytes) to "
        + "\(greatest), found `\(size)`"
    case .emptySpecialToken:
      return "expected special tokens of at least one byte, found an empty one"
    case .repeatedSpecialToken(let token):
      return "expected different special tokens, found \(Self.quoted(token)) twice"
    case .specialTokenIsByte(let token):
      return "expected special tokens unlike the 256 bytes, found \(Self.quoted(token)), which a "
        + "vocabulary file could not tell from a byte"
    case .nothingToTrainOn:
      return "nothing to train on: the training text is empty"
    case .pieceTooLong(let limit, let file, let offset):
      return "\(excerpt(file, limit: .max)): expected pieces of at most \(limit) bytes, found a "
        + "longer one that begins near byte \(offset); is this a text?"
    }
  }

  private static func quoted(_ token: [UInt8]) -> String {
    excerpt(String(decoding: token, as: UTF8.self))
  }
}
