import FileFormats
import Foundation
import TestSupport
import Testing
import Tokenization

@Suite("Split patterns")
struct SplitPatternTests {
  @Test("matches regex on generated texts", arguments: PieceTexts.families.map(\.name))
  func matchesRegex(_ name: String) throws {
    let family = try #require(PieceTexts.families.first { $0.name == name })
    let golden = try #require(GoldenPieces.digests[name])
    for method in [PieceMethod.reference, .fastest] {
      var hashers = SplitPattern.allCases.map { _ in ContentHasher() }
      family.visit { text in
        for (index, pattern) in SplitPattern.allCases.enumerated() {
          let words = method.ends(pattern, text).map { UInt32($0) } + [.max]
          hashers[index].update(words.flatMap(littleEndian))
        }
      }
      for (pattern, hasher) in zip(SplitPattern.allCases, hashers) {
        let digest = String(hasher.finalized().description.prefix(32))
        #expect(digest == golden[pattern.rawValue], "\(pattern), \(method)")
      }
    }
  }

  @Test("matches regex text by text", arguments: PieceMethod.all)
  func matchesRegexTextByText(_ method: PieceMethod) {
    let rows = GoldenPieces.explicit.split(separator: "\n")
    #expect(rows.count > 100)
    for row in rows {
      let fields = row.split(separator: " ")
      let text = bytes(hex: String(fields[0]))
      for (pattern, field) in zip(SplitPattern.allCases, fields.dropFirst()) {
        let golden = field.split(separator: ",").map { Int($0) }
        #expect(method.ends(pattern, text) == golden, "\(pattern), \(fields[0])")
      }
    }
  }

  @Test("scalars have the classes of Unicode 16")
  func classesMatch() {
    let codes = (0..<0x110000 as Range<UInt32>).map { ScalarClass(of: $0).rawValue }
    #expect(ContentHash(of: codes).description == GoldenPieces.classes)
  }

  @Test("expressions name their patterns, others none")
  func expressionsAreKnown() {
    for pattern in SplitPattern.allCases {
      #expect(SplitPattern(expression: pattern.expression) == pattern)
    }
    let published =
      #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#
    #expect(SplitPattern(expression: published) == .gpt2)
    #expect(SplitPattern(expression: #"\s+|\S+"#) == nil)
    #expect(SplitPattern(expression: "") == nil)
  }

  @Test("a safe cut leaves the pieces as they are", arguments: SplitPattern.allCases)
  func safeCutsAreSafe(_ pattern: SplitPattern) throws {
    let families = PieceTexts.families.filter { $0.name != "triples" && !$0.name.contains("long") }
    var cuts = 0
    for family in families {
      var visited = 0
      family.visit { text in
        visited += 1
        guard visited <= 2500 else { return }
        let whole = referenceEnds(pattern, text)
        for offset in 1..<max(1, text.count) where pattern.isSafeCut(text.span, at: offset) {
          cuts += 1
          let before = referenceEnds(pattern, Array(text[..<offset]))
          let after = referenceEnds(pattern, Array(text[offset...])).map { $0 + offset }
          #expect(before + after == whole, "\(text) at \(offset)")
        }
      }
    }
    #expect(cuts > 10_000)
  }

  @Test("safe cuts are frequent in texts", arguments: SplitPattern.allCases)
  func safeCutsAreFrequent(_ pattern: SplitPattern) throws {
    let path = TestFiles.package("corpora/lighthouse.txt")
    let text = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let cuts = (1..<text.count).filter { pattern.isSafeCut(text.span, at: $0) }
    #expect(cuts.count > text.count / 8)
  }
}

private func littleEndian(_ word: UInt32) -> [UInt8] {
  [UInt8(word & 255), UInt8(word >> 8 & 255), UInt8(word >> 16 & 255), UInt8(word >> 24)]
}
