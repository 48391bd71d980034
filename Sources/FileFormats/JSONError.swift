/// Why a text is not JSON, and where.
public struct JSONError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// The content is something else than text.
    case mistaken(MistakenInput)
    /// Something else stands where `expected` should; both in words.
    case unexpected(expected: String, found: String)
    /// A key the object has already.
    case duplicateKey(String)
    /// More arrays and objects inside each other than are read.
    case tooDeep(limit: Int)
    /// A number beyond the range of Double, or one that would become 0.
    case numberOutOfRange(String)
    /// A control character in a string that should be escaped.
    case controlCharacter(UInt8)
    /// A backslash before something that is no escape.
    case invalidEscape(String)
    /// Half a surrogate pair, which is no character.
    case loneSurrogate(String)
    /// A byte that is no UTF-8.
    case invalidUTF8
  }

  /// The file's name.
  public var name: String

  /// The line, counted from 1.
  public var line: Int

  /// The character in the line, counted from 1.
  public var column: Int

  /// What is wrong.
  public var reason: Reason

  /// Creates an error.
  public init(_ name: String, line: Int, column: Int, _ reason: Reason) {
    self.name = name
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// The error in words.
  ///
  ///     law.json:3:14: expected `,` or `}`, found `"`
  public var description: String { "\(name):\(line):\(column): \(reason)" }
}

extension JSONError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .mistaken(let kind): kind.hint
    case .unexpected(let expected, let found): "expected \(expected), found \(found)"
    case .duplicateKey(let key): "the key \(excerpt(key)) occurs twice in one object"
    case .tooDeep(let limit): "more than \(limit) arrays and objects inside each other"
    case .numberOutOfRange(let text): "the number \(excerpt(text)) is beyond the range of a Double"
    case .controlCharacter(let byte):
      "expected control character \(byte) in a string to be escaped, found it bare"
    case .invalidEscape(let text):
      "expected an escape such as `\\n` or `\\u00e9`, found \(excerpt(text))"
    case .loneSurrogate(let text): "\(excerpt(text)) is half of a surrogate pair without the other"
    case .invalidUTF8: "expected UTF-8, found a byte that is none"
    }
  }
}
