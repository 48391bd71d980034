extension JSONValue {
  /// How many arrays and objects may stand inside each other.
  public static let maximumDepth = 512

  /// Reads a JSON text.
  ///
  /// RFC 8259 to the letter, with two allowances for what Python writes and editors leave: bare
  /// `NaN`, `Infinity` and `-Infinity` are numbers, and a byte-order mark is passed over. A key
  /// that occurs twice is an error. Time and memory are linear in the text, whatever it holds.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - name: What errors call it.
  /// - Throws: ``JSONError`` at the first thing that is wrong.
  public init(parsing bytes: [UInt8], name: String) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    do throws(JSONError.Reason) {
      self = try parser.parse()
    } catch {
      let place = TextPosition(of: parser.errorOffset, in: bytes)
      throw JSONError(name, line: place.line, column: place.column, error)
    }
  }
}

/// Reads one value with an explicit stack, so that no input can exhaust the thread's.
struct JSONParser {
  var scanner: JSONScanner
  private var stack: [Container] = []

  init(bytes: [UInt8]) { scanner = JSONScanner(bytes: bytes) }

  /// Where the error stands that was thrown.
  var errorOffset: Int { scanner.position }

  /// An array or object that is not closed yet.
  private struct Container {
    let isObject: Bool
    var elements: [JSONValue] = []
    /// The members; the last one may still wait for its value.
    var members = JSONObject()

    var close: UInt8 { isObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }
    var value: JSONValue { isObject ? .object(members) : .array(elements) }
  }

  /// Reads a text that is one value.
  mutating func parse() throws(JSONError.Reason) -> JSONValue {
    try begin()
    let value = try value()
    try finish()
    return value
  }

  /// Makes sure that the bytes are text.
  mutating func begin() throws(JSONError.Reason) { try scanner.refuseOtherThanText() }

  /// Makes sure that nothing follows.
  mutating func finish() throws(JSONError.Reason) {
    scanner.skipSpace()
    guard scanner.isAtEnd else { throw scanner.unexpected("the end of the file") }
  }

  /// Reads the next value, with everything in it.
  mutating func value() throws(JSONError.Reason) -> JSONValue {
    while true {
      scanner.skipSpace()
      guard var value = try openOrScalar() else { continue }
      while let isObject = stack.last?.isObject {
        add(value)
        scanner.skipSpace()
        if scanner.take(UInt8(ascii: ",")) {
          if isObject { try beginMember(orClose: false) }
          break
        }
        guard scanner.take(stack[stack.count - 1].close) else {
          throw scanner.unexpected(isObject ? "`,` or `}`" : "`,` or `]`")
        }
        value = stack.removeLast().value
      }
      if stack.isEmpty { return value }
    }
  }

  /// Takes a scalar or an empty container; `nil` after the opening of one that holds something.
  private mutating func openOrScalar() throws(JSONError.Reason) -> JSONValue? {
    let isObject = scanner.next == UInt8(ascii: "{")
    guard isObject || scanner.next == UInt8(ascii: "[") else { return try scanner.scalar() }
    guard stack.count < JSONValue.maximumDepth else {
      throw .tooDeep(limit: JSONValue.maximumDepth)
    }
    scanner.advance()
    scanner.skipSpace()
    if scanner.take(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      return isObject ? .object(JSONObject()) : .array([])
    }
    stack.append(Container(isObject: isObject))
    if isObject { try beginMember(orClose: true) }
    return nil
  }

  /// Takes a key and its colon.
  private mutating func beginMember(orClose: Bool) throws(JSONError.Reason) {
    scanner.skipSpace()
    let start = scanner.position
    guard scanner.take(UInt8(ascii: "\"")) else {
      throw scanner.unexpected("a key in double quotes" + (orClose ? " or `}`" : ""))
    }
    let key = try scanner.string()
    guard stack[stack.count - 1].members.append(key: key, value: .null) else {
      scanner.position = start
      throw .duplicateKey(key)
    }
    scanner.skipSpace()
    guard scanner.take(UInt8(ascii: ":")) else { throw scanner.unexpected("`:` after a key") }
  }

  /// Puts a value into the innermost container, in place.
  private mutating func add(_ value: JSONValue) {
    let top = stack.count - 1
    if stack[top].isObject {
      stack[top].members.setLast(value)
    } else {
      stack[top].elements.append(value)
    }
  }
}
