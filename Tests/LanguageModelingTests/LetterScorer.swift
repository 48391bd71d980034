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
