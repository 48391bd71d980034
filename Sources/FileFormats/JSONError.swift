/// Why a text is not the JSON that was expected, and where.
public struct JSONError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// Something else stands where `expected` should.
    case unexpected(expected: String, found: String)
  }

  /// The file's name.
  public var name: String
  /// The line, counted from 1.
  public var line: Int
  /// The character in the line, counted from 1.
  public var column: Int
  /// What is wrong.
  public var reason: Reason

  /// The error in words.
  public var description: String { "" }
}
