import Foundation
import NGramModels
import Testing

@Suite("Baselines")
struct BaselineTests {
  @Test("the uniform baseline is eight bits a byte")
  func uniform() {
    #expect(UniformBaseline.bitsPerByte == log2(256))
  }

  @Test("the closed form is the product of the predictions", arguments: [0, 1, 31, 500, 20_000])
  func closedForm(_ length: Int) {
    var state: UInt64 = 7
    let text = (0..<length).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: (state >> 40) & (state >> 52))
    }
    var counts = [Double](repeating: 0, count: 256)
    var sequential = 0.0
    for (position, byte) in text.enumerated() {
      sequential -= log((counts[Int(byte)] + 0.5) / (Double(position) + 128))
      counts[Int(byte)] += 1
    }
    var baseline = OrderZeroBaseline()
    for start in stride(from: 0, to: length, by: 7) {
      baseline.count(Array(text[start..<min(start + 7, length)]))
    }
    // The sequential sum rounds once a byte, by at most half a unit of the sum.
    #expect(abs(baseline.totalNats - sequential) <= max(1, Double(length)) * sequential.ulp)
    #expect(baseline.counts.reduce(0, +) == length)
  }

  @Test("a text of one byte costs half a logarithm")
  func oneByte() {
    // ln Γ(n+128)/Γ(128) − ln Γ(n+½)/Γ(½) by the C library's lgamma.
    var baseline = OrderZeroBaseline()
    baseline.count([UInt8](repeating: 0x61, count: 1_000_000))
    let n = 1e6
    let expected = lgamma(n + 128) - lgamma(128) - lgamma(n + 0.5) + lgamma(0.5)
    #expect(abs(baseline.totalNats - expected) < 4 * lgamma(n).ulp)
  }
}

@Suite("Natural logarithm")
struct NaturalLogarithmTests {
  @Test("is within one unit in the last place of the C library's")
  func matchesLibrary() {
    var state: UInt64 = 3
    for _ in 0..<200_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // All exponents of positive numbers, subnormals included.
      let x = Double(bitPattern: (state ^ state >> 29) & 0x7FEF_FFFF_FFFF_FFFF)
      #expect(abs(naturalLogarithm(x) - log(x)) <= log(x).ulp, "\(x)")
      let near = 1 + (Double(state >> 11) * 0x1p-53 - 0.5)
      #expect(abs(naturalLogarithm(near) - log(near)) <= log(near).ulp, "\(near)")
    }
  }

  @Test("has its exact values")
  func exactValues() {
    #expect(naturalLogarithm(1) == 0)
    #expect(naturalLogarithm(0) == -.infinity)
    #expect(naturalLogarithm(.infinity) == .infinity)
    #expect(naturalLogarithm(2) == log(2))
    #expect(naturalLogarithm(.leastNonzeroMagnitude) == log(Double.leastNonzeroMagnitude))
  }
}
