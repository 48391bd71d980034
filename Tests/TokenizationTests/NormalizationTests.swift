import FileFormats
import Foundation
import TestSupport
import Testing
import Tokenization

@Suite("Normalization Form C")
struct NormalizationTests {
  @Test("matches unicodedata2", arguments: NormalFormTexts.families.map(\.name))
  func matchesUnicodedata(_ name: String) throws {
    let family = try #require(NormalFormTexts.families.first { $0.name == name })
    let golden = try #require(GoldenNormalForms.digests[name])
    var hasher = ContentHasher()
    family.visit { text in
      let form = normalizedNFC(text.span)
      hasher.update((form ?? text) + [0xFE])
      // What is not the form of itself was changed; the form is.
      if let form {
        guard form != text, normalizedNFC(form.span) == nil else {
          Issue.record("the form of \(text) is not settled")
          return
        }
      }
    }
    #expect(hasher.finalized().description == golden)
  }

  @Test(
    "known cases",
    arguments: [
      ("e\u{301}", "\u{E9}"), ("\u{212B}", "\u{C5}"), ("\u{1100}\u{1161}\u{11A8}", "\u{AC01}"),
      ("\u{958}", "\u{915}\u{93C}"), ("a\u{301}\u{323}", "\u{1EA1}\u{301}"),
      ("\u{F900}", "\u{8C48}"), ("D\u{307}\u{323}", "\u{1E0C}\u{307}"),
      ("x\u{E9}e\u{301}y", "x\u{E9}\u{E9}y"),
    ]
  )
  func knownCases(_ text: String, _ form: String) {
    #expect(normalizedNFC(Array(text.utf8).span) == Array(form.utf8))
  }

  @Test(
    "text in the form is left alone",
    arguments: ["", "plain", "\u{E9}", "\u{301}", "\u{1161}"]
  )
  func leavesFormAlone(_ text: String) {
    #expect(normalizedNFC(Array(text.utf8).span) == nil)
  }

  @Test("the package's texts are left alone")
  func leavesTextsAlone() throws {
    let path = TestFiles.package("corpora/lighthouse.txt")
    let text = [UInt8](try Data(contentsOf: URL(filePath: path)))
    #expect(normalizedNFC(text.span) == nil)
  }

  @Test("a safe cut leaves the form as it is")
  func safeCutsAreSafe() throws {
    var cuts = 0
    for name in ["draws", "invalid"] {
      let family = try #require(NormalFormTexts.families.first { $0.name == name })
      var visited = 0
      family.visit { text in
        visited += 1
        guard visited <= 5000 else { return }
        let whole = normalizedNFC(text.span) ?? text
        for offset in 0...text.count where isSafeNormalizationCut(text.span, at: offset) {
          cuts += 1
          let (before, after) = (Array(text[..<offset]), Array(text[offset...]))
          let joined =
            (normalizedNFC(before.span) ?? before) + (normalizedNFC(after.span) ?? after)
          #expect(joined == whole, "\(text) at \(offset)")
        }
      }
    }
    #expect(cuts > 20_000)
  }

  @Test("a long run of marks takes no longer for each", arguments: ["\u{323}\u{301}", "\u{316}"])
  func longRunsAreLinear(_ unit: String) {
    func time(_ count: Int) -> Double {
      // Marks that are in order but for the first, which has to move to the end.
      let text = [0x61, 0xCD, 0x85] + [UInt8](String(repeating: unit, count: count).utf8)
      return processorTime { #expect(normalizedNFC(text.span) != nil) }
    }
    // Eight times the text; sorting by exchanges would take sixty-four times as long.
    let (short, long) = (time(20_000), time(160_000))
    #expect(long < 32 * short + 0.005)
  }
}

/// The texts of `Golden/normal_forms.py`.
enum NormalFormTexts {
  /// The names of the families, each with how to visit its texts in order.
  static var families: [(name: String, visit: (([UInt8]) -> Void) -> Void)] {
    [
      ("alone", { visit in forEachScalar { visit(encoded([$0])) } }),
      (
        "after e, before marks",
        { visit in forEachScalar { visit(encoded([0x65, $0, 0x323, 0x301])) } }
      ),
      ("draws", { visit in draws(1, 60000, 12, visit) }),
      ("marks", { visit in marks(2, 5000, 40, visit) }),
      ("long marks", { visit in marks(3, 20, 3000, visit) }),
      ("invalid", visitInvalid),
    ]
  }

  private static func forEachScalar(_ visit: (UInt32) -> Void) {
    for scalar in 0..<UInt32(0xD800) { visit(scalar) }
    for scalar in UInt32(0xE000)..<0x110000 { visit(scalar) }
  }

  private static func draws(
    _ seed: UInt64,
    _ count: Int,
    _ longest: Int,
    _ visit: ([UInt8]) -> Void
  ) {
    var generator = PieceGenerator(state: seed)
    for _ in 0..<count {
      let length = generator.below(longest + 1)
      visit(encoded((0..<length).map { _ in generator.composingScalar() }))
    }
  }

  private static func marks(
    _ seed: UInt64,
    _ count: Int,
    _ longest: Int,
    _ visit: ([UInt8]) -> Void
  ) {
    var generator = PieceGenerator(state: seed)
    for _ in 0..<count {
      let length = generator.below(longest + 1)
      visit(encoded([0x61] + (0..<length).map { _ in 0x300 + UInt32(generator.below(0x70)) }))
    }
  }

  private static func visitInvalid(_ visit: ([UInt8]) -> Void) {
    var generator = PieceGenerator(state: 4)
    for _ in 0..<30000 {
      var text: [UInt8] = []
      for _ in 0..<generator.below(13) {
        text += generator.below(7) == 0 ? [0xFF] : encoded([generator.composingScalar()])
      }
      visit(text)
    }
  }

  private static func encoded(_ scalars: [UInt32]) -> [UInt8] {
    scalars.compactMap { Unicode.Scalar($0) }.flatMap { Array(UTF8.encode($0) ?? .init()) }
  }
}

extension PieceGenerator {
  fileprivate mutating func composingScalar() -> UInt32 {
    let range = GoldenNormalForms.ranges[below(GoldenNormalForms.ranges.count)]
    return range.lowerBound + UInt32(below(range.count))
  }
}
