/// The base64 of RFC 4648, with its padding.
package enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  /// The value of each digit; -1 for other bytes.
  static let values: [Int8] = {
    var values = [Int8](repeating: -1, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = Int8(value) }
    return values
  }()

  /// The text that stands for bytes.
  package static func encode(_ bytes: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var position = bytes.startIndex
    while position < bytes.endIndex {
      let group = bytes[position..<min(position + 3, bytes.endIndex)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for digit in 0..<4 {
        let value = Int(bits >> UInt32(18 - 6 * digit) & 63)
        text.append(digit > group.count ? UInt8(ascii: "=") : digits[value])
      }
      position += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that a text stands for; `nil` if it is no base64.
  package static func decode(_ text: [UInt8]) -> [UInt8]? {
    let content = text.prefix { $0 != UInt8(ascii: "=") }
    guard text.count % 4 == 0, text.count - content.count <= 2,
      text[content.endIndex...].allSatisfy({ $0 == UInt8(ascii: "=") })
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(content.count * 3 / 4)
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for digit in content {
      let value = values[Int(digit)]
      guard value >= 0 else { return nil }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    return bits & (1 << bitCount - 1) == 0 ? bytes : nil
  }
}
