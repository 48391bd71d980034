import Foundation
import IsoLoss
import TestSupport
import Testing

/// Checkpoints with the log-probabilities that PyTorch's `transformers` gives them.
@Suite("Losses of checkpoints", .enabled(if: TestFiles.hasShared("data/transformer")))
struct CheckpointParityTests {
  static let folders = [
    "gpt2", "llama", "llama_sharded", "llama_bf16", "mistral_swa", "qwen2", "gpt_neox",
  ]

  private struct Expected: Decodable {
    struct Scores: Decodable {
      var mean_loss: Double
      var logprobs: [Double]
    }

    var ids: [Int32]
    var f64: Scores
  }

  private static func path(_ name: String) -> String {
    TestFiles.shared("data/transformer/\(name)")
  }

  private static func losses(
    of ids: [Int32],
    in folder: String,
    windows: (TransformerConfiguration) -> ContextWindows,
    threadCount: Int = 2,
    chunk: Int = .max
  ) throws -> [TokenLoss] {
    let checkpoint = try Checkpoint.read(folder: path(folder))
    let configuration = checkpoint.configuration.transformer
    var scorer = WindowScorer(
      configuration,
      windows: windows(configuration),
      ranks: true,
      kernels: KernelContext(pool: WorkerPool(threadCount: threadCount))
    )
    var losses: [TokenLoss] = []
    for start in stride(from: 0, to: ids.count, by: min(chunk, ids.count)) {
      let part = ids[start..<min(ids.count, start + min(chunk, ids.count))]
      losses += scorer.append(part, checkpoint.parameters).compactMap(\.self)
    }
    return losses + scorer.finish(checkpoint.parameters).compactMap(\.self)
  }

  private static func expected(_ folder: String) throws -> Expected {
    let data = try Data(
      contentsOf: URL(filePath: path("\(folder)/expected.json"))
    )
    return try JSONDecoder().decode(Expected.self, from: data)
  }

  @Test("are those of transformers", arguments: folders)
  func areThoseOfTransformers(_ folder: String) throws {
    let expected = try Self.expected(folder)
    let losses = try Self.losses(of: expected.ids, in: folder) {
      ContextWindows(context: $0.shape.context)
    }
    #expect(losses.count == expected.f64.logprobs.count)
    // Half precision is what the weights were rounded to, not what is computed with.
    let worst = zip(losses, expected.f64.logprobs).map { abs(Double($0.nats) + $1) }.max() ?? 0
    #expect(worst <= 2e-5, "off by \(worst)")
    let mean = losses.reduce(0) { $0 + Double($1.nats) } / Double(losses.count)
    #expect(abs(mean - expected.f64.mean_loss) <= 2e-6 * expected.f64.mean_loss)
  }

  /// Tokens arrive one by one or all at once, on one thread or three: the same bits.
  @Test("do not depend on chunks and threads", arguments: ["gpt2", "llama"])
  func chunksChangeNothing(_ folder: String) throws {
    let ids = try Self.expected(folder).ids
    let windows = { (_: TransformerConfiguration) in ContextWindows(context: 32, stride: 8) }
    let whole = try Self.losses(of: ids, in: folder, windows: windows)
    let pieces = try Self.losses(of: ids, in: folder, windows: windows, threadCount: 3, chunk: 7)
    #expect(whole == pieces)
    #expect(whole.count == ids.count - 1)
  }

  /// Each token has the loss that a window of its own, with the same tokens before it, gives it.
  @Test("of windows are those of their tokens alone")
  func windowsAreTheirTokens() throws {
    let ids = try Self.expected("llama").ids
    let prefixes: [ContextWindows.Prefix] = [.none, .first(1), .every(1)]
    for prefix in prefixes {
      let losses = try Self.losses(of: ids, in: "llama") { _ in
        ContextWindows(context: 32, stride: 12, prefix: prefix)
      }
      let unscored = prefix == .none ? 1 : 0
      #expect(losses.count == ids.count - unscored)
      let targets = [unscored, 20, 31, 32, 33, 44, 45, 100, 158, 159]
      for target in targets {
        let start = Self.windowStart(of: target, prefix)
        let before = Array(ids[max(0, start)..<target + 1])
        let alone = try Self.losses(of: before, in: "llama") { _ in
          ContextWindows(context: 33, prefix: start < 0 || prefix == .every(1) ? .first(1) : .none)
        }
        #expect(alone.last == losses[target - unscored], "\(prefix), token \(target)")
      }
    }
  }

  /// Where the window that scores a token takes its first one from, −1 for a prefix before the text.
  private static func windowStart(of target: Int, _ prefix: ContextWindows.Prefix) -> Int {
    // In the sequence with its prefix, a window that begins at s scores what follows its inputs.
    let shift = prefix == .first(1) ? 1 : 0
    let first = prefix == .every(1) ? 0 : 1
    var start = 0
    while target + shift >= start + first + 32 { start += 12 }
    return start - shift
  }

  /// A model that was really trained, on a text of its own kind.
  @Test("of a trained model on a story")
  func trainedModel() throws {
    let path = Self.path("stories260K")
    let data = try Data(contentsOf: URL(filePath: "\(path)/expected_story.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let ids = try #require(object?["ids"] as? [Int]).map { Int32($0) }
    let losses = try Self.losses(of: ids, in: "stories260K/hf") {
      ContextWindows(context: $0.shape.context)
    }
    let mean = losses.reduce(0) { $0 + Double($1.nats) } / Double(losses.count)
    #expect(abs(mean - 1.169340465) <= 2e-6)
    #expect(losses.allSatisfy { $0.rank.map { (1...512).contains($0) } ?? false })
  }
}
