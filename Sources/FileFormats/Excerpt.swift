/// A piece of the user's text for an error message: in backticks, short, and on one line.
///
/// Control characters are escaped, so that a hostile file cannot steer the terminal.
package func excerpt(_ text: some StringProtocol, limit: Int = 40) -> String {
  let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
  let isCut = text.unicodeScalars.dropFirst(limit).first != nil
  return "`\(start.escapedForTerminal)\(isCut ? "…" : "")`"
}

extension StringProtocol {
  /// The text with control characters and changes of direction escaped: on one line, and unable to
  /// steer a terminal.
  public var escapedForTerminal: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
        escaped += scalar.escaped(asASCII: true)
      default:
        escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

/// Where a byte stands in a text: line and character, both counted from 1.
///
/// Lines end at LF, CRLF or a lone CR; a character is a Unicode scalar.
struct TextPosition: Hashable {
  var line = 1
  var column = 1

  init(of offset: Int, in bytes: [UInt8]) {
    var lineStart = bytes.starts(with: MistakenInput.byteOrderMark) ? 3 : 0
    for index in 0..<min(offset, bytes.count) {
      let isNewline =
        bytes[index] == UInt8(ascii: "\n")
        || bytes[index] == UInt8(ascii: "\r")
          && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n"))
      if isNewline {
        line += 1
        lineStart = index + 1
      }
    }
    guard lineStart < offset else { return }
    // Continuation bytes, 10xxxxxx, begin no character.
    column += bytes[lineStart..<min(offset, bytes.count)].count { $0 & 0xC0 != 0x80 }
  }
}

/// The offset of the first byte that no valid UTF-8 sequence covers, `nil` if there is none.
func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
  do throws(UTF8.ValidationError) {
    _ = try UTF8Span(validating: bytes.span)
    return nil
  } catch {
    return error.byteOffsets.lowerBound
  }
}
