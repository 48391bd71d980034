import FileFormats
import Foundation
import LanguageModeling
import NGramModels
import TestSupport
import Tokenization

/// What a scorer says of a whole text.
struct ScoredText {
  var tokens: [ScoredToken] = []
  var scorer: KneserNeyScorer

  var nats: Double { tokens.reduce(0) { $0 + $1.nats } }
  var perplexity: Double { exp(nats / Double(tokens.count)) }

  var perplexityExcludingUnknown: Double {
    let known = tokens.filter { !$0.isUnknown }
    return exp(known.reduce(0) { $0 + $1.nats } / Double(known.count))
  }

  init(_ text: [UInt8], _ model: KneserNeyModel, ranks: Bool = false, chunk: Int = 1 << 16) throws {
    scorer = model.makeScorer(ranks: ranks)
    var received: [ScoredToken] = []
    for start in stride(from: 0, to: text.count, by: chunk) {
      let part = Array(text[start..<min(start + chunk, text.count)])
      try scorer.score(part) { received.append($0) }
    }
    try scorer.finish { received.append($0) }
    tokens = received
  }
}

/// A model of texts held in memory.
func train(
  _ texts: [[UInt8]],
  order: Int,
  unit: TextUnit = .word,
  options: KneserNeyOptions = KneserNeyOptions(),
  chunk: Int = 1 << 16
) throws -> KneserNeyModel {
  var trainer = try KneserNeyTrainer(order: order, unit: unit, options: options)
  for text in texts {
    var source = MemorySource(name: "text", bytes: text, chunkByteCount: chunk)
    try trainer.add(&source)
  }
  return try trainer.train()
}

/// The bytes of a file.
func contents(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

/// A golden file of this module, made by KenLM from the texts beside it.
func golden(_ name: String) throws -> [UInt8] {
  try contents(TestFiles.package("Tests/NGramModelsTests/Golden/\(name)"))
}

/// One n-gram of an ARPA file, with decimal logarithms.
struct ARPAEntry {
  var tokens: [[UInt8]]
  var logProbability: Double
  var logBackoff: Double
}

/// The n-grams an ARPA file lists.
func arpaEntries(_ file: [UInt8]) -> [ARPAEntry] {
  file.split(separator: UInt8(ascii: "\n")).compactMap { line in
    let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    guard fields.count > 1, let logProbability = Double(String(decoding: fields[0], as: UTF8.self))
    else { return nil }
    return ARPAEntry(
      tokens: fields[1].split(separator: UInt8(ascii: " ")).map(Array.init),
      logProbability: logProbability,
      logBackoff: fields.count > 2 ? Double(String(decoding: fields[2], as: UTF8.self)) ?? .nan : 0
    )
  }
}
