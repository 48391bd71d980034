/// A table read from comma-separated text: a header, and rows as long as it.
///
/// RFC 4180 with what real files need: lines end at LF, CRLF or CR; a byte-order mark, blank lines
/// and lines that begin with `#` are passed over; blanks may stand around a quoted field. Where the
/// header has tabs and no comma, tabs separate. Semicolons are refused: they come
/// from where the comma is the decimal point.
///
///     let table = try CSVTable(parsing: source.readAll(limit: 1 << 30), name: source.name)
///     guard let loss = table.column(named: "loss") else { … }
///     for row in table.rows { print(row.line, row.fields[loss]) }
public struct CSVTable: Sendable, Hashable {
  /// One row.
  public struct Row: Sendable, Hashable {
    /// The line the row begins on, counted from 1.
    public var line: Int

    /// The fields as they stand between the commas, as many as the header has names.
    public var fields: [String]

    /// Creates a row.
    public init(line: Int, fields: [String]) {
      self.line = line
      self.fields = fields
    }
  }

  /// What errors call the table.
  public var name: String

  /// The names of the columns: unique, not empty, without blanks around them.
  public let header: [String]

  /// The rows, in order.
  public private(set) var rows: [Row] = []

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - name: What errors call it.
  /// - Throws: ``CSVError`` at the first thing that is wrong.
  public init(parsing bytes: [UInt8], name: String) throws(CSVError) {
    self.name = name
    try Self.refuseOtherThanText(bytes, name)
    var reader = CSVReader(bytes: bytes, name: name)
    guard var first = try reader.nextRow() else { throw CSVError(name, line: nil, .empty) }
    if first.fields.count == 1, trimmed(first.fields[0]).utf8.contains(UInt8(ascii: "\t")) {
      reader = CSVReader(bytes: bytes, name: name, separator: UInt8(ascii: "\t"))
      first = try reader.nextRow() ?? first
    }
    header = first.fields.map(trimmed)
    if let problem = Self.problem(inHeader: header) {
      throw CSVError(name, line: first.line, problem)
    }
    while let row = try reader.nextRow() {
      guard row.fields.count == header.count else {
        let problem = CSVError.Reason.wrongFieldCount(
          expected: header.count,
          found: row.fields.count
        )
        throw CSVError(name, line: row.line, problem)
      }
      rows.append(row)
    }
  }

  /// Takes a header that the caller made; ``append(_:)`` adds the rows.
  init(trusting header: [String], name: String) {
    precondition(Self.problem(inHeader: header) == nil, "the header is not one that reads back")
    self.name = name
    self.header = header
  }

  /// Adds a row.
  ///
  /// - Precondition: It is as long as the header.
  public mutating func append(_ row: Row) {
    precondition(row.fields.count == header.count, "a row is as long as the header")
    rows.append(row)
  }

  /// The position of a column, `nil` where there is none of that name.
  public func column(named name: String) -> Int? { header.firstIndex(of: name) }
}

// MARK: - Checks

extension CSVTable {
  private static func refuseOtherThanText(_ bytes: [UInt8], _ name: String) throws(CSVError) {
    if let kind = MistakenInput.detectInTable(firstBytes: Array(bytes.prefix(1024))) {
      throw CSVError(name, line: nil, .mistaken(kind))
    }
    if let offset = bytes.firstIndex(of: 0) {
      throw CSVError(name, line: TextPosition(of: offset, in: bytes).line, .nulByte)
    }
    if let offset = firstInvalidUTF8(in: bytes) {
      let line = TextPosition(of: offset, in: bytes).line
      throw CSVError(name, line: line, .invalidUTF8(offset: offset))
    }
  }

  private static func problem(inHeader header: [String]) -> CSVError.Reason? {
    if header.count == 1, let only = header.first {
      if only.utf8.contains(UInt8(ascii: ";")) { return .semicolons }
    }
    let unnamed = header.indices.filter { header[$0].isEmpty }
    if !unnamed.isEmpty { return .unnamedColumns(unnamed.map { $0 + 1 }) }
    let columns = Dictionary(grouping: header.indices) { header[$0] }
    for name in header {
      if let same = columns[name], same.count > 1 {
        return .duplicateColumns(name: name, columns: same.map { $0 + 1 })
      }
    }
    return nil
  }
}

/// A text without the spaces and tabs around it.
private func trimmed(_ text: String) -> String {
  let bytes = Array(text.utf8)
  guard let first = bytes.firstIndex(where: { !isBlank($0) }),
    let last = bytes.lastIndex(where: { !isBlank($0) })
  else { return "" }
  return String(decoding: bytes[first...last], as: UTF8.self)
}
