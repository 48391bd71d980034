import IsoLoss

/// A line of JSON Lines that holds a text: an object with `text`, or with `base64` for any bytes.
enum TextLine {
  /// The text of a line.
  ///
  /// Half a surrogate pair, which programs write that cut texts in UTF-16, is U+FFFD.
  ///
  /// - Throws: ``CommandError`` and `JSONError` with the line's place.
  static func text(of line: [UInt8], file: String, number: Int) throws -> [UInt8] {
    let place = "\(file):\(number)"
    guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else {
      throw CommandError("\(place): \(expected), found an empty line")
    }
    var text: [UInt8]?
    var encoded: [UInt8]?
    do throws(JSONError) {
      var reader = try JSONReader(line, name: file, repairsLoneSurrogates: true)
      try reader.beginObject()
      var key: [UInt8] = []
      while try reader.nextKey(into: &key) {
        switch String(decoding: key, as: UTF8.self) {
        case "text": try take(&reader, "text", into: &text)
        case "base64": try take(&reader, "base64", into: &encoded)
        default: _ = try reader.value()
        }
      }
      try reader.finish()
    } catch {
      throw JSONError(file, line: number, column: error.column, error.reason)
    }
    switch (text, encoded) {
    case (let text?, nil): return text
    case (nil, let encoded?):
      guard let bytes = Base64.decode(encoded) else {
        throw CommandError("\(place): `base64` holds no base64")
      }
      return bytes
    case (nil, nil): throw CommandError("\(place): \(expected), found an object with neither")
    default: throw CommandError("\(place): \(expected), found an object with both")
    }
  }

  private static let expected = "expected an object with `text` or `base64`"

  private static func take(
    _ reader: inout JSONReader,
    _ key: String,
    into value: inout [UInt8]?
  ) throws(JSONError) {
    var bytes: [UInt8] = []
    guard value == nil else { throw reader.place(.duplicateKey(key)) }
    try reader.string(into: &bytes)
    value = bytes
  }

  /// The line that holds a text: as `text` where it is UTF-8, else as `base64`.
  static func line(of bytes: [UInt8]) -> String {
    let object: JSONObject
    if let text = String(validating: bytes, as: UTF8.self) {
      object = ["text": .string(text)]
    } else {
      object = ["base64": .string(Base64.encode(bytes[...]))]
    }
    return JSONValue.object(object).serialized(.compact) + "\n"
  }
}
