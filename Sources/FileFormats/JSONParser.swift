extension JSONValue {
  /// Reads a JSON text.
  public init(parsing bytes: [UInt8], name: String) throws(JSONError) {
    throw JSONError(name: name, line: 1, column: 1, reason: .unexpected(expected: "", found: ""))
  }
}
