import Execution
import LossNumerics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The angles of position 1 as they stand on paper.
private func referenceFrequencies(_ dimension: Int, base: Double = 10_000) -> [Double] {
  (0..<dimension / 2).map { 1 / pow(base, Double(2 * $0) / Double(dimension)) }
}

/// Turns as they stand on paper, in double.
private func referenceTurn(
  _ x: [Float],
  _ layout: HeadLayout,
  _ positions: [Int32],
  _ frequencies: [Double],
  _ pairing: RotaryPairing
) -> [Double] {
  var out = x.map(Double.init)
  for (token, position) in positions.enumerated() {
    for head in 0..<layout.heads {
      let start = token * layout.tokenStride + head * layout.headStride
      for (pair, frequency) in frequencies.enumerated() {
        let left = start + (pairing == .interleaved ? 2 * pair : pair)
        let right = left + (pairing == .interleaved ? 1 : frequencies.count)
        let angle = Double(position) * frequency
        let (a, b) = (Double(x[left]), Double(x[right]))
        out[left] = a * cos(angle) - b * sin(angle)
        out[right] = b * cos(angle) + a * sin(angle)
      }
    }
  }
  return out
}

private func turned(
  _ kernels: KernelContext,
  _ x: [Float],
  _ layout: HeadLayout,
  _ positions: [Int32],
  _ table: RotaryTable,
  _ pairing: RotaryPairing,
  back: Bool = false
) -> [Float] {
  var result = x
  var span = result.mutableSpan
  if back {
    kernels.rotateBackward(
      &span,
      layout: layout,
      positions: positions.span,
      table: table,
      pairing: pairing
    )
  } else {
    kernels.rotate(
      &span,
      layout: layout,
      positions: positions.span,
      table: table,
      pairing: pairing
    )
  }
  return result
}

@Suite("Rotary positions")
struct RotaryTests {
  @Test(
    "match the definition, with gaps and unturned elements",
    arguments: [0, 2, 16, 30, 32, 34, 64, 66, 128],
    [RotaryPairing.interleaved, .halves]
  )
  func reference(dimension: Int, pairing: RotaryPairing) {
    let layout = HeadLayout(heads: 3, headSize: 130, tokenStride: 500, headStride: 150)
    let positions: [Int32] = [0, 5, 1, 99]
    let table = RotaryTable(rotaryDimension: dimension, positionCount: 100)
    let x = normals(4 * 500, seed: 1)
    let frequencies = referenceFrequencies(dimension)
    let expected = referenceTurn(x, layout, positions, frequencies, pairing)
    for kernels in Contexts.variants {
      let result = turned(kernels, x, layout, positions, table, pairing)
      // Two products of up to 4 and a sum, cosines and sines rounded once.
      #expect(worst(result, expected, scale: 4) < 4)
      let back = turned(kernels, result, layout, positions, table, pairing, back: true)
      #expect(worst(back, x.map(Double.init), scale: 4) < 8)
    }
  }

  @Test("frequencies and angles of four elements")
  func literals() {
    let table = RotaryTable(rotaryDimension: 4, positionCount: 4)
    #expect(table.frequencies.count == 2 && table.frequencies[0] == 1)
    #expect(abs(table.frequencies[1] / 0.01 - 1) < 4e-16)
    let slower = RotaryTable(rotaryDimension: 4, base: 1e6, positionCount: 1).frequencies
    #expect(abs(slower[1] / 1e-3 - 1) < 4e-16)
    // Position 3 turns by 3 and 0.03: cos 3, sin 3, cos 0.03, sin 0.03.
    let expected = [
      -0.9899924966004454, 0.1411200080598672, 0.9995500337489875, 0.02999550020249566,
    ]
    let layout = HeadLayout(heads: 1, headSize: 4)
    for kernels in Contexts.variants {
      let neighbors = turned(kernels, [1, 0, 1, 0], layout, [3], table, .interleaved)
      #expect(worst(neighbors, expected) <= 1)
      let halves = turned(kernels, [1, 1, 0, 0], layout, [3], table, .halves)
      #expect(worst(halves, [0, 2, 1, 3].map { expected[$0] }) <= 1)
    }
  }

  @Test("matches products of complex numbers by PyTorch")
  func golden() {
    let table = RotaryTable(rotaryDimension: 4, positionCount: 8)
    let layout = HeadLayout(heads: 2, headSize: 4)
    let x = Array(GoldenRows.x[..<8])
    // The first head is (0, 1), (2, 3); as halves its elements stand (0, 2), (1, 3).
    let halves = [0, 2, 1, 3, 4, 6, 5, 7].map { x[$0] }
    for kernels in Contexts.variants {
      let result = turned(kernels, x, layout, [7], table, .interleaved)
      #expect(worst(result, GoldenRows.rotary.map(Double.init), scale: 4) < 4)
      let other = turned(kernels, halves, layout, [7], table, .halves)
      #expect(bits(other) == bits([0, 2, 1, 3, 4, 6, 5, 7].map { result[$0] }))
    }
  }

  @Test("bits depend on neither threads nor fused variant")
  func sameBits() {
    let layout = HeadLayout(heads: 4, headSize: 64)
    let positions = (0..<600).map { Int32($0) }
    let table = RotaryTable(rotaryDimension: 48, positionCount: 600)
    let x = normals(600 * 256, seed: 2)
    for pairing in [RotaryPairing.interleaved, .halves] {
      let results = (Contexts.threads + Contexts.fused).map {
        bits(turned($0, x, layout, positions, table, pairing))
      }
      for result in results { #expect(result == results[0]) }
      let one = turned(
        Contexts.threads[0],
        Array(x[256 * 300..<256 * 301]),
        layout,
        [300],
        table,
        pairing
      )
      #expect(bits(one) == Array(results[0][256 * 300..<256 * 301]))
    }
  }

  @Test("scores depend on the distance of positions alone")
  func relative() {
    let layout = HeadLayout(heads: 1, headSize: 64)
    let table = RotaryTable(rotaryDimension: 64, positionCount: 1000)
    let (q, k) = (normals(64, seed: 3), normals(64, seed: 4))
    func score(_ a: Int32, _ b: Int32) -> Double {
      let kernels = Contexts.threads[0]
      let left = turned(kernels, q, layout, [a], table, .halves)
      let right = turned(kernels, k, layout, [b], table, .halves)
      return zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    // 64 products of about one, each with two roundings.
    #expect(abs(score(7, 3) - score(907, 903)) < 1e-5)
  }

  @Test("the gradient is the transpose: turning keeps products")
  func gradient() {
    let layout = HeadLayout(heads: 2, headSize: 40)
    let table = RotaryTable(rotaryDimension: 36, positionCount: 20)
    let (x, g) = (normals(160, seed: 5), normals(160, seed: 6))
    for kernels in Contexts.variants {
      for pairing in [RotaryPairing.interleaved, .halves] {
        let out = turned(kernels, x, layout, [3, 19], table, pairing)
        let dx = turned(kernels, g, layout, [3, 19], table, pairing, back: true)
        let left = dot(g.map(Double.init), out)
        let right = dot(dx.map(Double.init), x)
        #expect(abs(left - right) < 1e-5)
      }
    }
  }

  @Test("a position beyond the table or before it traps, and so do heads that overlap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      let table = RotaryTable(rotaryDimension: 2, positionCount: 3)
      _ = turned(KernelContext(), [1, 2], HeadLayout(heads: 1, headSize: 2), [-1], table, .halves)
    }
    await #expect(processExitsWith: .failure) {
      let table = RotaryTable(rotaryDimension: 2, positionCount: 3)
      _ = turned(KernelContext(), [1, 2], HeadLayout(heads: 1, headSize: 2), [3], table, .halves)
    }
    await #expect(processExitsWith: .failure) {
      let table = RotaryTable(rotaryDimension: 2, positionCount: 3)
      let layout = HeadLayout(heads: 2, headSize: 2, headStride: 1)
      _ = turned(KernelContext(), [1, 2, 3, 4], layout, [0], table, .halves)
    }
  }
}
