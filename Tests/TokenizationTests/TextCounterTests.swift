import Foundation
import TestSupport
import Testing
import Tokenization

@Suite("Text counts")
struct TextCounterTests {
  @Test("matches Python", arguments: GoldenCounts.all)
  func matchesPython(_ golden: GoldenCounts) {
    let counts = TextCounts(of: golden.text)
    #expect(counts == expected(golden))
  }

  @Test("does not depend on the chunks", arguments: GoldenCounts.all)
  func ignoresChunks(_ golden: GoldenCounts) {
    for size in [1, 2, 3, 5, 7, 8, 9, 16] {
      var counter = TextCounter()
      for start in stride(from: 0, to: golden.text.count, by: size) {
        counter.count(Array(golden.text[start..<min(start + size, golden.text.count)]))
        counter.count([])
      }
      #expect(counter.finish() == expected(golden), "chunks of \(size)")
    }
  }

  @Test("edges of white space are the empty pieces of a split", arguments: GoldenCounts.all)
  func whiteEdges(_ golden: GoldenCounts) {
    for size in [1, 3, 8, 9, 1000] {
      var counter = TextCounter()
      for start in stride(from: 0, to: golden.text.count, by: size) {
        counter.count(Array(golden.text[start..<min(start + size, golden.text.count)]))
      }
      #expect(counter.whiteEdgeCount == golden.figures[6] - golden.figures[2], "chunks of \(size)")
    }
  }

  @Test("the fast paths agree with the byte path at every alignment")
  func fastPathsAgreeWithBytes() {
    // Short pseudo-random texts of what the counter distinguishes.
    let ascii = ["61", "20", "0a", "0d", "09", "1c", "1b", "08", "21", "7f", "0e", "c3"]
    let scripts = [
      "61", "20", "0d", "e2b280", "e0aa97", "e0a080", "e08080", "ed9fbf", "eda080", "efbbbf",
      "c3a9",
      "c181", "c285", "e38080", "f09f9880", "e282", "bf", "ee8080",
    ]
    var state: UInt64 = 1
    for pieces in [ascii, scripts] {
      for length in 0..<400 {
        let text = (0..<length / 2).flatMap { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return bytes(hex: pieces[Int((state >> 33) % UInt64(pieces.count))])
        }
        var counter = TextCounter()
        for byte in text { counter.count([byte]) }
        #expect(counter.finish() == TextCounts(of: text), "\(text)")
      }
    }
  }

  /// Bytes, `len(s)`, `len(s.split())` and `len(b.splitlines())` of Python 3.11.
  @Test(
    "matches Python on the package's texts",
    arguments: [
      ("lighthouse", [30610, 30141, 5830, 550]), ("tidewater-manual", [27821, 27775, 4651, 504]),
      ("kitchen-table", [23091, 22920, 4368, 705]),
    ]
  )
  func matchesPythonOnCorpora(_ name: String, _ figures: [Int]) throws {
    let path = TestFiles.package("corpora/\(name).txt")
    let counts = TextCounts(of: [UInt8](try Data(contentsOf: URL(filePath: path))))
    #expect(
      [counts.byteCount, counts.characterCount, counts.wordCount, counts.lineCount] == figures
    )
    #expect(counts.invalidUTF8RunCount == 0)
  }

  @Test("counts of texts add up, and offsets move with them")
  func addsUp() {
    let marked = TextCounts(of: [0xEF, 0xBB, 0xBF, 0x61, 0x0D])
    let broken = TextCounts(of: [0x62, 0xFF])
    let sum = TextCounts() + marked + broken
    #expect(sum.byteCount == 7)
    #expect(sum.lineCount == 2)
    #expect(sum.firstInvalidUTF8Offset == 6)
    #expect(sum.startsWithByteOrderMark)
    #expect(!(broken + marked).startsWithByteOrderMark)
    #expect((marked + broken) + marked == marked + (broken + marked))
  }

  @Test("a finished counter begins anew")
  func beginsAnew() {
    var counter = TextCounter()
    counter.count([0x61, 0xE2])
    _ = counter.finish()
    #expect(counter.finish() == TextCounts())
  }

  private func expected(_ golden: GoldenCounts) -> TextCounts {
    var counts = TextCounts()
    counts.byteCount = golden.figures[0]
    counts.characterCount = golden.figures[1]
    counts.wordCount = golden.figures[2]
    counts.lineCount = golden.figures[3]
    counts.invalidUTF8RunCount = golden.figures[4]
    counts.carriageReturnCount = golden.figures[5]
    counts.firstInvalidUTF8Offset = golden.firstInvalidOffset
    counts.startsWithByteOrderMark = golden.startsWithMark
    return counts
  }
}
