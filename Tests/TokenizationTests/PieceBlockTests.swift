import Foundation
import LossNumerics
import TestSupport
import Testing
import Tokenization

/// The splitter that works in blocks of 64 bytes against the one that reads characters.
@Suite("Pieces in blocks")
struct PieceBlockTests {
  @Test("where a block ends does not matter", arguments: SplitPattern.allCases)
  func blocksDoNotMatter(_ pattern: SplitPattern) {
    var texts: [[UInt8]] = []
    for family in PieceTexts.families where family.name.hasPrefix("long") {
      var visited = 0
      family.visit { text in
        visited += 1
        if visited <= 4, text.count > 300 { texts.append(Array(text.prefix(700))) }
      }
    }
    #expect(texts.count > 5)
    for text in texts {
      let whole = referenceEnds(pattern, text)
      for variant in KernelVariant.supported {
        let method = PieceMethod.batches(variant, count: 1000)
        // Blocks begin where the first piece does.
        for (index, start) in whole.enumerated() where start < text.count {
          let ends = method.ends(pattern, text, from: start)
          #expect(ends == Array(whole[(index + 1)...]), "\(variant) from \(start) of \(text)")
        }
        for count in [1, 2, 3, 7, 64] {
          let ends = PieceMethod.batches(variant, count: count).ends(pattern, text)
          #expect(ends == whole, "\(variant) by \(count) in \(text)")
        }
      }
    }
  }

  @Test("the text's end may be anywhere in a block", arguments: SplitPattern.allCases)
  func textsMayEndAnywhere(_ pattern: SplitPattern) {
    let unit = "It's\n  12345 \u{4E2D}\u{301}AB!\r\n\t'LL \u{E9}\u{2B0}BBB\u{3000} \n \n\u{A0}"
    let text = Array(String(repeating: unit, count: 4).utf8)
    for count in 0...text.count {
      let part = Array(text[..<count])
      let whole = referenceEnds(pattern, part)
      for variant in KernelVariant.supported {
        #expect(PieceMethod.batches(variant, count: 1000).ends(pattern, part) == whole)
      }
    }
  }

  @Test("long runs cross blocks", arguments: SplitPattern.allCases)
  func runsCrossBlocks(_ pattern: SplitPattern) {
    let units = ["a", "B", "1", " ", "\n", "!", "/", "\u{301}", "\u{2B0}", "\u{663}", "\u{3000}"]
    let ends = ["", "a", "B", "1", " ", "\n", "!", "'s", "\u{301}", "\u{3000}"]
    for before in ["", "\n", "\u{2B0}", "!", "a", " "] {
      for unit in units {
        for after in ends {
          for count in [20, 61, 62, 63, 64, 65, 127, 128, 129, 200] {
            let text = Array((before + String(repeating: unit, count: count) + after).utf8)
            let whole = referenceEnds(pattern, text)
            for variant in KernelVariant.supported {
              let found = PieceMethod.batches(variant, count: 1000).ends(pattern, text)
              #expect(found == whole, "\(variant): \(before) \(count) \(unit) \(after)")
            }
          }
        }
      }
    }
  }

  static let sharedTexts = [
    "wikitext-2.test", "wikitext-2.train", "tinyshakespeare", "bible.coptic-nt",
    "bible.gujarati-nt",
  ]

  @Test(
    "agrees with the reference on large texts",
    .enabled(if: TestFiles.hasShared("data/corpora/wikitext-2.train.txt"), "no shared corpora"),
    arguments: sharedTexts
  )
  func agreesOnLargeTexts(_ name: String) throws {
    try expectAgreement(on: TestFiles.shared("data/corpora/\(name).txt"))
  }

  @Test(
    "agrees with the reference on the package's texts",
    arguments: [
      "corpora/lighthouse.txt", "corpora/kitchen-table.txt", "README.md",
      "Sources/Tokenization/TextCounter.swift", "Sources/CLossKernels/closs_unicode_classes.c",
    ]
  )
  func agreesOnPackage(_ path: String) throws {
    try expectAgreement(on: TestFiles.package(path))
  }

  private func expectAgreement(on path: String) throws {
    let text = [UInt8](try Data(contentsOf: URL(filePath: path)))
    for pattern in SplitPattern.allCases {
      let whole = referenceEnds(pattern, text)
      for variant in KernelVariant.supported {
        let isEqual = PieceMethod.batches(variant, count: 500).ends(pattern, text) == whole
        #expect(isEqual, "\(pattern), \(variant)")
      }
    }
  }

  /// Runs that an alternative tries in vain, or that no boundary cuts for long.
  static let hardUnits = [
    "a", "A", " ", "\n", " \n", "\u{4E2D}", "\u{2B0}A", "!\u{301}", "'s", "'", "!/\n", "1",
    "\u{301}A", "\u{3000}",
  ]

  @Test("time grows as the text does", arguments: hardUnits)
  func timeIsLinear(_ unit: String) {
    let small = [UInt8](String(repeating: unit, count: (1 << 16) / unit.utf8.count).utf8)
    let large = [UInt8](String(repeating: unit, count: (1 << 19) / unit.utf8.count).utf8)
    for pattern in SplitPattern.allCases {
      for method in [PieceMethod.reference, .batches(.fastest, count: 100)] {
        func time(_ text: [UInt8]) -> Double {
          processorTime { #expect(method.ends(pattern, text).last == text.count) }
        }
        // Eight times the text; a quadratic search would take sixty-four times as long.
        let (short, long) = (time(small), time(large))
        #expect(long < 32 * short + 0.005, "\(pattern), \(method.testDescription)")
      }
    }
  }
}
