import Foundation
import LanguageModeling
import LossNumerics
import Testing
import Tokenization

@Suite("Cross-entropy")
struct CrossEntropyTests {
  /// Two tokens of 1 and 3 nats over 4 bytes, 3 characters, 2 words: closed forms.
  private var small: CrossEntropy {
    var loss = CrossEntropy()
    loss.add(ScoredToken(byteOffset: 0, byteLength: 1, nats: 1))
    loss.add(ScoredToken(byteOffset: 2, byteLength: 2, nats: 3, isUnknown: true))
    loss.text = TextCounts(of: Array("a é".utf8))
    return loss
  }

  @Test("every quantity in closed form")
  func closedForms() {
    #expect(small.totalNats == 4)
    #expect(small.natsPerToken == 2)
    #expect(small.bitsPerToken == 2 / log(2))
    #expect(small.perplexity == exp(2))
    #expect(small.bitsPerByte == 1 / log(2))
    #expect(small.bitsPerCharacter == 4.0 / 3 / log(2))
    #expect(small.wordPerplexity == exp(2))
    #expect(small.bytePerplexity == exp(1))
    #expect(small.perplexityExcludingUnknown == exp(1))
    #expect(small.naiveStandardError == 1)
  }

  @Test("reports and properties give the same digits")
  func quantitiesAgree() {
    let values = LossQuantity.all.map { $0.value(of: small) }
    #expect(
      values == [
        small.natsPerToken, small.bitsPerToken, small.perplexity, small.bitsPerByte,
        small.bitsPerCharacter, small.wordPerplexity, small.bytePerplexity,
      ]
    )
    #expect(LossQuantity.all.allSatisfy { $0.value(of: CrossEntropy()) == nil })
  }

  @Test("shards add up to the whole, bit for bit")
  func shardsAddUp() throws {
    let texts = ["one two\n", "three, four?\n", "five — six\n"]
    let shards = try texts.map { try evaluate($0).crossEntropy }
    let whole = try evaluate(texts.joined()).crossEntropy
    #expect(shards.reduce(CrossEntropy(), +) == whole)
    #expect((shards[2] + shards[0] + shards[1]).totalNats == whole.totalNats)
  }
}

@Suite("Clustered errors")
struct ClusteredMeanTests {
  private func cluster(_ nats: Double, _ tokens: Int) -> Cluster {
    var cluster = Cluster()
    cluster.nats = nats
    cluster.tokenCount = tokens
    return cluster
  }

  /// R = 18/9 = 2; deviations −1, 1, 0; se² = 3/2 · 2 / 81.
  @Test("the ratio estimator in closed form")
  func closedForm() throws {
    let clusters = [cluster(3, 2), cluster(7, 3), cluster(8, 4)]
    let mean = try #require(ClusteredMean(clusters, per: .tokens))
    #expect(mean.mean == 2)
    #expect(abs(mean.standardError - (3.0 / 81).squareRoot()) <= mean.standardError.ulp)
    #expect(mean.degreesOfFreedom == 2)
    #expect(ClusteredMean([cluster(1, 1)], per: .tokens) == nil)
    #expect(ClusteredMean(clusters, per: .words) == nil)
  }

  @Test("equal clusters of one token each give the error of the mean")
  func reducesToMean() throws {
    let losses = [1.0, 2, 4, 9]
    let mean = try #require(ClusteredMean(losses.map { cluster($0, 1) }, per: .tokens))
    // Sample standard deviation 3.5590…, over √4.
    #expect(abs(mean.standardError - (38.0 / 3 / 4).squareRoot()) < 1e-15)
  }

  @Test("documents from twenty on, blocks below")
  func choice() throws {
    let documents = (0..<20).map { cluster(Double($0), 1) }
    let blocks = [(0..<16).map { cluster(Double($0 % 2), 1) }]
    #expect(ErrorClusters.choose(documents: documents, blocks: blocks)?.kind == .documents)
    let chosen = try #require(ErrorClusters.choose(documents: [], blocks: blocks))
    #expect(chosen.kind == .blocks)
    #expect(ErrorClusters.choose(documents: [], blocks: [Array(blocks[0][..<11])]) == nil)
  }

  @Test("blocks grow while the error rises, and stop where it does not")
  func blocksGrow() throws {
    // Pairs of equal neighbors: blocks of two tokens are independent, blocks of one are not. Two in a
    // row that cancel make longer blocks agree, so the error falls after one doubling.
    let pattern = (0..<64).map { cluster(($0 / 2) % 2 == 0 ? 1 : 3, 1) }
    let chosen = try #require(ErrorClusters.choose(documents: [], blocks: [pattern]))
    #expect(chosen.clusters.count == 32)
    #expect(!chosen.isLowerBound)
    // A slow drift: the error rises with every doubling.
    let drift = (0..<64).map { cluster(Double($0), 1) }
    let bound = try #require(ErrorClusters.choose(documents: [], blocks: [drift]))
    #expect(bound.isLowerBound)
    #expect(bound.clusters.count == 16)
  }

  @Test("a perplexity's interval is the exponential of the interval in nats")
  func perplexityInterval() throws {
    let documents = (0..<30).map { cluster(100 + Double($0 % 7), 50) }
    let clusters = try #require(ErrorClusters.choose(documents: documents, blocks: []))
    let uncertainty = { key in
      LossQuantity.all.first { $0.key == key }?.uncertainty(clusters, level: 0.95)
    }
    let nats = try #require(uncertainty("natsPerToken"))
    let perplexity = try #require(uncertainty("perplexity"))
    #expect(perplexity.interval.lowerBound == exp(nats.interval.lowerBound))
    #expect(perplexity.interval.upperBound == exp(nats.interval.upperBound))
    // t(0.975, 29) = 2.0452296421327034 (R 4.2, qt).
    let reach = nats.interval.upperBound - nats.interval.lowerBound
    #expect(abs(reach / nats.standardError - 2 * 2.0452296421327034) < 1e-11)
  }
}
