import LanguageModeling
import Testing
import Tokenization

@Suite("Text evaluator")
struct TextEvaluatorTests {
  private let text =
    " \n = One = \n \n First text, naïve.\n \n = = Part = = \n more\n = Two = \n \n second\n"

  @Test("how a text is cut never shows", arguments: [1, 2, 3, 7, 1000], DocumentSeparator.allCases)
  func anyChunks(_ length: Int, _ separator: DocumentSeparator) throws {
    var options = EvaluationOptions()
    options.separator = separator
    options.blockTokenCount = 8
    let whole = try evaluate(text, options: options)
    #expect(try evaluate(text, pieceLength: length, options: options) == whole)
  }

  @Test("documents by file, blank line and title")
  func documents() throws {
    let counts = try DocumentSeparator.allCases.map { separator in
      var options = EvaluationOptions()
      options.separator = separator
      return try evaluate(text, options: options).documents.map(\.byteCount)
    }
    #expect(counts[0] == [78])
    // Blank lines belong to the document before them.
    #expect(counts[1] == [14, 23, 33, 8])
    #expect(counts[2] == [58, 20])
  }

  @Test("clusters together hold what the text holds")
  func clustersAddUp() throws {
    var options = EvaluationOptions()
    options.separator = .title
    options.blockTokenCount = 10
    let evaluation = try evaluate(text, options: options)
    for clusters in [evaluation.documents, evaluation.blocks] {
      let sum = clusters.reduce(Cluster(), +)
      #expect(sum.tokenCount == evaluation.crossEntropy.tokenCount)
      #expect(sum.byteCount == evaluation.crossEntropy.text.byteCount)
      #expect(sum.characterCount == evaluation.crossEntropy.text.characterCount)
      #expect(abs(sum.nats - evaluation.crossEntropy.totalNats) < 1e-12)
    }
    #expect(evaluation.blocks.dropLast().allSatisfy { $0.tokenCount == 10 })
  }

  @Test("the blocks kept are bounded, and still hold the whole text")
  func boundedBlocks() throws {
    var options = EvaluationOptions()
    options.blockTokenCount = 1
    let evaluation = try evaluate(String(repeating: "ab", count: 70_000), options: options)
    #expect(evaluation.blocks.count <= 1 << 16)
    #expect(evaluation.blocks.reduce(Cluster(), +).tokenCount == 140_000)
    // 65,536 blocks of one token, paired up twice on the way.
    #expect(evaluation.blocks.dropLast().allSatisfy { $0.tokenCount == 4 })
  }

  @Test("a long line separates nothing and is not held back")
  func longLine() throws {
    var options = EvaluationOptions()
    options.separator = .blankLine
    let long = String(repeating: " ", count: 10_000) + "\nend\n"
    #expect(try evaluate("a\n" + long, options: options).documentCount == 1)
  }

  @Test("the learning curve's segments make up the text")
  func learningCurve() throws {
    let options = EvaluationOptions()
    let text = String(repeating: "a", count: 5000)
    let evaluation = try evaluate(text, options: options, learns: true)
    #expect(evaluation.learningCurve.segments.map(\.endOffset) == [1024, 2048, 4096, 5000])
    #expect(evaluation.learningCurve.segments.allSatisfy { abs($0.natsPerByte - 0.97) < 1e-12 })
    #expect(evaluation.documents.isEmpty)
    #expect(evaluation.documentCount == 1)
  }

  @Test("an impossible token names its place")
  func impossible() {
    let error = #expect(throws: ZeroProbability.self) { try evaluate("ab!") }
    #expect(
      error?.description
        == "the model gives the token at byte 2 probability 0, so its loss is infinite"
    )
  }

  @Test("observers see each token with its bytes")
  func observer() throws {
    var seen = [UInt8]()
    var evaluator = TextEvaluator(scorer: LetterScorer()) { _, bytes in seen += bytes }
    try evaluator.consume(Array("héll".utf8))
    try evaluator.consume(Array("o".utf8))
    _ = try evaluator.finish()
    #expect(seen == Array("héllo".utf8))
  }

  /// Evaluates the text under a model whose tokens come late.
  private func late(
    _ text: String,
    pieceLength: Int,
    _ options: EvaluationOptions,
    leavesFirst: Bool = false,
    observe: ((ScoredToken, ArraySlice<UInt8>) throws -> Void)? = nil
  ) throws -> TextEvaluation {
    let scorer = LaggingScorer(leavesFirst: leavesFirst)
    var evaluator = TextEvaluator(scorer: scorer, options: options, observe: observe)
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieceLength) {
      try evaluator.consume(Array(bytes[start..<min(start + pieceLength, bytes.count)]))
    }
    return try evaluator.finish()
  }

  @Test("tokens that come late change nothing", arguments: [1, 3, 25, 1000])
  func lateTokens(_ length: Int) throws {
    for separator in DocumentSeparator.allCases {
      var options = EvaluationOptions()
      options.separator = separator
      options.blockTokenCount = 8
      var seen: [UInt8] = []
      let found = try late(text, pieceLength: length, options) { _, bytes in seen += bytes }
      #expect(try found == evaluate(text, options: options))
      #expect(seen == Array(text.utf8))
    }
  }

  @Test("a token that is not scored leaves the text's counts with its bytes")
  func unscored() throws {
    let options = EvaluationOptions()
    let text = "ab c\u{FF}"
    var bytes = Array(text.utf8)
    bytes[4] = 0xFF
    var evaluator = TextEvaluator(scorer: LaggingScorer(leavesFirst: true), options: options)
    try evaluator.consume(bytes)
    let found = try evaluator.finish()
    #expect(found.unscoredTokenCount == 1)
    #expect(found.unscoredByteCount == 1)
    #expect(found.crossEntropy.tokenCount == 5)
    #expect(found.crossEntropy.text.byteCount == 5)
    #expect(found.crossEntropy.text.wordCount == 2)
    #expect(found.crossEntropy.text.firstInvalidUTF8Offset == 4)
    #expect(found.documents.map(\.byteCount) == [5])
  }

  @Test("evaluations of documents add up")
  func append() throws {
    let options = EvaluationOptions()
    var sum = TextEvaluation()
    sum.append(try late("one ", pieceLength: 2, options, leavesFirst: true))
    sum.append(try late("two", pieceLength: 3, options, leavesFirst: true))
    #expect(sum.documentCount == 2)
    #expect(sum.documents.count == 2)
    #expect(sum.unscoredByteCount == 2)
    #expect(sum.crossEntropy.tokenCount == 5)
    #expect(sum.crossEntropy.text.byteCount == 5)
  }
}
