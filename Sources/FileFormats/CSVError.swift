/// Why a text is not a table, and where.
public struct CSVError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// Nothing stands there but blank lines and comments.
    case empty
    /// The content is something else than text.
    case mistaken(MistakenInput)
    /// The header is one column, but holds semicolons, which separate where commas are decimal points.
    case semicolons
    /// A NUL byte.
    case nulByte
    /// A byte that is no UTF-8, at this offset from the file's beginning.
    case invalidUTF8(offset: Int)
    /// Columns of the header, counted from 1, without a name.
    case unnamedColumns([Int])
    /// Columns of the header, counted from 1, with the same name.
    case duplicateColumns(name: String, columns: [Int])
    /// A row of another length than the header.
    case wrongFieldCount(expected: Int, found: Int)
    /// A quote that nothing closes.
    case unterminatedQuote
    /// Text between a closing quote and the next comma.
    case textAfterQuote(String)
  }

  /// The file's name.
  public var name: String

  /// The line, counted from 1; `nil` when the file as a whole is meant.
  public var line: Int?

  /// What is wrong.
  public var reason: Reason

  /// Creates an error.
  public init(_ name: String, line: Int?, _ reason: Reason) {
    self.name = name
    self.line = line
    self.reason = reason
  }

  /// The error in words, such as `runs.csv:3: expected 4 fields as in the header, found 3`.
  public var description: String {
    "\(name)\(line.map { ":\($0)" } ?? ""): \(reason)"
  }
}

extension CSVError.Reason: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .empty: "expected a header line, found nothing"
    case .mistaken(let kind): kind.hint
    case .semicolons:
      "expected columns separated by commas, found semicolons:"
        + " export with commas between columns and points in numbers"
    case .nulByte: "found a NUL byte, expected text"
    case .invalidUTF8(let offset): "byte \(offset) is not UTF-8: convert the file with iconv"
    case .unnamedColumns(let columns):
      "\(Self.list(columns)) of the header \(columns.count == 1 ? "has" : "have") no name"
    case .duplicateColumns(let name, let columns):
      "\(Self.list(columns)) of the header have the same name \(excerpt(name))"
    case .wrongFieldCount(let expected, let found):
      "expected \(expected) field\(expected == 1 ? "" : "s") as in the header, found \(found)"
    case .unterminatedQuote: "the quote that begins here is never closed"
    case .textAfterQuote(let text):
      "expected a comma or the line's end after a closing quote, found \(excerpt(text))"
    }
  }

  /// `column 3`, `columns 2 and 5`, `columns 1, 2 and 3`.
  private static func list(_ columns: [Int]) -> String {
    let numbers = columns.map(String.init)
    guard let last = numbers.last, numbers.count > 1 else { return "column \(numbers.joined())" }
    return "columns \(numbers.dropLast().joined(separator: ", ")) and \(last)"
  }
}
