import Execution
import LossNumerics
import Testing

@Suite("Norms of rows, however cut")
struct NormInvarianceTests {
  @Test("a row's bits depend on that row alone", arguments: [true, false])
  func batches(isCentered: Bool) {
    let columns = 200
    let x = normals(512 * columns, seed: 8)
    let whole = NormResult(
      Contexts.threads[0],
      x,
      columns: columns,
      gradient: x,
      isCentered: isCentered
    )
    for rows in [1, 2, 7, 64] {
      for first in [0, 100, 512 - rows] {
        let range = first * columns..<(first + rows) * columns
        let part = NormResult(
          Contexts.threads[0],
          Array(x[range]),
          columns: columns,
          gradient: Array(x[range]),
          isCentered: isCentered
        )
        #expect(bits(part.out) == bits(Array(whole.out[range])))
        #expect(bits(part.xGradient) == bits(Array(whole.xGradient[range])))
      }
    }
  }

  @Test("bits depend on neither threads nor fused variant", arguments: [true, false])
  func sameBits(isCentered: Bool) {
    let x = normals(700 * 133, seed: 9)
    let results = (Contexts.threads + Contexts.fused).map {
      NormResult($0, x, columns: 133, gradient: x, isCentered: isCentered).allBits
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test("adding a residual first changes nothing but the work")
  func residual() {
    let x = normals(6 * 77, seed: 10)
    let residual = normals(6 * 77, seed: 11)
    let both = zip(x, residual).map(+)
    for kernels in Contexts.variants {
      for isCentered in [true, false] {
        let plain = NormResult(kernels, both, columns: 77, gradient: x, isCentered: isCentered)
        var sum = [Float](repeating: 0, count: x.count)
        var out = sum
        var statistics = [Float](repeating: 0, count: plain.statistics.count)
        var sumSpan = sum.mutableSpan
        var outSpan = out.mutableSpan
        var statisticsSpan = statistics.mutableSpan
        if isCentered {
          kernels.addLayerNorm(
            x.span,
            residual: residual.span,
            sum: &sumSpan,
            columns: 77,
            epsilon: 1e-5,
            into: &outSpan,
            statistics: &statisticsSpan
          )
        } else {
          kernels.addRMSNorm(
            x.span,
            residual: residual.span,
            sum: &sumSpan,
            columns: 77,
            epsilon: 1e-5,
            into: &outSpan,
            statistics: &statisticsSpan
          )
        }
        #expect(bits(sum) == bits(both))
        #expect(bits(out) == bits(plain.out))
        #expect(bits(statistics) == bits(plain.statistics))
      }
    }
  }

  @Test("a NaN or an infinity spoils its own row alone", arguments: [Float.nan, .infinity])
  func nonFinite(value: Float) {
    for kernels in Contexts.variants {
      var x = normals(3 * 40, seed: 12)
      let clean = NormResult(kernels, x, columns: 40, gradient: x, isCentered: true)
      x[40 + 39] = value
      let layer = NormResult(kernels, x, columns: 40, gradient: x, isCentered: true)
      #expect(layer.out[40..<80].allSatisfy { $0.isNaN })
      #expect(bits(Array(layer.out[..<40])) == bits(Array(clean.out[..<40])))
      #expect(bits(Array(layer.out[80...])) == bits(Array(clean.out[80...])))
      let rms = NormResult(kernels, x, columns: 40, gradient: x, isCentered: false)
      #expect(rms.out[79].isNaN)
    }
  }

  @Test("unaligned and empty spans, and gradients that add")
  func edges() {
    let kernels = Contexts.threads[0]
    let x = normals(34, seed: 13)
    var out = [Float](repeating: 0, count: 33)
    var statistics = [Float](repeating: 0, count: 3)
    var outSpan = out.mutableSpan
    var statisticsSpan = statistics.mutableSpan
    kernels.layerNorm(
      x.span.extracting(1...),
      columns: 33,
      epsilon: 1e-5,
      into: &outSpan,
      statistics: &statisticsSpan
    )
    let plain = NormResult(
      kernels,
      Array(x[1...]),
      columns: 33,
      gradient: Array(x[1...]),
      isCentered: true
    )
    #expect(bits(out) == bits(plain.out))

    var twice = plain.xGradient
    var none = MutableSpan<Float>()
    var alsoNone = MutableSpan<Float>()
    var twiceSpan = twice.mutableSpan
    kernels.layerNormBackward(
      outputGradient: x.span.extracting(1...),
      x: x.span.extracting(1...),
      columns: 33,
      statistics: plain.statistics.span,
      xGradient: &twiceSpan,
      weightGradient: &none,
      biasGradient: &alsoNone
    )
    #expect(worst(twice, plain.xGradient.map { 2 * Double($0) }, scale: 4) < 2)
    let empty = NormResult(kernels, [], columns: 8, gradient: [], isCentered: true)
    #expect(empty.out.isEmpty && empty.weightGradient == [Float](repeating: 0, count: 8))
  }

  @Test("wrong lengths trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      let x: [Float] = [1, 2, 3]
      var out = x
      var statistics: [Float] = [0, 0, 0]
      var outSpan = out.mutableSpan
      var statisticsSpan = statistics.mutableSpan
      KernelContext().layerNorm(
        x.span,
        columns: 2,
        epsilon: 0,
        into: &outSpan,
        statistics: &statisticsSpan
      )
    }
  }
}
