/// Takes the tokens of a JSON text, one after the other.
struct JSONScanner {
  private let bytes: [UInt8]

  /// The next byte's offset; after an error, where it stands.
  var position: Int

  /// Whether half a surrogate pair stands for U+FFFD rather than being an error.
  var repairsLoneSurrogates = false

  init(bytes: [UInt8]) {
    self.bytes = bytes
    position = MistakenInput.hasByteOrderMark(bytes) ? 3 : 0
  }

  /// Throws unless the bytes are UTF-8; all that follows relies on it.
  mutating func refuseOtherThanText() throws(JSONError.Reason) {
    if let kind = MistakenInput.detect(firstBytes: bytes) { throw .mistaken(kind) }
    if let offset = firstInvalidUTF8(in: bytes) {
      position = offset
      throw .invalidUTF8
    }
  }

  /// A piece of the text.
  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  var isAtEnd: Bool { position == bytes.count }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func advance() { position += 1 }

  /// Takes one byte if it is this one.
  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }
}

// MARK: - Scalars

extension JSONScanner {
  /// Takes a string, a number or a name such as `true`.
  mutating func scalar() throws(JSONError.Reason) -> JSONValue {
    if take(UInt8(ascii: "\"")) { return .string(try string()) }
    if let next, next == UInt8(ascii: "-") || isDigit(next) { return try number() }
    for (word, value) in Self.words where take(word) { return value }
    throw unexpected("a value")
  }

  private static let words: [([UInt8], JSONValue)] = [
    (Array("true".utf8), .bool(true)), (Array("false".utf8), .bool(false)),
    (Array("null".utf8), .null), (Array("NaN".utf8), .number(.nan)),
    (Array("Infinity".utf8), .number(.infinity)),
  ]

  private mutating func take(_ word: [UInt8]) -> Bool {
    guard bytes[position...].starts(with: word) else { return false }
    position += word.count
    return true
  }

  /// Takes a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  private mutating func number() throws(JSONError.Reason) -> JSONValue {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if position > start, take(Array("Infinity".utf8)) { return .number(-.infinity) }
    if take(UInt8(ascii: "0")) {
      if let next, isDigit(next) { throw unexpected("no digit after a leading 0") }
    } else {
      try skipDigits()
    }
    if take(UInt8(ascii: ".")) { try skipDigits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
      try skipDigits()
    }
    return try value(ofNumber: bytes[start..<position])
  }

  private mutating func value(ofNumber text: ArraySlice<UInt8>) throws(JSONError.Reason)
    -> JSONValue
  {
    let decimal = DecimalText(text)
    if let integer = decimal?.integer { return .integer(integer) }
    guard let double = decimal?.double else {
      position = text.startIndex
      throw .numberOutOfRange(String(decoding: text.prefix(200), as: UTF8.self))
    }
    return .number(double)
  }

  private mutating func skipDigits() throws(JSONError.Reason) {
    guard let first = next, isDigit(first) else { throw unexpected("a digit") }
    while let byte = next, isDigit(byte) { position += 1 }
  }

  /// Takes a whole number of at most nine digits that nothing makes a longer one; `nil`, with
  /// nothing taken, for any other.
  mutating func shortInteger() -> Int? {
    var end = position
    var value = 0
    while end < bytes.count, end - position < 9, isDigit(bytes[end]) {
      value = 10 * value + Int(bytes[end] - UInt8(ascii: "0"))
      end += 1
    }
    let hasLeadingZero = end - position > 1 && bytes[position] == UInt8(ascii: "0")
    guard end > position, end < bytes.count, !hasLeadingZero else { return nil }
    switch bytes[end] {
    case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D:
      position = end
      return value
    default: return nil
    }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }
}

// MARK: - Strings

extension JSONScanner {
  /// Takes the rest of a string whose opening quote was taken.
  mutating func string() throws(JSONError.Reason) -> String {
    let start = position
    skipPlain()
    if next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return text(start..<position)
    }
    var content: [UInt8] = []
    position = start
    try string(into: &content)
    return String(decoding: content, as: UTF8.self)
  }

  /// Appends the rest of a string whose opening quote was taken.
  mutating func string(into content: inout [UInt8]) throws(JSONError.Reason) {
    while true {
      let start = position
      skipPlain()
      content += bytes[start..<position]
      guard let byte = next else {
        throw .unexpected(expected: "a closing `\"`", found: "the end of the file")
      }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): try escape(into: &content)
      default: throw .controlCharacter(byte)
      }
    }
  }

  /// Passes everything that stands for itself in a string.
  private mutating func skipPlain() {
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      position += 1
    }
  }
}

// MARK: - Escapes

extension JSONScanner {
  /// Takes a backslash and what it escapes.
  private mutating func escape(into content: inout [UInt8]) throws(JSONError.Reason) {
    let start = position
    position += 1
    guard let letter = next else { return }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      guard let unit = hexUnit() else { throw wrongEscape(at: start, length: 6) }
      content += Array(String(try scalar(of: unit, at: start)).utf8)
    default: throw wrongEscape(at: start, length: 2)
    }
  }

  /// The character of an escaped UTF-16 unit and, if it is the first half of a pair, its second.
  private mutating func scalar(
    of unit: UInt16,
    at start: Int
  ) throws(JSONError.Reason) -> Unicode.Scalar {
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let end = position
    if UTF16.isLeadSurrogate(unit), take(Array("\\u".utf8)), let trail = hexUnit(),
      UTF16.isTrailSurrogate(trail)
    {
      return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }
    if repairsLoneSurrogates {
      position = end
      return "\u{FFFD}"
    }
    position = start
    throw .loneSurrogate(String(decoding: bytes[start..<end], as: UTF8.self))
  }

  /// Takes four hexadecimal digits, or nothing.
  private mutating func hexUnit() -> UInt16? {
    guard bytes.count - position >= 4 else { return nil }
    var unit: UInt16 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = 16 * unit + UInt16(digit)
    }
    position += 4
    return unit
  }

  private mutating func wrongEscape(at start: Int, length: Int) -> JSONError.Reason {
    position = start
    return .invalidEscape(String(decoding: bytes[start...].prefix(length), as: UTF8.self))
  }
}

// MARK: - Errors

extension JSONScanner {
  /// The error that something else stands here.
  func unexpected(_ expected: String) -> JSONError.Reason {
    guard let first = next else {
      return .unexpected(expected: expected, found: "the end of the file")
    }
    // A whole word says more than its first letter: `True`, `undefined`.
    let word = bytes[position...].prefix(200).prefix(while: isWordByte)
    return .unexpected(
      expected: expected,
      found: word.isEmpty
        ? excerpt(
          String(decoding: bytes[position...].prefix(max(1, sequenceLength(first))), as: UTF8.self)
        )
        : excerpt(String(decoding: word, as: UTF8.self))
    )
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// How many bytes the UTF-8 sequence has that begins with `byte`: its leading ones.
  private func sequenceLength(_ byte: UInt8) -> Int { (~byte).leadingZeroBitCount }
}
