/// Why a file is not a GGUF model, and where.
public struct GGUFError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// The file does not begin with the letters `GGUF`.
    case notGGUF
    /// The file was written for processors with the other order of bytes.
    case bigEndian
    /// A version of the format other than 2 and 3.
    case unsupportedVersion(UInt32)
    /// Less is left than what comes next takes.
    case truncated(needed: Int, available: Int)
    /// A key that is no UTF-8.
    case invalidKey
    /// A key that the file has already.
    case duplicateKey(String)
    /// A type that the format does not have.
    case unknownType(UInt32)
    /// An array of arrays.
    case nestedArray
    /// A truth value that is neither 0 nor 1.
    case invalidBool(UInt8)
    /// A number beyond 63 bits where many are listed.
    case numberOutOfRange(UInt64)
  }

  /// The file's name.
  public var name: String

  /// Where, in bytes from the beginning.
  public var offset: Int

  /// What is wrong.
  public var reason: Reason

  /// Creates an error.
  public init(_ name: String, offset: Int, _ reason: Reason) {
    self.name = name
    self.offset = offset
    self.reason = reason
  }

  /// The error in words.
  ///
  ///     model.gguf: byte 24: expected 5000000 bytes more, found 812
  public var description: String { "\(name): byte \(offset): \(reason)" }
}

extension GGUFError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .notGGUF: "expected a GGUF file, which begins with `GGUF`"
    case .bigEndian: "is written for processors with the other order of bytes"
    case .unsupportedVersion(let version): "expected version 2 or 3 of GGUF, found \(version)"
    case .truncated(let needed, let available):
      "expected \(needed == .max ? "more than \(Int.max)" : "\(needed)") bytes more,"
        + " found \(available)"
    case .invalidKey: "expected a key in UTF-8"
    case .duplicateKey(let key): "the key \(excerpt(key)) occurs twice"
    case .unknownType(let type): "expected a type from 0 to 12, found \(type)"
    case .nestedArray: "an array of arrays is not supported"
    case .invalidBool(let value): "expected 0 or 1 as a truth value, found \(value)"
    case .numberOutOfRange(let value): "the number \(value) is beyond 63 bits"
    }
  }
}
