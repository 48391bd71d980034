import Execution
import FileFormats
import Tokenization

/// Counts the words of a text.
func countWords(
  _ text: [UInt8],
  _ options: WordCountingOptions = WordCountingOptions(pattern: .gpt2),
  threadCount: Int = 1,
  chunkByteCount: Int = 1 << 16
) throws -> WordCounts {
  let counter = WordCounter(options, pool: WorkerPool(threadCount: threadCount))
  var source = MemorySource(name: "text", bytes: text, chunkByteCount: chunkByteCount)
  try counter.add(&source)
  return try counter.finish()
}

/// The texts full of ties that `Golden/training_ties.py` describes.
func textFullOfTies(_ number: Int) -> [UInt8] {
  var state = UInt64(number)
  let characters = Array(" abaé0b\n")
  let text = (0..<30 + 10 * (number % 40)).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return characters[Int(state >> 32) % (2 + number % 6)]
  }
  return Array(String(text).utf8)
}

extension LearnedMerges {
  /// What the golden scripts hash: a line for each merge.
  func lines(_ rule: MergeTieRule) -> String {
    let tokens = tokens
    return merges.map { merge in
      switch rule {
      case .tokenizers: "\(hex(tokens[Int(merge.left)])) \(hex(tokens[Int(merge.right)]))\n"
      case .rustbpe: "\(hex(tokens[Int(merge.result)]))\n"
      }
    }.joined()
  }
}

/// Bytes as hexadecimal digits in lower case.
func hex(_ bytes: [UInt8]) -> String {
  bytes.map { byte in
    let digits = String(byte, radix: 16)
    return byte < 16 ? "0\(digits)" : digits
  }.joined()
}
