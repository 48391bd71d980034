extension JSONValue {
  /// How JSON text is laid out.
  public enum Layout: Sendable, Hashable {
    /// For people: two spaces a level, arrays of scalars on one line.
    case pretty
    /// Everything on one line without spaces, as a line of a log.
    case compact
  }

  /// The value as JSON text, without a newline at its end.
  ///
  /// Keys stand in their order and numbers are written with the fewest digits that read back as the
  /// same bits, so that equal values give equal bytes. Numbers that JSON does not have, NaN and
  /// infinities, become `null`; ``nonFinitePaths`` names them.
  ///
  /// - Parameter layout: For people or for one line.
  /// - Returns: The text.
  public func serialized(_ layout: Layout = .pretty) -> String {
    var writer = JSONWriter(layout: layout)
    writer.write(self, indentation: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// Appends values to a text.
private struct JSONWriter {
  var bytes: [UInt8] = []
  let layout: JSONValue.Layout

  init(layout: JSONValue.Layout) { self.layout = layout }

  mutating func write(_ value: JSONValue, indentation: Int) {
    switch value {
    case .null: put("null")
    case .bool(let value): put(value ? "true" : "false")
    case .integer(let value): put(value.description)
    case .number(let value): put(value.isFinite ? value.description : "null")
    case .string(let value): writeString(value)
    case .array(let elements):
      let isOneLine = layout == .compact || elements.allSatisfy(\.isScalar)
      writeList("[", "]", elements, indentation, isOneLine) { writer, element, indentation in
        writer.write(element, indentation: indentation)
      }
    case .object(let object):
      let isOneLine = layout == .compact || object.isEmpty
      writeList("{", "}", object.members, indentation, isOneLine) { writer, member, indentation in
        writer.writeString(member.key)
        writer.put(writer.layout == .compact ? ":" : ": ")
        writer.write(member.value, indentation: indentation)
      }
    }
  }

  /// Writes the elements of an array or the members of an object between brackets.
  private mutating func writeList<Element>(
    _ open: String,
    _ close: String,
    _ elements: [Element],
    _ indentation: Int,
    _ isOneLine: Bool,
    _ write: (inout Self, Element, Int) -> Void
  ) {
    put(open)
    for (position, element) in elements.enumerated() {
      if position > 0 { put(isOneLine && layout == .pretty ? ", " : ",") }
      if !isOneLine { beginLine(indentation + 1) }
      write(&self, element, indentation + 1)
    }
    if !isOneLine { beginLine(indentation) }
    put(close)
  }

  private mutating func beginLine(_ indentation: Int) {
    bytes.append(UInt8(ascii: "\n"))
    bytes += repeatElement(UInt8(ascii: " "), count: 2 * indentation)
  }

  private mutating func put(_ text: String) { bytes += text.utf8 }

  /// Escapes what RFC 8259 asks for, section 7: quote, backslash and control characters.
  private mutating func writeString(_ text: String) {
    put("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x08: put("\\b")
      case 0x09: put("\\t")
      case 0x0A: put("\\n")
      case 0x0C: put("\\f")
      case 0x0D: put("\\r")
      case 0..<0x20: put(byte < 0x10 ? "\\u000" : "\\u00"); put(String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    put("\"")
  }
}

extension JSONValue {
  /// Whether this is neither an array nor an object.
  fileprivate var isScalar: Bool { array == nil && object == nil }
}

// MARK: - What JSON cannot hold

extension JSONValue {
  /// The paths of the numbers that are written as `null`, such as `total.perplexity` or
  /// `files[2].x`; `.` is the value itself.
  public var nonFinitePaths: [String] {
    relativeNonFinitePaths.map { path in
      path.isEmpty ? "." : path.hasPrefix(".") ? String(path.dropFirst()) : path
    }
  }

  /// The paths, each step with what joins it to the one before: `.total.perplexity`.
  private var relativeNonFinitePaths: [String] {
    switch self {
    case .number(let value): value.isFinite ? [] : [""]
    case .array(let elements):
      elements.enumerated().flatMap { position, element in
        element.relativeNonFinitePaths.map { "[\(position)]" + $0 }
      }
    case .object(let object):
      object.members.flatMap { member in
        member.value.relativeNonFinitePaths.map { member.pathStep + $0 }
      }
    default: []
    }
  }
}

extension JSONObject.Member {
  /// `.key`, or `["a key"]` for one that is no identifier.
  fileprivate var pathStep: String {
    let isIdentifier =
      key.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) } ?? false
      && key.unicodeScalars.allSatisfy {
        $0 == "_" || $0.properties.isAlphabetic || "0"..."9" ~= $0
      }
    return isIdentifier ? ".\(key)" : "[\(JSONValue.string(key).serialized())]"
  }
}
