/// The texts of `Golden/pieces.py`: all triples of some symbols, and draws of a generator.
enum PieceTexts {
  /// Scalars of each class and length, whatever a pattern names, and invalid sequences.
  static let symbols: [[UInt8]] =
    [
      " ", "\n", "\r", "\t", "\u{0B}", "\u{85}", "\u{A0}", "\u{2028}", "\u{3000}",
      "a", "B", "s", "S", "t", "r", "E", "e", "v", "l", "L", "m", "d", "\u{17F}",
      "\u{E9}", "\u{C9}", "\u{1C5}", "\u{2B0}", "\u{AA}", "\u{4E2D}", "\u{10400}", "\u{10428}",
      "\u{301}", "\u{ABE}", "\u{20DD}", "\u{E0100}",
      "1", "9", "\u{B2}", "\u{663}", "\u{2167}", "\u{1D7D8}",
      "'", "!", "/", "\u{201C}", "\u{200D}", "\u{378}", "\u{1F600}", "\0", "\u{7F}",
    ].map { Array(($0 as String).utf8) }
    + [[0xFF], [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xED, 0xA0, 0x80]]

  /// The names of the families, each with how to visit its texts in order.
  static var families: [(name: String, visit: (([UInt8]) -> Void) -> Void)] {
    [
      ("triples", visitTriples),
      ("symbols", draws(1, 20000, 40, symbols)),
      ("spaces", draws(2, 10000, 30, among(" \n\r\t\u{A0}\u{3000}a!1"))),
      ("contractions", draws(3, 20000, 30, among("'sStrEevlLmda\u{17F} !"))),
      ("cases", draws(4, 20000, 30, among("aB\u{1C5}\u{2B0}\u{4E2D}\u{301}\u{ABE}'"))),
      ("marks", draws(5, 20000, 30, among("aB\u{301}\u{20DD}!/ \n'1\u{201C}"))),
      ("digits", draws(6, 5000, 40, among("19\u{B2}\u{663}\u{2167} a!"))),
      ("ASCII", draws(7, 10000, 80, (0..<128).map { [$0] })),
      ("bytes", draws(8, 10000, 80, (0..<256).map { [UInt8($0)] })),
      ("scalars", visitScalars),
      ("long", draws(10, 300, 2000, symbols)),
      ("long marks", draws(11, 300, 2000, among("aB\u{301}\u{20DD}!/ \n'1\u{201C}"))),
      ("long words", draws(12, 300, 2000, among("aBs\u{2B0}' \n1"))),
    ]
  }

  private static func among(_ scalars: String) -> [[UInt8]] {
    symbols.filter { symbol in
      scalars.unicodeScalars.contains { Array(String($0).utf8) == symbol }
    }
  }

  private static func visitTriples(_ visit: ([UInt8]) -> Void) {
    for first in symbols {
      for second in symbols {
        for third in symbols { visit(first + second + third) }
      }
    }
  }

  private static func draws(
    _ seed: UInt64,
    _ count: Int,
    _ longest: Int,
    _ alphabet: [[UInt8]]
  ) -> (([UInt8]) -> Void) -> Void {
    { visit in
      var generator = PieceGenerator(state: seed)
      for _ in 0..<count {
        var text: [UInt8] = []
        for _ in 0..<generator.below(longest + 1) {
          text += alphabet[generator.below(alphabet.count)]
        }
        visit(text)
      }
    }
  }

  private static func visitScalars(_ visit: ([UInt8]) -> Void) {
    var generator = PieceGenerator(state: 9)
    for _ in 0..<40000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<generator.below(21) {
        let draw = UInt32(generator.below(0x110000 - 0x800))
        if let scalar = Unicode.Scalar(draw < 0xD800 ? draw : draw + 0x800) { text.append(scalar) }
      }
      visit(Array(String(text).utf8))
    }
  }
}

/// Knuth's 64-bit linear congruential generator, upper bits.
struct PieceGenerator {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
