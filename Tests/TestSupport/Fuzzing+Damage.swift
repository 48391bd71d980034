/// Ways to damage a file.
extension Fuzzing {
  /// A copy with a few bytes changed, removed, doubled or put in, mostly bytes that mean something.
  public static func mutated(
    _ bytes: [UInt8],
    meaningful: [UInt8],
    using generator: inout FuzzGenerator
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let byte =
        Bool.random(using: &generator)
        ? meaningful.randomElement(using: &generator) ?? 0
        : UInt8.random(in: 0...255, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0 where place < bytes.count: bytes[place] = byte
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.removeSubrange(place...)
      default: bytes.insert(byte, at: place)
      }
    }
    return bytes
  }

  /// A copy that is wrong in one to three places: a bit, a stretch, a number or the end.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - others: Files of which a part may be put in.
  ///   - generator: Random numbers.
  /// - Returns: The copy.
  public static func damaged(
    _ file: [UInt8],
    others: [[UInt8]],
    using generator: inout FuzzGenerator
  ) -> [UInt8] {
    var bytes = file
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let stretch = stretch(of: bytes, using: &generator)
      switch Int.random(in: 0..<16, using: &generator) {
      case 0: bytes.removeSubrange(stretch.lowerBound...)
      case 1, 2: bytes.removeSubrange(stretch)
      case 3, 4: bytes.insert(contentsOf: bytes[stretch], at: stretch.lowerBound)
      case 5:
        let other = others.randomElement(using: &generator) ?? []
        bytes.replaceSubrange(stretch, with: other[Self.stretch(of: other, using: &generator)])
      case 6:
        let random = stretch.prefix(40).map { _ in UInt8.random(in: 0...255, using: &generator) }
        bytes.insert(contentsOf: random, at: stretch.lowerBound)
      case 7, 8, 9, 10: replaceDigits(of: &bytes, from: stretch.lowerBound, using: &generator)
      case 11, 12, 13: overwriteNumber(of: &bytes, at: stretch.lowerBound, using: &generator)
      default:
        guard stretch.lowerBound < bytes.count else { continue }
        bytes[stretch.lowerBound] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    }
    return bytes
  }

  /// A place, and mostly a few bytes from there.
  private static func stretch(
    of bytes: [UInt8],
    using generator: inout FuzzGenerator
  ) -> Range<Int> {
    let start = Int.random(in: 0...bytes.count, using: &generator)
    let most = Bool.random(using: &generator) ? 16 : bytes.count
    let length = Int.random(in: 0...min(most, bytes.count - start), using: &generator)
    return start..<start + length
  }

  private static let absurdNumerals = [
    "-1", "0", "00", "1", "255", "256", "257", "65536", "2097150", "2097151", "4294967295",
    "4294967296", "9223372036854775807", "18446744073709551616", "1e400", "0.5", "1e3", "NaN",
    "null", "\"\"", "[]", "true",
  ].map { Array($0.utf8) }

  /// Puts another number, or what is none, in the place of the next digits.
  private static func replaceDigits(
    of bytes: inout [UInt8],
    from start: Int,
    using generator: inout FuzzGenerator
  ) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let first = bytes[start...].firstIndex(where: digits.contains) else { return }
    let end = bytes[first...].firstIndex { !digits.contains($0) } ?? bytes.count
    // Another number of the file is the likeliest to be taken for a right one.
    let small = Array("\(Int.random(in: 0..<400, using: &generator))".utf8)
    let numeral = absurdNumerals.randomElement(using: &generator) ?? []
    bytes.replaceSubrange(first..<end, with: Bool.random(using: &generator) ? small : numeral)
  }

  private static let absurdNumbers: [UInt64] = [
    0, 1, 0x7F, 0xFF, 0xFFFF, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 40, 1 << 60, 1 << 63 - 1,
    .max,
  ]

  /// Writes a number of 1, 4 or 8 bytes, or one of seven bits a byte, over what is there.
  private static func overwriteNumber(
    of bytes: inout [UInt8],
    at start: Int,
    using generator: inout FuzzGenerator
  ) {
    let small = UInt64.random(in: 0..<512, using: &generator)
    let absurd = absurdNumbers.randomElement(using: &generator) ?? 0
    let number = Bool.random(using: &generator) ? small : absurd
    var written: [UInt8] = []
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      var rest = number
      while rest > 0x7F {
        written.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      written.append(UInt8(rest))
    case let width:
      for shift in 0..<[1, 4, 8][width - 1] {
        written.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(shift))))
      }
    }
    let end = min(bytes.count, start + written.count)
    bytes.replaceSubrange(start..<end, with: written.prefix(end - start))
  }
}
