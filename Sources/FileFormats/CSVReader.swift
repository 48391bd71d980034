/// Takes rows off a text, one after the other.
struct CSVReader {
  private let bytes: [UInt8]
  private let name: String
  private let separator: UInt8
  private var position: Int
  private var line = 1

  /// Begins after the byte-order mark, if there is one.
  ///
  /// - Precondition: `bytes` are valid UTF-8 without NUL.
  init(bytes: [UInt8], name: String, separator: UInt8 = UInt8(ascii: ",")) {
    self.bytes = bytes
    self.name = name
    self.separator = separator
    position = MistakenInput.hasByteOrderMark(bytes) ? 3 : 0
  }

  /// The next row, header or not; `nil` at the end.
  mutating func nextRow() throws(CSVError) -> CSVTable.Row? {
    while position < bytes.count {
      guard isRowAhead else {
        skipLine()
        continue
      }
      var row = CSVTable.Row(line: line, fields: [])
      repeat {
        row.fields.append(try nextField())
      } while take(separator)
      skipNewline()
      return row
    }
    return nil
  }

  /// Whether the line that begins here is neither blank nor a comment.
  private var isRowAhead: Bool {
    let first = bytes[position...].first { !isBlank($0) }
    return first.map { !isNewline($0) && $0 != UInt8(ascii: "#") } ?? false
  }

  /// Takes a field and stops at what ends it: a separator, a newline or the end.
  private mutating func nextField() throws(CSVError) -> String {
    let start = position
    skipBlanks()
    if take(UInt8(ascii: "\"")) { return try quotedField() }
    while position < bytes.count, !endsField(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Takes the rest of a field whose opening quote was taken, and blanks after it.
  private mutating func quotedField() throws(CSVError) -> String {
    let firstLine = line
    var content: [UInt8] = []
    while true {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") { advance() }
      content += bytes[start..<position]
      guard take(UInt8(ascii: "\"")) else {
        throw CSVError(name, line: firstLine, .unterminatedQuote)
      }
      guard take(UInt8(ascii: "\"")) else { break }
      content.append(UInt8(ascii: "\""))
    }
    skipBlanks()
    if position < bytes.count, !endsField(bytes[position]) {
      let rest = bytes[position...].prefix(200).prefix { !endsField($0) }
      throw CSVError(name, line: line, .textAfterQuote(String(decoding: rest, as: UTF8.self)))
    }
    return String(decoding: content, as: UTF8.self)
  }
}

// MARK: - Bytes

extension CSVReader {
  private func isNewline(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private func endsField(_ byte: UInt8) -> Bool {
    byte == separator || isNewline(byte)
  }

  /// Takes one byte if it is this one.
  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// Passes one byte and counts the line it may end; the two bytes of CRLF end one line.
  private mutating func advance() {
    let byte = bytes[position]
    position += 1
    let isInsideCRLF =
      byte == UInt8(ascii: "\r") && position < bytes.count
      && bytes[position] == UInt8(ascii: "\n")
    if isNewline(byte), !isInsideCRLF { line += 1 }
  }

  private mutating func skipBlanks() {
    while position < bytes.count, isBlank(bytes[position]), bytes[position] != separator {
      position += 1
    }
  }

  private mutating func skipLine() {
    while position < bytes.count, !isNewline(bytes[position]) { position += 1 }
    skipNewline()
  }

  private mutating func skipNewline() {
    guard position < bytes.count else { return }
    if take(UInt8(ascii: "\r")) {
      _ = take(UInt8(ascii: "\n"))
    } else {
      _ = take(UInt8(ascii: "\n"))
    }
    line += 1
  }
}
