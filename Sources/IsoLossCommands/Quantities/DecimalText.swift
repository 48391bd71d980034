/// A decimal number split from what follows it: `1.4` and `T` in `1.4T`.
///
/// Only digits with an optional point and an optional power of ten are taken: no hexadecimal, no
/// `nan`, no digit separators.
struct DecimalText: Hashable {
  /// The digits, point and power of ten.
  var number: Substring

  /// What follows the number.
  var suffix: Substring

  /// Splits a text; `nil` where it does not begin with a number.
  init?(_ text: some StringProtocol) {
    let text = Substring(text)
    var rest = text
    let whole = rest.takeDigits()
    var fraction: Substring = ""
    if rest.first == "." {
      rest.removeFirst()
      fraction = rest.takeDigits()
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    rest = Self.afterPowerOfTen(rest)
    number = text[text.startIndex..<rest.startIndex]
    suffix = rest
  }

  /// What follows `e21` or `E-3`; the text itself where no digits follow, as in the `E` of `5E`.
  private static func afterPowerOfTen(_ text: Substring) -> Substring {
    var rest = text
    guard let letter = rest.popFirst(), letter == "e" || letter == "E" else { return text }
    if rest.first == "+" || rest.first == "-" { rest.removeFirst() }
    return rest.takeDigits().isEmpty ? text : rest
  }

  /// The number times a power of ten, rounded once.
  func value(timesTenTo exponent: Int = 0) throws(QuantityError) -> Double {
    let written = String(number)
    let marker = written.firstIndex { $0 == "e" || $0 == "E" } ?? written.endIndex
    let mantissa = written[..<marker]
    let power =
      marker == written.endIndex ? 0 : Int(written[written.index(after: marker)...]) ?? 9999
    // Adding the exponents as text rounds once; multiplying 0.07 by 1e9 would round twice.
    guard let value = Double("\(mantissa)e\(power.addingClamped(exponent))") else {
      throw .expected("a number", found: written, hint: nil)
    }
    if value.isInfinite { throw .overflow(written) }
    if value == 0, mantissa.contains(where: { ("1"..."9").contains($0) }) {
      throw .underflow(written)
    }
    return value
  }
}

extension Substring {
  fileprivate mutating func takeDigits() -> Substring {
    let digits = prefix { ("0"..."9").contains($0) }
    removeFirst(digits.count)
    return digits
  }
}

extension Int {
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? 9999 : -9999) : Swift.max(-9999, Swift.min(9999, sum))
  }
}
