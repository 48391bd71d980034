import FileFormats

/// Why a file does not hold counted words.
public struct WordCountsError: Error, Sendable, Hashable {
  /// What is wrong with it; offsets count bytes from 0.
  public enum Reason: Sendable, Hashable {
    /// It does not begin as such files do.
    case notWordCounts
    /// It was written by another version of this package.
    case unknownVersion(UInt32)
    /// It names a pattern that this version does not know.
    case unknownPattern(String)
    /// It has no hash where one belongs.
    case notAHash(offset: Int)
    /// It ends too early.
    case cutOff(offset: Int)
    /// A number is cut off, zero where it must not be, or too large.
    case numberOutOfRange(offset: Int)
    /// A word does not come after the one before it.
    case wordsOutOfOrder(offset: Int)
    /// The words' counts have another sum than the file says.
    case countsDoNotAddUp
    /// The content has another hash than the file says.
    case wrongHash
    /// Something follows the end.
    case trailingBytes(offset: Int)
  }

  /// What the file is called.
  public var file: String

  /// What is wrong with it.
  public var reason: Reason

  /// Creates an error about a file.
  public init(_ file: String, _ reason: Reason) {
    self.file = file
    self.reason = reason
  }
}

extension WordCountsError: CustomStringConvertible {
  /// The error in words.
  public var description: String { "\(excerpt(file, limit: .max)): \(reason)" }
}

extension WordCountsError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .notWordCounts: "expected counted words, which begin with `IsoLossW`"
    case .unknownVersion(let version):
      "expected version 1 of the format of counted words, found `\(version)`"
    case .unknownPattern(let name):
      "expected one of \(SplitPattern.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")), "
        + "found \(excerpt(name))"
    case .notAHash(let offset): "expected 64 hexadecimal digits at byte \(offset)"
    case .cutOff(let offset): "is cut off at byte \(offset)"
    case .numberOutOfRange(let offset): "the number at byte \(offset) is out of range"
    case .wordsOutOfOrder(let offset): "the word at byte \(offset) is out of order"
    case .countsDoNotAddUp: "the counts of the words do not add up to the number of pieces"
    case .wrongHash: "the content was changed: its SHA-256 is not the one at its end"
    case .trailingBytes(let offset): "expected the end at byte \(offset), found more"
    }
  }
}
