import Execution
import LossNumerics
import Testing

/// Philox4x32-10 as published, one counter at a time.
private func philox(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
  var (c, k) = (counter, key)
  for _ in 0..<10 {
    let p0 = UInt64(c[0]) * 0xD251_1F53
    let p1 = UInt64(c[2]) * 0xCD9E_8D57
    c = [
      UInt32(p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
      UInt32(p0 >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0),
    ]
    k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
  }
  return c
}

private func dropped(_ kernels: KernelContext, _ x: [Float], _ mask: Dropout) -> [Float] {
  var out = [Float](repeating: .nan, count: x.count)
  var span = out.mutableSpan
  kernels.dropout(x.span, mask: mask, into: &span)
  return out
}

@Suite("Dropout")
struct DropoutTests {
  let mask = Dropout(keepProbability: 0.75, seed: 0x1234_5678_9ABC_DEF0, stream: 1 << 40 | 9)

  @Test("the generator gives the published words")
  func knownAnswers() {
    // Random123's known answers for philox4x32 of 10 rounds.
    #expect(
      philox([0, 0, 0, 0], [0, 0]) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]
    )
    let digits: [UInt32] = [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344]
    #expect(
      philox(digits, [0xA409_3822, 0x299F_31D0])
        == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
    )
  }

  @Test(
    "an element's bit is that of its word",
    arguments: [0, 1, 15, 16, 63, 64, 65, 1000, 70_001]
  )
  func definition(count: Int) {
    let ones = [Float](repeating: 1, count: count)
    let limit = UInt64(0.75 * 0x1p32)
    let expected = ones.indices.map { i -> Float in
      let words = philox(
        [UInt32(16 * (i / 64) + i % 16), 0, 9, 1 << 8],
        [0x9ABC_DEF0, 0x1234_5678]
      )
      return UInt64(words[i / 16 % 4]) < limit ? Float(1 / 0.75) : 0
    }
    for kernels in Contexts.variants + Contexts.threads {
      #expect(dropped(kernels, ones, mask) == expected)
    }
  }

  @Test("keeps the stated share, independent of neighbors and streams", arguments: [0.1, 0.5, 0.9])
  func rate(keep: Double) {
    let count = 1_000_000
    let ones = [Float](repeating: 1, count: count)
    let kernels = Contexts.threads[0]
    func kept(_ stream: UInt64) -> [Bool] {
      dropped(kernels, ones, Dropout(keepProbability: keep, seed: 3, stream: stream))
        .map { $0 > 0 }
    }
    let (a, b) = (kept(0), kept(1))
    let spread = (keep * (1 - keep) / Double(count)).squareRoot()
    #expect(abs(Double(a.count { $0 }) / Double(count) - keep) < 5 * spread)
    // Pairs of independent bits: both stay with probability keep squared.
    let pair = keep * keep
    let pairSpread = (pair * (1 - pair) / Double(count)).squareRoot()
    for distance in [1, 16, 64] {
      let both = (0..<count - distance).count { a[$0] && a[$0 + distance] }
      #expect(abs(Double(both) / Double(count - distance) - pair) < 8 * pairSpread)
    }
    let across = (0..<count).count { a[$0] && b[$0] }
    #expect(abs(Double(across) / Double(count) - pair) < 5 * pairSpread)
  }

  @Test("backward uses the same mask and adds")
  func backward() {
    let x = normals(1001, seed: 1)
    for kernels in Contexts.variants {
      var gradient = [Float](repeating: 1, count: 1001)
      var span = gradient.mutableSpan
      kernels.dropoutBackward(outputGradient: x.span, mask: mask, xGradient: &span)
      let forward = dropped(kernels, x, mask)
      #expect(worst(gradient, forward.map { Double($0) + 1 }, scale: 4) < 2)
    }
  }

  @Test("keeping all changes nothing; a NaN stays")
  func edges() {
    let all = Dropout(keepProbability: 1, seed: 1, stream: 2)
    var x = normals(100, seed: 2)
    #expect(dropped(Contexts.threads[0], x, all) == x)
    x[5] = .nan
    for kernels in Contexts.variants {
      let rare = Dropout(keepProbability: 1e-9, seed: 1, stream: 2)
      #expect(dropped(kernels, x, rare)[5].isNaN)
    }
  }

  @Test("what stays is scaled by the probability as rounded")
  func roundedProbability() {
    // 0.0001 of 2^32 is 429,496.73, ten units in the last place of a float from its rounding.
    let ones = [Float](repeating: 1, count: 200_000)
    let rare = Dropout(keepProbability: 0.0001, seed: 5, stream: 6)
    for kernels in Contexts.variants {
      let kept = dropped(kernels, ones, rare).filter { $0 != 0 }
      #expect(!kept.isEmpty && kept.allSatisfy { $0 == Float(0x1p32 / 429_497) })
    }
  }

  @Test("an infinity becomes a NaN where it is dropped")
  func infinities() {
    let half = Dropout(keepProbability: 0.5, seed: 7, stream: 8)
    for kernels in Contexts.variants {
      let kept = dropped(kernels, [Float](repeating: 1, count: 100), half)
      let out = dropped(kernels, [Float](repeating: .infinity, count: 100), half)
      for (value, one) in zip(out, kept) {
        #expect(one == 0 ? value.isNaN : value == .infinity)
      }
    }
  }

  @Test("a probability of 0 and unequal lengths trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = Dropout(keepProbability: 0, seed: 1, stream: 1)
    }
    await #expect(processExitsWith: .failure) {
      var out: [Float] = [0]
      var span = out.mutableSpan
      let mask = Dropout(keepProbability: 0.5, seed: 1, stream: 1)
      KernelContext().dropout([1, 2].span, mask: mask, into: &span)
    }
    await #expect(processExitsWith: .failure) {
      var gradient: [Float] = [0, 0, 0]
      var span = gradient.mutableSpan
      let mask = Dropout(keepProbability: 0.5, seed: 1, stream: 1)
      KernelContext().dropoutBackward(outputGradient: [1, 2].span, mask: mask, xGradient: &span)
    }
  }
}
