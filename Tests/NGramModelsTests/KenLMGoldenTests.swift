import Foundation
import LanguageModeling
import NGramModels
import TestSupport
import Testing
import Tokenization

/// A model that KenLM made: the text, the ARPA file, and the words of a test text as scored.
struct GoldenModel: Sendable, CustomTestStringConvertible {
  var order: Int
  var interpolatesUnigrams = true
  var text: String
  var arpa: String
  var scored: String?
  var query: String?

  var testDescription: String { arpa }

  /// Made by `Golden/kenlm.sh` from texts of our own.
  static let own = [
    Self(
      order: 2,
      text: "harbor20.txt",
      arpa: "harbor20.o2.arpa",
      scored: "harbor8.txt",
      query: "harbor8.o2.query"
    ),
    Self(
      order: 3,
      text: "harbor20.txt",
      arpa: "harbor20.o3.arpa",
      scored: "harbor8.txt",
      query: "harbor8.o3.query"
    ),
    Self(
      order: 5,
      text: "harbor20.txt",
      arpa: "harbor20.o5.arpa",
      scored: "harbor8.txt",
      query: "harbor8.o5.query"
    ),
    Self(
      order: 2,
      interpolatesUnigrams: false,
      text: "harbor20.txt",
      arpa: "harbor20.o2.nointerp.arpa"
    ),
  ]

  /// The reference files beside the package.
  static let shared = [
    Self(
      order: 2,
      text: "sample20.txt",
      arpa: "sample20.o2.arpa",
      scored: "test8.txt",
      query: "query.o2.txt"
    ),
    Self(
      order: 3,
      text: "sample20.txt",
      arpa: "sample20.o3.arpa",
      scored: "test8.txt",
      query: "query.o3.txt"
    ),
    Self(
      order: 2,
      interpolatesUnigrams: false,
      text: "sample20.txt",
      arpa: "sample20.o2.nointerp.arpa"
    ),
  ]

  func model(_ read: (String) throws -> [UInt8]) throws -> KneserNeyModel {
    var options = KneserNeyOptions()
    options.interpolatesUnigrams = interpolatesUnigrams
    return try train([try read(text)], order: order, options: options)
  }
}

@Suite("KenLM's models")
struct KenLMGoldenTests {
  @Test("n-grams and scores match", arguments: GoldenModel.own)
  func matchesOwn(_ golden: GoldenModel) throws {
    try check(golden) { try NGramModelsTests.golden($0) }
  }

  @Test(
    "n-grams and scores match the shared files",
    .enabled(if: TestFiles.hasShared("data/ngram")),
    arguments: GoldenModel.shared
  )
  func matchesShared(_ golden: GoldenModel) throws {
    try check(golden) { try contents(TestFiles.shared("data/ngram/\($0)")) }
  }

  /// KenLM computes in single precision and prints seven digits: 5e-7 on a decimal logarithm.
  private func check(_ golden: GoldenModel, _ read: (String) throws -> [UInt8]) throws {
    let model = try golden.model(read)
    let entries = arpaEntries(try read(golden.arpa))
    #expect(model.ngramCounts.reduce(0, +) == entries.count)
    for entry in entries where entry.tokens != [Array("<s>".utf8)] || model.order > 1 {
      let name = entry.tokens.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
      let found = try #require(model.entry(entry.tokens.map(model.number(ofSpelling:))), "\(name)")
      if name != "<s>" {
        #expect(abs(log10(found.probability) - entry.logProbability) < 5e-7, "\(name)")
      }
      #expect(abs(log10(found.backoff) - entry.logBackoff) < 5e-7, "backoff of \(name)")
    }
    guard let scored = golden.scored, let query = golden.query else { return }
    try checkQuery(String(decoding: try read(query), as: UTF8.self), try read(scored), model)
  }

  /// KenLM's `query` writes `word=number length log10` for each token, tab separated.
  private func checkQuery(_ query: String, _ text: [UInt8], _ model: KneserNeyModel) throws {
    let tokens = query.split(whereSeparator: { $0 == "\t" || $0 == "\n" })
      .filter { $0.contains("=") }
    let scored = try ScoredText(text, model)
    try #require(scored.tokens.count == tokens.count)
    for (token, line) in zip(scored.tokens, tokens) {
      let logProbability = try #require(line.split(separator: " ").last.flatMap { Double($0) })
      #expect(abs(token.nats / -log(10) - logProbability) < 2e-6, "\(line)")
      #expect(token.isUnknown == line.contains("=0 "), "\(line)")
    }
    let perplexity = try #require(figure("Perplexity including OOVs:", query))
    #expect(abs(scored.perplexity / perplexity - 1) < 1e-6)
    let excluding = try #require(figure("Perplexity excluding OOVs:", query))
    #expect(abs(scored.perplexityExcludingUnknown / excluding - 1) < 1e-6)
    #expect(figure("OOVs:", query) == Double(scored.scorer.unknownCount))
  }

  private func figure(_ label: String, _ query: String) -> Double? {
    query.split(separator: "\n").first { $0.hasPrefix(label) }
      .flatMap { $0.split(separator: "\t").last }.flatMap { Double($0) }
  }
}
