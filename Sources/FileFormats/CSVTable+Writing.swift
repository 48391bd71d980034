extension CSVTable {
  /// Creates a table to be written; its rows get the lines they will stand on.
  ///
  /// - Parameters:
  ///   - name: What errors call it.
  ///   - header: The names of the columns.
  ///   - rows: The fields of each row.
  /// - Precondition: The header's names are unique, not empty and without blanks around them;
  ///   each row is as long as the header; nothing holds a NUL character.
  public init(name: String, header: [String], rows: [[String]]) {
    self.init(trusting: header, name: name)
    var line = 2 + Self.newlineCount(header)
    for fields in rows {
      append(Row(line: line, fields: fields))
      line += 1 + Self.newlineCount(fields)
    }
  }

  /// The table as comma-separated text, every line ended by LF.
  ///
  /// Fields are quoted only where reading them back would otherwise give something else.
  public func serialized() -> String {
    var text = Self.line(header)
    for row in rows { text += Self.line(row.fields) }
    return text
  }

  /// One line of comma-separated text with its LF.
  ///
  /// - Parameter fields: The fields; at least one.
  /// - Returns: The line.
  public static func line(_ fields: [String]) -> String {
    fields.enumerated().map { position, field in
      quoted(field, isFirst: position == 0, isOnly: fields.count == 1)
    }.joined(separator: ",") + "\n"
  }

  private static func quoted(_ field: String, isFirst: Bool, isOnly: Bool) -> String {
    let special = Set("\",\n\r\t".utf8)
    let isQuoted =
      field.utf8.contains(where: special.contains)
      || field.utf8.first.map(isBlank) ?? isOnly
      || field.utf8.last.map(isBlank) ?? false
      || isFirst && beginsOtherwise(field)
    guard isQuoted else { return field }
    // On bytes: in Swift a quote with a combining mark after it is another Character.
    var bytes = [UInt8(ascii: "\"")]
    for byte in field.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    return String(decoding: bytes + [UInt8(ascii: "\"")], as: UTF8.self)
  }

  /// Whether a line beginning with this field would be taken for a comment or another kind of file.
  private static func beginsOtherwise(_ field: String) -> Bool {
    let bytes = Array(field.utf8.prefix(1024))
    return bytes.first == UInt8(ascii: "#") || MistakenInput.hasByteOrderMark(bytes)
      || MistakenInput.detectInTable(firstBytes: bytes) != nil
  }

  private static func newlineCount(_ fields: [String]) -> Int {
    fields.reduce(0) { count, field in
      let bytes = Array(field.utf8)
      return count + TextPosition(of: bytes.count, in: bytes).line - 1
    }
  }
}
