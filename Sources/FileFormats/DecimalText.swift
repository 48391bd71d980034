/// A decimal numeral taken apart: a significand, and the power of ten it is multiplied by.
///
/// Both readers of numbers share it, so that a table and a JSON file give the same bits for the same
/// digits, on every system and in time linear in the digits.
struct DecimalText {
  /// Whether the numeral has neither point nor exponent.
  private var isWhole = true
  private var isNegative = false

  /// The first significant digits, as many as surely fit.
  private var significand: UInt64 = 0
  /// How many significant digits there are, leading zeros not counted.
  private var digitCount = 0
  /// The power of ten of the last significant digit.
  private var scale = 0
  /// The numeral without its exponent, for the rare ones that are longer than ``significand``.
  private var mantissa: ArraySlice<UInt8> = []

  /// Nineteen digits fit 64 bits.
  private static let shortDigitCount = 19
  /// More digits cannot change the nearest Double: no midpoint of two has more than 767.
  private static let maximumDigitCount = 800
  /// Far beyond every exponent that matters, and far from overflow when lengths are added.
  private static let maximumExponent = 1 << 50

  /// Takes a numeral apart; `nil` unless all of it is
  /// `[+-] digits [. digits] [(e|E) [+-] digits]` with a digit before or after the point.
  init?(_ text: ArraySlice<UInt8>) {
    var position = Self.skipSign(text, text.startIndex)
    isNegative = text.first == UInt8(ascii: "-")
    let start = position
    takeDigits(text, &position, scaleStep: 0)
    var pointCount = 0
    if position < text.endIndex, text[position] == UInt8(ascii: ".") {
      isWhole = false
      pointCount = 1
      position += 1
      takeDigits(text, &position, scaleStep: -1)
    }
    guard position - start > pointCount else { return nil }
    mantissa = text[start..<position]
    if position < text.endIndex, text[position] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      guard let exponent = Self.exponent(text, &position) else { return nil }
      scale += exponent
    }
    guard position == text.endIndex else { return nil }
  }

  private mutating func takeDigits(
    _ text: ArraySlice<UInt8>,
    _ position: inout Int,
    scaleStep: Int
  ) {
    while position < text.endIndex, let digit = digitValue(text[position]) {
      position += 1
      scale += scaleStep
      guard digit > 0 || digitCount > 0 else { continue }
      digitCount += 1
      if digitCount <= Self.shortDigitCount { significand = 10 * significand + UInt64(digit) }
    }
  }

  /// Takes the letter, sign and digits of an exponent.
  private static func exponent(_ text: ArraySlice<UInt8>, _ position: inout Int) -> Int? {
    let start = skipSign(text, position + 1)
    let isNegative = start > position + 1 && text[position + 1] == UInt8(ascii: "-")
    position = start
    var exponent = 0
    while position < text.endIndex, let digit = digitValue(text[position]) {
      position += 1
      exponent = min(maximumExponent, 10 * exponent + Int(digit))
    }
    return position == start ? nil : isNegative ? -exponent : exponent
  }

  private static func skipSign(_ text: ArraySlice<UInt8>, _ position: Int) -> Int {
    guard position < text.endIndex else { return position }
    return position
      + (text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") ? 1 : 0)
  }
}

/// The value of a decimal digit.
private func digitValue(_ byte: UInt8) -> UInt8? {
  let value = byte &- UInt8(ascii: "0")
  return value < 10 ? value : nil
}

// MARK: - Values

extension DecimalText {
  /// The value as an integer, `nil` if it was written with a fraction or exponent, is beyond 64
  /// bits, or is the negative zero that only a Double can hold.
  var integer: Int? {
    guard isWhole, digitCount <= Self.shortDigitCount else { return nil }
    guard isNegative else { return Int(exactly: significand) }
    return significand == 0 ? nil : Int(exactly: -Int128(significand))
  }

  /// The nearest Double, `nil` where that would be infinite, or zero for a numeral that is not.
  var double: Double? {
    guard digitCount > 0 else { return isNegative ? -0.0 : 0.0 }
    let magnitude = digitCount > Self.shortDigitCount ? longMagnitude : shortMagnitude
    guard magnitude.isFinite, magnitude > 0 else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  /// Significands up to 2^53 and powers of ten up to 10^22 are exact in Double, so that one rounding
  /// remains (Clinger 1990); the C library does the others.
  private var shortMagnitude: Double {
    guard significand <= 1 << 53, -22...22 ~= scale else {
      return Double("\(significand)e\(scale)") ?? .nan
    }
    let power = powersOfTen[abs(scale)]
    return scale < 0 ? Double(significand) / power : Double(significand) * power
  }

  /// Digits beyond the maximum stand as one final 1 unless all are zeros: they only decide on which
  /// side of a midpoint the number is.
  private var longMagnitude: Double {
    let digits = mantissa.filter { $0 != UInt8(ascii: ".") }.drop { $0 == UInt8(ascii: "0") }
    var kept = Array(digits.prefix(Self.maximumDigitCount))
    let rest = digits.dropFirst(kept.count)
    var scale = scale + rest.count
    if rest.contains(where: { $0 != UInt8(ascii: "0") }) {
      kept.append(UInt8(ascii: "1"))
      scale -= 1
    }
    return Double(String(decoding: kept, as: UTF8.self) + "e\(scale)") ?? .nan
  }
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
