/// Reads a JSON text piece by piece, for files too large to be held as a tree of values.
///
/// The caller says what should come next, and everything else is an error with its place:
///
///     var reader = try JSONReader(bytes, name: "vocab.json")
///     try reader.beginObject()
///     var key: [UInt8] = []
///     while try reader.nextKey(into: &key) { ids[key] = try reader.integer() }
///     try reader.finish()
///
/// Strings come as bytes: UTF-8 with all escapes resolved. The rules are those of
/// ``JSONValue/init(parsing:name:)``, except that a key may occur twice: who reads knows what is
/// to become of it.
package struct JSONReader {
  private var parser: JSONParser
  private let bytes: [UInt8]
  private let name: String

  /// Whether the object or array that is being read has had a member.
  private var hasMember = false

  /// Begins to read a text.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - name: What errors call it.
  ///   - repairsLoneSurrogates: Whether half a surrogate pair stands for U+FFFD rather than being an
  ///     error.
  /// - Throws: ``JSONError`` if it is no UTF-8 text.
  package init(
    _ bytes: [UInt8],
    name: String,
    repairsLoneSurrogates: Bool = false
  ) throws(JSONError) {
    self.bytes = bytes
    self.name = name
    parser = JSONParser(bytes: bytes)
    parser.scanner.repairsLoneSurrogates = repairsLoneSurrogates
    do throws(JSONError.Reason) {
      try parser.begin()
    } catch {
      throw place(error)
    }
  }

  /// An error where the reader stands.
  package func place(_ reason: JSONError.Reason) -> JSONError {
    let place = TextPosition(of: parser.scanner.position, in: bytes)
    return JSONError(name, line: place.line, column: place.column, reason)
  }

  private mutating func placing<Result>(
    _ body: (inout JSONParser) throws(JSONError.Reason) -> Result
  ) throws(JSONError) -> Result {
    do throws(JSONError.Reason) {
      return try body(&parser)
    } catch {
      throw place(error)
    }
  }
}

// MARK: - Structure

extension JSONReader {
  /// The byte that the next value begins with, `nil` at the end of the text.
  package mutating func peek() -> UInt8? {
    parser.scanner.skipSpace()
    return parser.scanner.next
  }

  /// Takes the opening of an object.
  package mutating func beginObject() throws(JSONError) {
    try take(UInt8(ascii: "{"), "an object")
  }

  /// Takes the opening of an array.
  package mutating func beginArray() throws(JSONError) {
    try take(UInt8(ascii: "["), "an array")
  }

  private mutating func take(_ byte: UInt8, _ expected: String) throws(JSONError) {
    try placing { parser throws(JSONError.Reason) in
      parser.scanner.skipSpace()
      guard parser.scanner.take(byte) else { throw parser.scanner.unexpected(expected) }
    }
    hasMember = false
  }

  /// Takes the comma before an element of an array, or its end.
  ///
  /// - Returns: Whether an element follows.
  package mutating func nextElement() throws(JSONError) -> Bool {
    try nextMember(UInt8(ascii: "]"), "`,` or `]`")
  }

  /// Takes the next key of an object and its colon, or its end.
  ///
  /// - Parameter key: Becomes the key.
  /// - Returns: Whether a member follows.
  /// - Throws: ``JSONError`` if neither stands here.
  package mutating func nextKey(into key: inout [UInt8]) throws(JSONError) -> Bool {
    guard try nextMember(UInt8(ascii: "}"), "`,` or `}`") else { return false }
    try string(into: &key, expected: "a key in double quotes")
    try placing { parser throws(JSONError.Reason) in
      parser.scanner.skipSpace()
      guard parser.scanner.take(UInt8(ascii: ":")) else {
        throw parser.scanner.unexpected("`:` after a key")
      }
    }
    return true
  }

  private mutating func nextMember(
    _ close: UInt8,
    _ expected: String
  ) throws(JSONError) -> Bool {
    let isFirst = !hasMember
    hasMember = true
    return try placing { parser throws(JSONError.Reason) in
      parser.scanner.skipSpace()
      if parser.scanner.take(close) { return false }
      if isFirst || parser.scanner.take(UInt8(ascii: ",")) { return true }
      throw parser.scanner.unexpected(expected)
    }
  }

  /// Makes sure that nothing follows.
  package mutating func finish() throws(JSONError) {
    try placing { parser throws(JSONError.Reason) in try parser.finish() }
  }
}

// MARK: - Values

extension JSONReader {
  /// Takes a string.
  ///
  /// - Parameters:
  ///   - text: Becomes the string.
  ///   - expected: What an error says should stand here.
  /// - Throws: ``JSONError`` if none stands here.
  package mutating func string(
    into text: inout [UInt8],
    expected: String = "a string"
  ) throws(JSONError) {
    hasMember = true
    text.removeAll(keepingCapacity: true)
    do throws(JSONError.Reason) {
      parser.scanner.skipSpace()
      guard parser.scanner.take(UInt8(ascii: "\"")) else {
        throw parser.scanner.unexpected(expected)
      }
      try parser.scanner.string(into: &text)
    } catch {
      throw place(error)
    }
  }

  /// Takes a whole number.
  package mutating func integer() throws(JSONError) -> Int {
    hasMember = true
    return try placing { parser throws(JSONError.Reason) in
      parser.scanner.skipSpace()
      let start = parser.scanner.position
      if let value = parser.scanner.shortInteger() { return value }
      guard let value = try parser.value().int else {
        parser.scanner.position = start
        throw parser.scanner.unexpected("a whole number")
      }
      return value
    }
  }

  /// Takes any value, with everything in it.
  package mutating func value() throws(JSONError) -> JSONValue {
    let value = try placing { parser throws(JSONError.Reason) in try parser.value() }
    hasMember = true
    return value
  }
}
