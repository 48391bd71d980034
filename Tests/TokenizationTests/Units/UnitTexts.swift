import TestSupport
import Tokenization

/// Texts for tests of characters and words.
enum UnitTexts {
  /// The bytes that hexadecimal digits stand for.
  static func bytes(_ digits: String) -> [UInt8] {
    let values = digits.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  /// Short texts of letters, white space, characters of several bytes, and bytes that are no text.
  static func random(count: Int) -> [[UInt8]] {
    let parts: [[UInt8]] = [
      [0x61], [0x62], [0x20], [0x20, 0x20], [0x0A], [0x0D, 0x0A], [0x09], [0x00], [0xFF],
      [0xE2, 0x82], Array("é".utf8), Array("e\u{301}".utf8), Array("灯".utf8), Array("🗼".utf8),
      [0x80], [0xED, 0xA0, 0x80],
    ]
    var generator = FuzzGenerator(seed: 5)
    return (0..<count).map { _ in
      (0..<Int.random(in: 0...20, using: &generator)).flatMap { _ in
        parts.randomElement(using: &generator) ?? []
      }
    }
  }

  /// A text with its lines' words joined by single spaces.
  static func joined(_ text: [UInt8]) -> [UInt8] {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      line.split { $0 == 0x20 || (0x09...0x0D).contains($0) }.joined(separator: [0x20])
    }
    return Array(lines.joined(separator: [0x0A]))
  }
}
