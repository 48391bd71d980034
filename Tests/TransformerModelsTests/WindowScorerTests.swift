import IsoLoss
import TestSupport
import Testing

@Suite("Windows of a text")
struct WindowScorerTests {
  /// How a text is cut and on how much at a time.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var windows: ContextWindows

    static let all = [
      Self(testDescription: "disjoint", windows: .disjoint(context: 32)),
      Self(testDescription: "sliding", windows: ContextWindows(context: 48, stride: 20)),
      Self(
        testDescription: "longer than what a thread works at a time, a token before each",
        windows: ContextWindows(context: 400, stride: 200, prefix: .every(5))
      ),
      Self(testDescription: "rolling", windows: .rolling(context: 32, beginning: 7)),
      Self(testDescription: "second halves", windows: .secondHalves(of: 24, beginning: 7)),
      Self(testDescription: "strided", windows: .strided(context: 32, stride: 12)),
      Self(
        testDescription: "strided, a token before",
        windows: .strided(context: 40, stride: 39, beginning: 7)
      ),
    ]
  }

  private func losses(
    _ ids: some RandomAccessCollection<Int32>,
    _ model: SmallTransformer,
    _ windows: ContextWindows,
    threads: Int,
    packing: PackedWeights? = nil,
    chunk: Int = .max / 2
  ) -> [TokenLoss?] {
    var configuration = model.configuration
    configuration.shape.context = 400
    let parameters = TransformerParameters(random: configuration.shape, seed: 11, deviation: 0.2)
    var scorer = WindowScorer(
      configuration,
      windows: windows,
      ranks: true,
      packing: packing,
      kernels: KernelContext(pool: WorkerPool(threadCount: threads))
    )
    var losses: [TokenLoss?] = []
    let ids = Array(ids)
    for start in stride(from: 0, to: ids.count, by: chunk) {
      losses += scorer.append(ids[start..<min(start + chunk, ids.count)], parameters)
    }
    return losses + scorer.finish(parameters)
  }

  @Test(
    "losses have the same bits on any threads, with packed weights or not, in calls of any size",
    arguments: SmallTransformer.all,
    Case.all
  )
  func sameBits(_ model: SmallTransformer, _ cut: Case) {
    var generator = SeededGenerator(seed: 4)
    // From less than a window to more than all threads take at a time.
    for count in [20, 500, 1500, 3500] {
      let vocabulary = model.configuration.shape.vocabulary
      let ids = (0..<count).map { _ in Int32(generator.next(below: vocabulary)) }
      let expected = losses(ids, model, cut.windows, threads: 1, chunk: 1)
      let packing = PackedWeights()
      #expect(losses(ids, model, cut.windows, threads: 2) == expected)
      // Of eight threads not all have a window, and they share kernels.
      for (threads, chunk) in [(1, 10_000), (2, 333), (3, 10_000), (8, 10_000)] {
        let found = losses(
          ids,
          model,
          cut.windows,
          threads: threads,
          packing: packing,
          chunk: chunk
        )
        #expect(found == expected)
      }
    }
  }

  @Test("a token's loss is that of its window alone", arguments: SmallTransformer.all)
  func alone(_ model: SmallTransformer) {
    var generator = SeededGenerator(seed: 6)
    let ids = (0..<3001).map { _ in
      Int32(generator.next(below: model.configuration.shape.vocabulary))
    }
    let windows = ContextWindows.disjoint(context: 50)
    let found = losses(ids, model, windows, threads: 2, packing: PackedWeights())
    let expected = stride(from: 0, to: 3000, by: 50).flatMap { start in
      losses(Array(ids[start...start + 50]), model, windows, threads: 1)
    }
    #expect(found == expected)
  }

  /// Losses are those of windows one target shorter; a rest of one token, of several, and none.
  @Test(
    "strided windows weigh one token less than they score, but for the first",
    arguments: [1, 2, 31, 32, 33, 44, 45, 60]
  )
  func strided(_ count: Int) {
    let model = SmallTransformer.all[1]
    let ids = (0..<count).map { Int32($0 * 5 % model.configuration.shape.vocabulary) }
    let windows = ContextWindows.strided(context: 32, stride: 12, beginning: 3)
    let found = losses(ids, model, windows, threads: 2, chunk: 7).compactMap(\.self)
    let plain = ContextWindows(context: 31, stride: 12, prefix: .first(3))
    let expected = losses(ids, model, plain, threads: 1).compactMap(\.self)
    #expect(found.map(\.nats) == expected.map(\.nats))
    #expect(found.prefix(31).allSatisfy { $0.weight == 1 && $0.isCounted })
    for start in stride(from: 31, to: count, by: 12) {
      let window = found[start..<min(start + 12, count)]
      let size = Double(window.count)
      #expect(window.allSatisfy { $0.weight == (size - 1) / size })
      #expect(window.map(\.isCounted) == window.indices.map { $0 > start })
    }
  }

  /// From less than a window to windows and a rest, a rest of one token and no rest.
  @Test(
    "the last window of a text is full where windows roll",
    arguments: SmallTransformer.all,
    [1, 30, 50, 51, 100, 137]
  )
  func rolling(_ model: SmallTransformer, _ count: Int) {
    var generator = SeededGenerator(seed: 8)
    let ids = (0..<count).map { _ in
      Int32(generator.next(below: model.configuration.shape.vocabulary))
    }
    let windows = ContextWindows.rolling(context: 50, beginning: 7)
    let found = losses(ids, model, windows, threads: 2, chunk: 7)
    let all = [7] + ids
    let whole = count / 50 * 50
    var expected = stride(from: 0, to: whole, by: 50).flatMap { start in
      losses(Array(all[start...start + 50]), model, .disjoint(context: 50), threads: 1)
    }
    if count > whole {
      let last = losses(all.suffix(51), model, .disjoint(context: 50), threads: 1)
      expected += last.suffix(count - whole)
    }
    #expect(found == expected)
    #expect(found.allSatisfy { $0 != nil })
  }
}
