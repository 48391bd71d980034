import LanguageModeling

/// A model made for tests: a token is a byte and costs its value / 100 nats; `?` is unknown, `!` impossible.
struct LetterScorer: TextScorer {
  let learns: Bool
  private var offset = 0

  init(learns: Bool = false) {
    self.learns = learns
  }

  var fidelity: Fidelity { .lossless }

  mutating func score(_ chunk: [UInt8], receive: (ScoredToken) throws -> Void) throws {
    for byte in chunk {
      guard byte != UInt8(ascii: "!") else { throw ZeroProbability(byteOffset: offset) }
      try receive(
        ScoredToken(
          byteOffset: offset,
          byteLength: 1,
          nats: Double(byte) / 100,
          isUnknown: byte == UInt8(ascii: "?")
        )
      )
      offset += 1
    }
  }

  mutating func finish(receive: (ScoredToken) throws -> Void) throws {}
}

/// Evaluates a text cut into pieces of a length.
func evaluate(
  _ text: String,
  pieceLength: Int = 1 << 20,
  options: EvaluationOptions = EvaluationOptions(),
  learns: Bool = false
) throws -> TextEvaluation {
  var evaluator = TextEvaluator(scorer: LetterScorer(learns: learns), options: options)
  let bytes = Array(text.utf8)
  for start in stride(from: 0, to: bytes.count, by: pieceLength) {
    try evaluator.consume(Array(bytes[start..<min(start + pieceLength, bytes.count)]))
  }
  return try evaluator.finish()
}

/// The same model, which hands its tokens on only every tenth byte, and does not score the first.
final class LaggingScorer: TextScorer {
  private var inner = LetterScorer()
  private var held: [ScoredToken] = []
  private let leavesFirst: Bool

  init(leavesFirst: Bool) { self.leavesFirst = leavesFirst }

  let lags = true
  var fidelity: Fidelity { .lossless }

  func score(_ chunk: [UInt8], receive: (ScoredToken) throws -> Void) throws {
    try inner.score(chunk) { held.append($0) }
    let count = held.count / 10 * 10
    try handOn(count, receive)
  }

  func finish(receive: (ScoredToken) throws -> Void) throws { try handOn(held.count, receive) }

  private func handOn(_ count: Int, _ receive: (ScoredToken) throws -> Void) throws {
    for token in held.prefix(count) {
      let isLeft = leavesFirst && token.byteOffset == 0
      try receive(isLeft ? .unscored(byteOffset: 0, byteLength: 1) : token)
    }
    held.removeFirst(count)
  }
}
