import LossNumerics
import Testing

@Suite("Exact sum")
struct ExactSumTests {
  @Test("rounds once, to nearest even")
  func roundsOnce() {
    #expect(ExactSum([1e308, 1e308, -1e308, -1e308, 0.1]).rounded == 0.1)
    #expect(ExactSum([1, 0x1p-53]).rounded == 1)
    #expect(ExactSum([1, 0x1p-53, 0x1p-1074]).rounded == (1.0).nextUp)
    #expect(ExactSum([(1.0).nextUp, 0x1p-53]).rounded == (1.0).nextUp.nextUp)
    #expect(ExactSum([.leastNonzeroMagnitude, .leastNonzeroMagnitude]).rounded == 0x1p-1073)
    #expect(ExactSum([.greatestFiniteMagnitude, 0x1p970]).rounded == .infinity)
    #expect(ExactSum([-3.5, 1.25]).rounded == -2.25)
    #expect(ExactSum().rounded == 0)
  }

  /// math.fsum([0.1] * 10) and friends, Python 3.11, which rounds the exact sum correctly.
  @Test("agrees with Python's fsum")
  func agreesWithFsum() {
    #expect(ExactSum([Double](repeating: 0.1, count: 10)).rounded == 1.0)
    let harmonic = (1...1000).map { 1 / Double($0) }
    #expect(ExactSum(harmonic).rounded == 7.485470860550345)
  }

  @Test("shards add up in any order and grouping")
  func shardsAddUp() {
    let values = (1...5000).map {
      (Double($0) * 0.7).remainder(dividingBy: 1) * 0x1p40 / Double($0)
    }
    let whole = ExactSum(values)
    let shards = stride(from: 0, to: values.count, by: 700).map {
      ExactSum(values[$0..<min($0 + 700, values.count)].reversed())
    }
    #expect(shards.reduce(ExactSum(), +) == whole)
    #expect(shards.reversed().reduce(ExactSum(), +).rounded == whole.rounded)
  }

  @Test(
    "reads what it writes",
    arguments: [0, 1, -1, 0.1, -1e300, .leastNonzeroMagnitude, 123456.789]
  )
  func readsWhatItWrites(_ value: Double) {
    let sum = ExactSum([value, value])
    #expect(ExactSum(sum.description) == sum)
    #expect(ExactSum(sum.description)?.rounded == 2 * value)
  }

  @Test(
    "refuses text that is no sum",
    arguments: ["", "-", "0x1", "g", "1 ", String(repeating: "f", count: 600)]
  )
  func refusesOther(_ text: String) {
    #expect(ExactSum(text) == nil)
  }

  @Test("a value that is not finite traps")
  func nonFiniteTraps() async {
    await #expect(processExitsWith: .failure) { _ = ExactSum([.nan]) }
  }
}

extension ExactSum {
  fileprivate init(_ values: some Sequence<Double>) {
    self.init()
    for value in values { add(value) }
  }
}
