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

  @Test("the block path agrees with the byte path at every alignment")
  func blocksAgreeWithBytes() {
    // Short pseudo-random texts of what the counter distinguishes.
    let alphabet: [UInt8] = [
      0x61, 0x20, 0x0A, 0x0D, 0x09, 0x1C, 0x1B, 0x08, 0x21, 0x7F, 0x0E, 0xC3,
    ]
    var state: UInt64 = 1
    for length in 0..<200 {
      let text = (0..<length).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return alphabet[Int((state >> 33) % UInt64(alphabet.count))]
      }
      var counter = TextCounter()
      for byte in text { counter.count([byte]) }
      #expect(counter.finish() == TextCounts(of: text), "\(text)")
    }
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
