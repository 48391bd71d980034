/// A decimal numeral taken apart: a significand, and the power of ten it is multiplied by.
///
/// Both readers of numbers share it, so that a table and a JSON file give the same bits for the same
/// digits, on every system and in time linear in the digits.
struct DecimalText {
  /// The grammar's parts that were present.
  private(set) var hasFraction = false
  private(set) var hasExponent = false
  private(set) var isNegative = false

  /// The significant digits, without leading zeros.
  private var digits: [UInt8] = []
  /// Whether a digit other than 0 was left out of ``digits``.
  private var isInexact = false
  /// The power of ten of the last digit in ``digits``.
  private var scale = 0

  /// More digits cannot change the nearest Double: no midpoint of two has more than 767.
  private static let maximumDigits = 800
  /// Far beyond every exponent that matters, and far from overflow when lengths are added.
  private static let maximumExponent = 1 << 50

  /// Takes a numeral apart; `nil` unless all of it is
  /// `[+-] digits [. digits] [(e|E) [+-] digits]` with a digit before or after the point.
  init?(_ text: ArraySlice<UInt8>) {
    var rest = text
    isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    var digitCount = takeDigits(&rest, scaleStep: 0)
    if rest.first == UInt8(ascii: ".") {
      hasFraction = true
      rest.removeFirst()
      digitCount += takeDigits(&rest, scaleStep: -1)
    }
    guard digitCount > 0 else { return nil }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      hasExponent = true
      rest.removeFirst()
      guard let exponent = Self.takeExponent(&rest) else { return nil }
      scale += exponent
    }
    guard rest.isEmpty else { return nil }
  }

  /// Takes digits off the front and returns how many there were.
  private mutating func takeDigits(_ rest: inout ArraySlice<UInt8>, scaleStep: Int) -> Int {
    let start = rest.startIndex
    while let byte = rest.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
      rest.removeFirst()
      if digits.isEmpty, byte == UInt8(ascii: "0") {
        scale += scaleStep
      } else if digits.count < Self.maximumDigits {
        digits.append(byte)
        scale += scaleStep
      } else {
        isInexact = isInexact || byte != UInt8(ascii: "0")
        scale += scaleStep + 1
      }
    }
    return rest.startIndex - start
  }

  private static func takeExponent(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    guard !rest.isEmpty else { return nil }
    var exponent = 0
    while let byte = rest.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
      rest.removeFirst()
      exponent = min(maximumExponent, 10 * exponent + Int(byte - UInt8(ascii: "0")))
    }
    return isNegative ? -exponent : exponent
  }
}

// MARK: - Values

extension DecimalText {
  /// The value as an integer, `nil` if it was written with a fraction or exponent, is beyond 64
  /// bits, or is the negative zero that only a Double can hold.
  var integer: Int? {
    guard !hasFraction, !hasExponent, digits.count <= 19 else { return nil }
    if digits.isEmpty { return isNegative ? nil : 0 }
    return Int((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self))
  }

  /// The nearest Double, `nil` where that would be infinite, or zero for a numeral that is not.
  var double: Double? {
    if digits.isEmpty { return isNegative ? -0.0 : 0.0 }
    let magnitude = exactMagnitude ?? nearestMagnitude
    guard magnitude.isFinite, magnitude > 0 else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  /// Up to 15 digits and powers of ten up to 22 are exact in Double, so that one rounding remains.
  private var exactMagnitude: Double? {
    guard digits.count <= 15, -22...22 ~= scale else { return nil }
    let significand = digits.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
    let power = powersOfTen[abs(scale)]
    return scale < 0 ? Double(significand) / power : Double(significand) * power
  }

  /// Digits left out stand as one final 1: they decide only on which side of a midpoint we are.
  private var nearestMagnitude: Double {
    let rest = isInexact ? "1e\(scale - 1)" : "e\(scale)"
    return Double(String(decoding: digits, as: UTF8.self) + rest) ?? .nan
  }
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
