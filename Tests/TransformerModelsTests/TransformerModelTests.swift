import Foundation
import IsoLoss
import TestSupport
import Testing

/// A small model with a tokenizer that the package trained on a text of its own.
enum ScoringModel {
  /// The tokens of the tokenizer; the model has a few more.
  private static let tokenCount = 300

  static func text() throws -> [UInt8] {
    let path = TestFiles.package("corpora/kitchen-table.txt")
    return [UInt8](try Data(contentsOf: URL(filePath: path)).prefix(3000))
  }

  static func tokenizer() throws -> BytePairTokenizer {
    let counting = WordCountingOptions(pattern: .gpt2)
    let counter = WordCounter(counting, pool: WorkerPool(threadCount: 1))
    var source = MemorySource(name: "text", bytes: try text())
    try counter.add(&source)
    let options = BytePairTrainingOptions(vocabularySize: tokenCount)
    let training = try BytePairTrainer(options).train(counter.finish())
    return try BytePairTokenizer(BytePairVocabulary(training.learned, pattern: .gpt2))
  }

  static func checkpoint() throws -> Checkpoint {
    let transformer = TransformerConfiguration(
      shape: .gpt2(layers: 1, width: 24, heads: 3, vocabulary: tokenCount + 4, context: 64)
    )
    let configuration = try #require(CheckpointConfiguration(describing: transformer))
    return Checkpoint(
      configuration,
      TransformerParameters(random: transformer.shape, seed: 5, deviation: 0.3)
    )
  }

  static func model(_ windows: ContextWindows, end: TokenID? = nil) throws -> TransformerModel {
    TransformerModel(
      try checkpoint(),
      tokenizer: try tokenizer(),
      windows: windows,
      scoredEnd: end,
      kernels: KernelContext(pool: WorkerPool(threadCount: 2))
    )
  }
}

@Suite("A transformer as a language model")
struct TransformerModelTests {
  private func evaluate(
    _ bytes: [UInt8],
    _ model: TransformerModel,
    chunk: Int = .max / 2
  ) throws -> (evaluation: TextEvaluation, tokens: [ScoredToken], fidelity: Fidelity) {
    var tokens: [ScoredToken] = []
    let scorer = model.makeScorer(ranks: true)
    var evaluator = TextEvaluator(scorer: scorer) { token, bytes in
      #expect(bytes.count == token.byteLength)
      tokens.append(token)
    }
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try evaluator.consume(Array(bytes[start..<min(start + chunk, bytes.count)]))
    }
    let evaluation = try evaluator.finish()
    return (evaluation, tokens, evaluator.finishedScorer.fidelity)
  }

  private static let prefixes: [ContextWindows.Prefix] = [.none, .first(301), .every(302)]

  @Test("losses, places and sums are the same however a text is cut", arguments: prefixes)
  func chunks(_ prefix: ContextWindows.Prefix) throws {
    let text = try ScoringModel.text()
    let model = try ScoringModel.model(ContextWindows(context: 32, prefix: prefix))
    let whole = try evaluate(text, model)
    for chunk in [1, 7, 1000] {
      let cut = try evaluate(text, model, chunk: chunk)
      #expect(cut.evaluation == whole.evaluation)
      #expect(cut.tokens == whole.tokens)
    }
    #expect(whole.fidelity == .lossless)
    let loss = whole.evaluation.crossEntropy
    #expect(loss.text.byteCount + whole.evaluation.unscoredByteCount == text.count)
    #expect(whole.tokens.count == loss.tokenCount)
    let sum = whole.tokens.reduce(0) { $0 + $1.nats }
    #expect(abs(sum - loss.totalNats) <= 1e-12 * sum)
    var end = whole.evaluation.unscoredByteCount
    for token in whole.tokens {
      #expect(token.byteOffset == end)
      end += token.byteLength
    }
    #expect(end == text.count)
  }

  @Test("losses are those that windows give the text's ids", arguments: prefixes)
  func windows(_ prefix: ContextWindows.Prefix) throws {
    let text = try ScoringModel.text()
    let windows = ContextWindows(context: 48, stride: 20, prefix: prefix)
    let model = try ScoringModel.model(windows)
    let checkpoint = try ScoringModel.checkpoint()
    var scorer = WindowScorer(
      checkpoint.configuration.transformer,
      windows: windows,
      ranks: true,
      kernels: KernelContext(pool: WorkerPool(threadCount: 1))
    )
    let ids = try ScoringModel.tokenizer().encode(text).map { Int32($0) }
    var losses = scorer.append(ids, checkpoint.parameters)
    losses += scorer.finish(checkpoint.parameters)
    let found = try evaluate(text, model).tokens
    #expect(found.map { $0.nats } == losses.map { $0.map { Double($0.nats) } })
    #expect(found.map { $0.rank } == losses.map { $0?.rank })
  }

  @Test(
    "second halves lose what each window loses by itself, and the rest is not scored",
    arguments: [3, 16, 31, 64],
    [1, 7, 5000]
  )
  func secondHalves(_ context: Int, _ chunk: Int) throws {
    let text = try ScoringModel.text()
    let ids = try ScoringModel.tokenizer().encode(text)
    let model = try ScoringModel.model(.secondHalves(of: context, beginning: 301))
    let found = try evaluate(text, model, chunk: chunk)
    var expected: [Double] = []
    // With what stands before the text, tokens are counted from 1.
    for start in stride(from: 0, through: ids.count + 1 - context, by: context) {
      let alone = try ScoringModel.model(.disjoint(context: context, prefix: .first(301)))
      let scorer = alone.makeScorer(ranks: false)
      var losses: [Double] = []
      let window = Array(ids[start..<start + context - 1])
      let lengths = window.map { _ in 0 }
      try scorer.score(ids: window, lengths: lengths) { losses.append($0.nats) }
      try scorer.finish { losses.append($0.nats) }
      expected += losses[(context / 2)...]
    }
    #expect(found.tokens.map(\.nats) == expected)
    #expect(found.evaluation.unscoredTokenCount == ids.count - expected.count)
    let loss = found.evaluation.crossEntropy
    #expect(loss.text.byteCount == found.tokens.reduce(0) { $0 + $1.byteLength })
    #expect(loss.text.byteCount + found.evaluation.unscoredByteCount == text.count)
    // Each stretch that is scored is counted as a text of its own.
    var stretches: [[UInt8]] = []
    var end = -1
    for token in found.tokens {
      let bytes = text[token.byteOffset..<token.byteOffset + token.byteLength]
      if token.byteOffset == end {
        stretches[stretches.count - 1] += bytes
      } else {
        stretches.append(Array(bytes))
      }
      end = token.byteOffset + token.byteLength
    }
    let words = stretches.reduce(0) { $0 + TextCounts(of: $1).wordCount }
    #expect(loss.text.wordCount == words)
  }

  @Test("disjoint windows longer than a text are one pass")
  func onePass() throws {
    let text = Array(try ScoringModel.text().prefix(60))
    let disjoint = try ScoringModel.model(.disjoint(context: 64, prefix: .first(301)))
    let windows = ContextWindows(context: 64, stride: 1, prefix: .first(301))
    let sliding = try ScoringModel.model(windows)
    #expect(try evaluate(text, disjoint).tokens == evaluate(text, sliding).tokens)
  }

  @Test("the end of a text is scored where that is asked for")
  func end() throws {
    let text = Array(try ScoringModel.text().prefix(500))
    let windows = ContextWindows(context: 64, prefix: .first(301))
    let plain = try evaluate(text, ScoringModel.model(windows))
    let ended = try evaluate(text, ScoringModel.model(windows, end: 300))
    #expect(ended.tokens.dropLast() == plain.tokens[...])
    #expect(ended.tokens.last?.byteOffset == text.count)
    #expect(ended.tokens.last?.byteLength == 0)
    #expect(ended.evaluation.crossEntropy.text == plain.evaluation.crossEntropy.text)
    #expect(try evaluate([], ScoringModel.model(windows, end: 300)).tokens.isEmpty)
  }

  @Test("ids give the losses of their text, with the prefix among them or not")
  func ids() throws {
    let text = try ScoringModel.text()
    let model = try ScoringModel.model(ContextWindows(context: 32, prefix: .first(301)))
    let expected = try evaluate(text, model).tokens
    let ids = try ScoringModel.tokenizer().encode(text)
    for given in [ids, [301] + ids] {
      var tokens: [ScoredToken] = []
      var stream = try ScoringModel.tokenizer().makeTextStream()
      let scorer = model.makeScorer(ranks: true)
      for start in stride(from: 0, to: given.count, by: 100) {
        let part = Array(given[start..<min(start + 100, given.count)])
        try scorer.score(ids: part, lengths: stream.text(of: part).lengths) { tokens.append($0) }
      }
      try scorer.finish { tokens.append($0) }
      #expect(tokens.filter { $0.isScored } == expected)
      #expect(tokens.count == given.count)
      #expect(scorer.fidelity == .lossless)
    }
  }

  @Test("what the vocabulary normalizes away is not determined")
  func normalized() throws {
    var vocabulary = try ScoringModel.tokenizer().vocabulary
    vocabulary.normalization = .formC
    let model = TransformerModel(
      try ScoringModel.checkpoint(),
      tokenizer: try BytePairTokenizer(vocabulary),
      windows: ContextWindows(context: 32, prefix: .first(301)),
      kernels: KernelContext(pool: WorkerPool(threadCount: 1))
    )
    // Of alpha and its accent, two bytes each, the first stays what it is.
    let found = try evaluate(Array("caf α\u{301}!".utf8), model)
    let reason = "the tokenizer normalizes characters to Unicode's form C"
    #expect(found.fidelity == .lossy(unmodelledByteCount: 3, reason: reason))
    #expect(found.evaluation.crossEntropy.text.byteCount == 9)
  }
}
