import Execution
import LossNumerics
import Testing

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

  @Test(
    "a wide row of equal numbers stays finite",
    arguments: [(65_536, [134_500, 136_300]), (262_144, [10_510, 11_950])]
  )
  func constantRows(columns: Int, values: [Float]) {
    for value in values {
      // Of these rows the variance rounds to less than −epsilon.
      let x = [Float](repeating: value, count: columns)
      // The true answer is zero: off by no more than half a unit in the last place of x would make,
      // in deviations of sqrt(epsilon). Squares add 4096 times in each of 64 lanes at most.
      let bounds = (centered: 0.5 * value.ulp / Float(1e-5).squareRoot(), plain: Float(0x1p-13))
      for kernels in Contexts.variants {
        for isCentered in [true, false] {
          let result = NormResult(kernels, x, columns: columns, gradient: x, isCentered: isCentered)
          let expected: Float = isCentered ? 0 : 1
          let bound = isCentered ? bounds.centered : bounds.plain
          #expect(result.out.allSatisfy { abs($0 - expected) <= bound })
          #expect(result.xGradient.allSatisfy { $0.isFinite })
        }
      }
    }
  }

  @Test("epsilon counts where rows are small", arguments: [1e-3, 1e-5])
  func epsilon(size: Double) {
    let x = normals(3 * 50, seed: 14, deviation: size)
    for kernels in Contexts.variants {
      for isCentered in [true, false] {
        let result = NormResult(
          kernels,
          x,
          columns: 50,
          gradient: x,
          epsilon: 1e-6,
          isCentered: isCentered
        )
        let expected = referenceNorm(
          x.map(Double.init),
          columns: 50,
          weight: [],
          bias: [],
          epsilon: Double(Float(1e-6)),
          isCentered: isCentered
        )
        // Outputs are up to 4 deviations of 1e-3, or 4 of size / sqrt(epsilon).
        #expect(worst(result.out, expected, scale: 4 * min(1, size / 1e-3)) < 8)
      }
    }
  }

  @Test("gradients of weight and bias over several blocks of rows", arguments: [true, false])
  func parameterGradients(isCentered: Bool) {
    let (rows, columns) = (700, 133)
    let x = normals(rows * columns, seed: 15)
    let gradient = normals(rows * columns, seed: 16)
    let h = referenceNorm(
      x.map(Double.init),
      columns: columns,
      weight: [],
      bias: [],
      epsilon: Double(Float(1e-5)),
      isCentered: isCentered
    )
    var weightGradient = [Double](repeating: 0, count: columns)
    var biasGradient = [Double](repeating: 0, count: isCentered ? columns : 0)
    for index in x.indices {
      weightGradient[index % columns] += h[index] * Double(gradient[index])
      if isCentered { biasGradient[index % columns] += Double(gradient[index]) }
    }
    for kernels in Contexts.variants {
      let result = NormResult(
        kernels,
        x,
        columns: columns,
        gradient: gradient,
        isCentered: isCentered
      )
      // A block's sum of 246 terms of size one wanders to about 16, half a unit of which each
      // addition rounds off; three blocks, and a few units of each term besides.
      #expect(worst(result.weightGradient, weightGradient, scale: 64) < 16)
      #expect(worst(result.biasGradient, biasGradient, scale: 64) < 16)
    }
  }
}
