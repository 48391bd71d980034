import IsoLoss
import TestSupport
import Testing

@Suite("README")
struct ReadmeTests {
  /// The README's `swift` block, line by line.
  @Test("its Swift compiles and gives sensible numbers")
  func swiftBlock() throws {
    let model = try AdaptiveModel()
    var evaluator = TextEvaluator(scorer: model.makeScorer(ranks: false))
    try evaluator.consume(Array("to be or not to be".utf8))
    #expect((1..<8).contains(try evaluator.finish().crossEntropy.bitsPerByte))

    let law = ScalingLaw.chinchilla(E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658)
    // Worked from the closed form with these coefficients; 22.9 at 1e20 stands in Epoch's replication.
    #expect((20...26).contains(law.optimum(compute: 1e21)?.tokensPerParameter ?? .nan))
  }
}
