import Testing
import Tokenization

/// The tokens of a text, each as `offset+length:bytes`, sentence ends as `offset+length/`.
private func tokens(_ text: [UInt8], _ unit: TextUnit, chunk: Int = .max) -> [String] {
  var splitter = SentenceSplitter(unit: unit)
  var found: [String] = []
  func note(_ token: SentenceToken, _ bytes: Span<UInt8>) {
    let spelled = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    let content = token.isSentenceEnd ? "/" : ":\(spelled)"
    found.append("\(token.byteOffset)+\(token.byteLength)\(content)")
  }
  var position = 0
  while position < text.count {
    let end = position + min(chunk, text.count - position)
    let part = Array(text[position..<end])
    splitter.split(part.span, receive: note)
    position = end
  }
  splitter.finish(receive: note)
  return found
}

@Suite("Sentence splitter")
struct SentenceSplitterTests {
  @Test("words end at ASCII white space")
  func words() {
    #expect(
      tokens(Array(" one\ttwo\u{b}three\u{c}four \r\n\r\n\nfi\u{a0}ve\u{1c}".utf8), .word) == [
        "1+3:one", "5+3:two", "9+5:three", "15+4:four", "21+1/", "23+1/", "24+1/",
        "25+7:fi\u{a0}ve\u{1c}", "32+0/",
      ]
    )
  }

  @Test("an unterminated blank line is a sentence, nothing at all is not")
  func blanks() {
    #expect(tokens([], .word) == [])
    #expect(tokens(Array(" ".utf8), .word) == ["1+0/"])
    #expect(tokens(Array("a\n".utf8), .word) == ["0+1:a", "1+1/"])
    #expect(tokens(Array("\r".utf8), .word) == ["1+0/"])
  }

  @Test("characters are scalars or maximal runs of invalid bytes")
  func characters() {
    let text: [UInt8] = [
      0x61, 0xC3, 0xA9, 0x0D, 0x0A, 0xE2, 0x82, 0xFF, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x0A, 0xE2,
    ]
    #expect(
      tokens(text, .character) == [
        "0+1:a", "1+2:é", "3+1:\r", "4+1/", "5+3:\u{fffd}\u{fffd}", "8+3:€", "11+2:\u{fffd}",
        "13+1/", "14+1:\u{fffd}", "15+0/",
      ]
    )
  }

  @Test("bytes are bytes")
  func bytes() {
    #expect(tokens(Array("a\r\nb".utf8), .byte) == ["0+1:a", "1+1:\r", "2+1/", "3+1:b", "4+0/"])
  }

  @Test("chunks change nothing", arguments: TextUnit.allCases, GoldenCounts.all)
  func ignoresChunks(_ unit: TextUnit, _ golden: GoldenCounts) {
    let whole = tokens(golden.text, unit)
    for chunk in [1, 2, 3, 5] { #expect(tokens(golden.text, unit, chunk: chunk) == whole) }
  }

  @Test("tokens are as many as characters, newlines included", arguments: GoldenCounts.all)
  func agreesWithCounts(_ golden: GoldenCounts) {
    let found = tokens(golden.text, .character).filter { !$0.hasSuffix("+0/") }
    #expect(found.count == TextCounts(of: golden.text).characterCount)
  }

  @Test("carriage returns before newlines are counted")
  func carriageReturns() {
    for (text, count) in [("a\r\nb\r\n", 2), ("a\rb\n\r", 0), ("a \r\n\r\r\nb", 2)] {
      for chunk in [1, 100] {
        var splitter = SentenceSplitter(unit: .word)
        for start in stride(from: 0, to: text.utf8.count, by: chunk) {
          let part = Array(text.utf8.dropFirst(start).prefix(chunk))
          splitter.split(part.span) { _, _ in }
        }
        splitter.finish { _, _ in }
        #expect(splitter.droppedCarriageReturnCount == count, "\(text)")
      }
    }
  }

  @Test("an endless token is counted and not held")
  func longToken() {
    for (unit, byte) in [(TextUnit.word, UInt8(0x78)), (.character, 0xFF)] {
      var splitter = SentenceSplitter(unit: unit)
      let part = [UInt8](repeating: byte, count: 700_000)
      var lengths: [Int] = []
      for _ in 0..<2 { splitter.split(part.span) { token, _ in lengths.append(token.byteLength) } }
      splitter.finish { token, bytes in
        lengths.append(token.byteLength)
        if !token.isSentenceEnd { #expect(bytes.count == SentenceSplitter.longestKeptToken) }
      }
      #expect(lengths == [1_400_000, 0])
    }
  }

  @Test("units by name")
  func names() {
    #expect(TextUnit.allCases.map(\.description) == ["byte", "character", "word"])
    #expect(TextUnit(rawValue: "bytes") == nil)
  }
}
