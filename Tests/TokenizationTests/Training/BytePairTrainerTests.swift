import Execution
import FileFormats
import Foundation
import TestSupport
import Testing
import Tokenization

@Suite("Training of byte-pair vocabularies")
struct BytePairTrainerTests {
  private func train(
    _ words: WordCounts,
    _ size: Int,
    _ rule: MergeTieRule = .tokenizers
  ) throws -> BytePairTraining {
    try BytePairTrainer(BytePairTrainingOptions(vocabularySize: size, tieRule: rule)).train(words)
  }

  private func fileBytes(_ path: String) throws -> [UInt8] {
    var source = try FileSource(path: path)
    return try source.readAll(limit: 1 << 30)
  }

  // MARK: - As others train

  @Test("learns from our own text what others learn", arguments: GoldenTokens.all)
  func lighthouse(_ golden: GoldenTokens) throws {
    let words = try countWords(fileBytes(TestFiles.package("corpora/lighthouse.txt")))
    let learned = try train(words, 456, golden.rule).learned
    let expected = golden.tokens.split(whereSeparator: \.isWhitespace).map(String.init)
    #expect(learned.tokens.dropFirst(256).map(hex) == expected)
    #expect("\(ContentHash(of: Array(learned.lines(golden.rule).utf8)))" == golden.hash)
  }

  @Test(
    "learns what others learn, to the last merge",
    .enabled(if: TestFiles.hasShared("data/corpora/wikitext-2.train.txt")),
    arguments: GoldenTraining.shared
  )
  func shared(_ golden: GoldenTraining) throws {
    let path = TestFiles.shared("data/corpora/\(golden.file)")
    let counter = WordCounter(WordCountingOptions(pattern: .gpt2), pool: WorkerPool(threadCount: 2))
    var source = try FileSource(path: path)
    try counter.add(&source)
    let training = try train(counter.finish(), golden.vocabularySize, golden.rule)
    #expect(training.termination == golden.termination)
    #expect(training.learned.merges.count == golden.mergeCount)
    #expect("\(ContentHash(of: Array(training.learned.lines(golden.rule).utf8)))" == golden.hash)
  }

  @Test(
    "learns the merges of the shared goldens, from the whole text and from its lines",
    .enabled(if: TestFiles.hasShared("data/tokenizers/golden_merges.json")),
    arguments: ["whole", "lines"]
  )
  func goldenMerges(_ unit: String) throws {
    let json = try JSONValue(
      parsing: fileBytes(TestFiles.shared("data/tokenizers/golden_merges.json")),
      name: "golden_merges.json"
    )
    let text = try fileBytes(TestFiles.shared("data/corpora/tinyshakespeare.txt"))
    let counter = WordCounter(WordCountingOptions(pattern: .gpt2), pool: WorkerPool(threadCount: 1))
    if unit == "lines" {
      for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
        // Every line but the one after the last line feed ends with one.
        try counter.add(line.endIndex < text.endIndex ? line + [0x0A] : Array(line), of: "line")
        try counter.endText("line")
      }
    } else {
      try counter.add(text, of: "whole")
      try counter.endText("whole")
    }
    let words = try counter.finish()
    #expect("\(words.corpusHash)" == json["sha256"]?.string)
    for rule in MergeTieRule.allCases {
      let learned = try train(words, 512, rule).learned
      #expect(learned.lines(rule) == goldenLines(json[unit], rule))
    }
  }

  private func goldenLines(_ json: JSONValue?, _ rule: MergeTieRule) -> String? {
    let merges = json?[rule == .tokenizers ? "hf" : "rustbpe"]?.array
    return merges?.compactMap { merge in
      switch rule {
      case .tokenizers: merge.array?.compactMap(\.string).joined(separator: " ")
      case .rustbpe: merge.string
      }
    }.map { "\($0)\n" }.joined()
  }

  @Test(
    "breaks ties as others do, in 400 texts trained to the end",
    arguments: [
      (
        MergeTieRule.tokenizers, 19_272,
        "a113b9df73e4e3ee8297b428cce569dbdb92d7f389f1287867139a7bd105d016"
      ),
      (
        MergeTieRule.rustbpe, 19_261,
        "4191eaa30c4887112aeba2fb52d14af2f56dffc1b1bd67f9a95149914048574e"
      ),
    ]
  )
  func ties(_ rule: MergeTieRule, _ mergeCount: Int, _ hash: String) throws {
    var lines = ""
    var count = 0
    for number in 0..<400 {
      let training = try train(countWords(textFullOfTies(number)), 100_000, rule)
      #expect(training.termination == .noPairLeft)
      lines += training.learned.lines(rule)
      count += training.learned.merges.count
    }
    #expect(count == mergeCount)
    #expect("\(ContentHash(of: Array(lines.utf8)))" == hash)
  }

  // MARK: - Identities

  @Test("agrees with the naive trainer", arguments: MergeTieRule.allCases)
  func naive(_ rule: MergeTieRule) throws {
    for number in 0..<80 {
      let text = textFullOfTies(number)
      let words = try countWords(text)
      let size = 256 + number
      var naive = NaiveBytePairTrainer(dictionary(words), rule)
      naive.train(vocabularySize: size)
      #expect(try train(words, size, rule).learned.merges == naive.merges, "text \(number)")
    }
  }

  @Test("stops at the least count, as the naive trainer does")
  func minimumCount() throws {
    let words = try countWords(textFullOfTies(35))
    for minimumCount in 1...6 {
      var naive = NaiveBytePairTrainer(dictionary(words), .tokenizers)
      naive.train(vocabularySize: 10_000, minimumCount: minimumCount)
      let options = BytePairTrainingOptions(
        vocabularySize: 10_000,
        minimumCount: UInt64(minimumCount)
      )
      let training = try BytePairTrainer(options).train(words)
      #expect(training.learned.merges == naive.merges)
      #expect(training.termination == (minimumCount == 1 ? .noPairLeft : .belowMinimumCount))
      #expect(training.lastCount.map { $0 >= minimumCount } ?? naive.merges.isEmpty)
    }
  }

  @Test("leaves words as the merges, applied one after the other, make them")
  func segmentations() throws {
    let words = try countWords(fileBytes(TestFiles.package("corpora/lighthouse.txt")))
    let options = BytePairTrainingOptions(vocabularySize: 1000)
    var run = try TrainingRun(options, words)
    while try run.step() {}
    let ranks = Dictionary(
      uniqueKeysWithValues: run.merges.enumerated().map { rank, merge in
        ([merge.left, merge.right], (rank: rank, result: merge.result))
      }
    )
    let idOfByte = Dictionary(
      uniqueKeysWithValues: LearnedMerges.byteLevelAlphabet.enumerated().map { ($1, TokenID($0)) }
    )
    var tokenCount: UInt64 = 0
    for (index, segmentation) in run.segmentations().enumerated() {
      let (bytes, count) = words[index]
      #expect(segmentation == encoded(bytes.compactMap { idOfByte[$0] }, ranks))
      tokenCount += UInt64(segmentation.count) * count
    }
    #expect(try BytePairTrainer(options).train(words).tokenCount == tokenCount)
  }

  /// Merges the pair of lowest rank, its first place first, until none is left.
  private func encoded(
    _ word: [TokenID],
    _ ranks: [[TokenID]: (rank: Int, result: TokenID)]
  ) -> [TokenID] {
    var tokens = word
    while true {
      let candidates = tokens.indices.dropLast().compactMap { index in
        ranks[[tokens[index], tokens[index + 1]]].map { (rank: $0.rank, index: index, $0.result) }
      }
      guard let best = candidates.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else {
        return tokens
      }
      tokens.replaceSubrange(best.index...best.index + 1, with: [best.2])
    }
  }

  private func dictionary(_ words: WordCounts) -> [[UInt8]: Int] {
    var dictionary: [[UInt8]: Int] = [:]
    for index in 0..<words.wordCount { dictionary[words[index].bytes] = Int(words[index].count) }
    return dictionary
  }
}
