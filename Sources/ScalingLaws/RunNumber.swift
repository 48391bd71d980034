import FileFormats

/// The suffixes of counts as people write them, `70B` and `1.4T`.
package enum CountSuffix {
  /// Each suffix with its power of ten; case matters.
  package static let all: [(name: String, exponent: Int)] = [
    ("k", 3), ("M", 6), ("B", 9), ("G", 9), ("T", 12), ("P", 15), ("E", 18),
  ]
}

/// A number as a cell of a run table holds it, read only where it has one meaning.
///
/// Besides plain decimals: digits in proper groups of three, `1,000,000`, `1_000` or `1 000`, and for
/// counts a suffix, `70B`. One comma is refused, as `1,000` may be a thousand or one, and so is
/// `1.000.000`: in the table it stands in, `1.000` would silently be read as 1.
enum RunNumber: Hashable {
  /// A finite number.
  case value(Double)

  /// Two meanings, each written so that it has only one.
  case ambiguous(readings: [String])

  /// No number, but for a slip; the text is what was probably meant.
  case slip(meant: String)

  /// No number.
  case none

  /// Reads a field.
  ///
  /// - Parameters:
  ///   - field: The field; spaces around it do not count.
  ///   - isCount: Whether suffixes may stand there.
  init(reading field: String, isCount: Bool) {
    if let value = CSVNumber.parse(field) {
      self = .value(value)
      return
    }
    // No number people write is longer, and a hostile field costs no more than this.
    guard field.utf8.count <= 80 else {
      self = .none
      return
    }
    let bytes = Self.normalized(field)
    if let value = CSVNumber.parse(String(decoding: bytes, as: UTF8.self)) {
      self = .value(value)
    } else if let last = bytes.last, isCount, Self.isLetter(last) {
      self = Self.suffixed(bytes)
    } else {
      self = Self.grouped(bytes)
    }
  }

  /// The number, where the field is one.
  var value: Double? {
    if case .value(let value) = self { value } else { nil }
  }
}

// MARK: - Suffixes

extension RunNumber {
  private static func suffixed(_ bytes: [UInt8]) -> RunNumber {
    let letter = String(decoding: bytes.suffix(1), as: UTF8.self)
    var digits = bytes.dropLast()
    if digits.last == UInt8(ascii: " ") { digits.removeLast() }
    let number = String(decoding: digits, as: UTF8.self)
    // An exponent and a suffix on top is nothing that people write.
    guard !digits.contains(where: { isLetter($0) || isSpace($0) }), CSVNumber.parse(number) != nil
    else { return .none }
    if let suffix = CountSuffix.all.first(where: { $0.name == letter }) {
      // Joined as text the number is rounded once; multiplied by 1e9 it would be twice.
      return CSVNumber.parse("\(number)e\(suffix.exponent)").map { .value($0) } ?? .none
    }
    if letter == "m" { return .ambiguous(readings: ["\(number)M", "\(number)e-3"]) }
    let meant = CountSuffix.all.first { $0.name.lowercased() == letter.lowercased() }
    return meant.map { .slip(meant: number + $0.name) } ?? .none
  }
}

// MARK: - Groups

extension RunNumber {
  private static let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "_"), 0x20]

  private static func grouped(_ bytes: [UInt8]) -> RunNumber {
    guard let separator = separators.first(where: bytes.contains) else { return .none }
    let parts = bytes.split(separator: separator, omittingEmptySubsequences: false)
    let isComma = separator == UInt8(ascii: ",")
    if isComma, parts.count == 2, !bytes.contains(UInt8(ascii: ".")) {
      return oneComma(String(decoding: bytes, as: UTF8.self))
    }
    var whole = parts
    let last = whole.removeLast()
    // Only the last group may have a fraction, and none an exponent.
    let point = last.firstIndex(of: UInt8(ascii: ".")) ?? last.endIndex
    whole.append(last[..<point])
    guard let first = whole.first, isGroupStart(first),
      whole.dropFirst().allSatisfy({ $0.count == 3 && $0.allSatisfy(isDigit) }),
      last[point...].dropFirst().allSatisfy(isDigit)
    else { return .none }
    let digits = String(decoding: bytes.filter { $0 != separator }, as: UTF8.self)
    return CSVNumber.parse(digits).map { .value($0) } ?? .none
  }

  /// A decimal comma, or one between thousands.
  private static func oneComma(_ text: String) -> RunNumber {
    let (point, joined) = (text.replacing(",", with: "."), text.replacing(",", with: ""))
    guard CSVNumber.parse(point) != nil, CSVNumber.parse(joined) != nil else { return .none }
    return .ambiguous(readings: [point, joined])
  }

  /// One to three digits after an optional sign, the first of them no zero.
  private static func isGroupStart(_ bytes: ArraySlice<UInt8>) -> Bool {
    let digits = bytes.first.map { $0 == 0x2B || $0 == 0x2D } ?? false ? bytes.dropFirst() : bytes
    return 1...3 ~= digits.count && digits.allSatisfy(isDigit) && digits.first != UInt8(ascii: "0")
  }
}

// MARK: - Bytes

extension RunNumber {
  /// The field with ASCII spaces for the no-break, thin and figure ones of spreadsheets, none outside.
  private static func normalized(_ field: String) -> [UInt8] {
    let spaces: Set<UInt32> = [0x09, 0x20, 0xA0, 0x2007, 0x2009, 0x202F]
    let scalars = field.unicodeScalars.map { spaces.contains($0.value) ? " " : $0 }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return Array(trimmed(String(text)[...]).utf8)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 }
  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}
