/// A table read from comma-separated text: a header, and rows as long as it.
public struct CSVTable: Sendable, Hashable {
  /// One row.
  public struct Row: Sendable, Hashable {
    /// The line the row begins on, counted from 1.
    public var line: Int
    /// The fields, as many as the header has names.
    public var fields: [String]

    /// Creates a row.
    public init(line: Int, fields: [String]) {
      self.line = line
      self.fields = fields
    }
  }

  /// What errors call the table.
  public var name: String
  /// The names of the columns, unique and not empty.
  public var header: [String]
  /// The rows, in order.
  public var rows: [Row]

  /// Reads a table from comma-separated text.
  public init(parsing bytes: [UInt8], name: String) throws(CSVError) {
    throw CSVError(name: name, line: 1, reason: .empty)
  }

  /// The position of a column.
  public func column(named name: String) -> Int? { header.firstIndex(of: name) }
}

/// Why a text is not a table, and where.
public struct CSVError: Error, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// Nothing but blank lines and comments.
    case empty
  }
  /// The file's name.
  public var name: String
  /// The line, counted from 1.
  public var line: Int?
  /// What is wrong.
  public var reason: Reason

  /// The error in words.
  public var description: String { "" }
}
