import Execution
import LossNumerics
import Testing

/// A norm as it stands on paper, in double.
private func referenceNorm(
  _ x: [Double],
  columns: Int,
  weight: [Float],
  bias: [Float],
  epsilon: Double,
  isCentered: Bool
) -> [Double] {
  stride(from: 0, to: x.count, by: columns).flatMap { start in
    let row = x[start..<start + columns]
    let mean = isCentered ? row.reduce(0, +) / Double(columns) : 0
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
    let deviation = (variance + epsilon).squareRoot()
    return row.enumerated().map { column, value in
      let normal = (value - mean) / deviation
      return normal * (weight.isEmpty ? 1 : Double(weight[column]))
        + (bias.isEmpty ? 0 : Double(bias[column]))
    }
  }
}

/// What a norm and its gradient give.
private struct NormResult: Equatable {
  var out: [Float]
  var statistics: [Float]
  var xGradient: [Float]
  var weightGradient: [Float]
  var biasGradient: [Float]

  init(
    _ kernels: KernelContext,
    _ x: [Float],
    columns: Int,
    weight: [Float] = [],
    bias: [Float] = [],
    gradient: [Float],
    epsilon: Float = 1e-5,
    isCentered: Bool
  ) {
    let rows = x.count / columns
    var out = [Float](repeating: .nan, count: x.count)
    let kept = isCentered ? KernelContext.layerNormStatistics : 1
    var statistics = [Float](repeating: .nan, count: rows * kept)
    var xGradient = [Float](repeating: 0, count: x.count)
    var weightGradient = [Float](repeating: 0, count: columns)
    var biasGradient = [Float](repeating: 0, count: isCentered ? columns : 0)
    var outSpan = out.mutableSpan
    var statisticsSpan = statistics.mutableSpan
    var xSpan = xGradient.mutableSpan
    var weightSpan = weightGradient.mutableSpan
    if isCentered {
      var biasSpan = biasGradient.mutableSpan
      kernels.layerNorm(
        x.span,
        columns: columns,
        weight: weight.span,
        bias: bias.span,
        epsilon: epsilon,
        into: &outSpan,
        statistics: &statisticsSpan
      )
      kernels.layerNormBackward(
        outGradient: gradient.span,
        x: x.span,
        columns: columns,
        weight: weight.span,
        statistics: statisticsSpan.span,
        xGradient: &xSpan,
        weightGradient: &weightSpan,
        biasGradient: &biasSpan
      )
    } else {
      kernels.rmsNorm(
        x.span,
        columns: columns,
        weight: weight.span,
        epsilon: epsilon,
        into: &outSpan,
        statistics: &statisticsSpan
      )
      kernels.rmsNormBackward(
        outGradient: gradient.span,
        x: x.span,
        columns: columns,
        weight: weight.span,
        statistics: statisticsSpan.span,
        xGradient: &xSpan,
        weightGradient: &weightSpan
      )
    }
    (self.out, self.statistics, self.xGradient) = (out, statistics, xGradient)
    (self.weightGradient, self.biasGradient) = (weightGradient, biasGradient)
  }

  var allBits: [[UInt32]] {
    [bits(out), bits(statistics), bits(xGradient), bits(weightGradient), bits(biasGradient)]
  }
}

@Suite("Norms of rows")
struct NormKernelTests {
  @Test("matches PyTorch", arguments: Contexts.variants.indices)
  func golden(variant: Int) {
    let kernels = Contexts.variants[variant]
    let layer = NormResult(
      kernels,
      GoldenRows.x,
      columns: 5,
      weight: GoldenRows.weight,
      bias: GoldenRows.bias,
      gradient: GoldenRows.gradient,
      isCentered: true
    )
    let rms = NormResult(
      kernels,
      GoldenRows.x,
      columns: 5,
      weight: GoldenRows.weight,
      gradient: GoldenRows.gradient,
      epsilon: 1e-6,
      isCentered: false
    )
    for (value, golden) in [
      (layer.out, GoldenRows.layerNorm), (layer.xGradient, GoldenRows.layerNormGradientOfX),
      (layer.weightGradient, GoldenRows.layerNormGradientOfWeight),
      (layer.biasGradient, GoldenRows.layerNormGradientOfBias), (rms.out, GoldenRows.rmsNorm),
      (rms.xGradient, GoldenRows.rmsNormGradientOfX),
      (rms.weightGradient, GoldenRows.rmsNormGradientOfWeight),
    ] {
      // Sums of five terms of size one to three: a few roundings of that size.
      #expect(worst(value, golden.map(Double.init), scale: 4) < 8)
    }
  }

  @Test("matches a double reference on odd widths", arguments: oddWidths)
  func reference(columns: Int) {
    let x = normals(3 * columns, seed: 1, mean: 0.5)
    let weight = normals(columns, seed: 2)
    let bias = normals(columns, seed: 3)
    let wide = x.map(Double.init)
    for kernels in Contexts.variants {
      for isCentered in [true, false] {
        let result = NormResult(
          kernels,
          x,
          columns: columns,
          weight: weight,
          bias: isCentered ? bias : [],
          gradient: x,
          isCentered: isCentered
        )
        let expected = referenceNorm(
          wide,
          columns: columns,
          weight: weight,
          bias: isCentered ? bias : [],
          epsilon: Double(Float(1e-5)),
          isCentered: isCentered
        )
        // Outputs of up to 4 deviations times weights of up to 4, in half a dozen roundings.
        #expect(worst(result.out, expected, scale: 16) < 8)
      }
    }
  }

  @Test("keeps its digits at mean 1e4 and spread 1")
  func shifted() {
    let x = normals(768, seed: 4, mean: 1e4)
    let expected = referenceNorm(
      x.map(Double.init),
      columns: 768,
      weight: [],
      bias: [],
      epsilon: Double(Float(1e-5)),
      isCentered: true
    )
    for kernels in Contexts.variants {
      let result = NormResult(kernels, x, columns: 768, gradient: x, isCentered: true)
      #expect(worst(result.out, expected, scale: 4) < 8)
    }
  }

  @Test("has the gradient of central differences", arguments: [true, false])
  func gradient(isCentered: Bool) {
    let columns = 19
    let x = normals(3 * columns, seed: 5)
    let weight = normals(columns, seed: 6)
    let gradient = normals(3 * columns, seed: 7)
    for kernels in Contexts.variants {
      let result = NormResult(
        kernels,
        x,
        columns: columns,
        weight: weight,
        gradient: gradient,
        isCentered: isCentered
      )
      for index in x.indices {
        let slope = centralDifference(at: x.map(Double.init), along: index) { point in
          dot(
            referenceNorm(
              point,
              columns: columns,
              weight: weight,
              bias: [],
              epsilon: 1e-5,
              isCentered: isCentered
            ),
            gradient
          )
        }
        #expect(abs(Double(result.xGradient[index]) - slope) < 2e-5)
      }
      for column in 0..<columns {
        let slope = (0..<3).reduce(0.0) { sum, row in
          let h = referenceNorm(
            x.map(Double.init),
            columns: columns,
            weight: [],
            bias: [],
            epsilon: 1e-5,
            isCentered: isCentered
          )
          return sum + h[row * columns + column] * Double(gradient[row * columns + column])
        }
        #expect(abs(Double(result.weightGradient[column]) - slope) < 2e-5)
      }
    }
  }

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
      outGradient: x.span.extracting(1...),
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
