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

/// Softmax as it stands on paper, in double.
private func referenceSoftmax(_ x: [Double], columns: Int, scale: Double) -> [Double] {
  stride(from: 0, to: x.count, by: columns).flatMap { start in
    let row = x[start..<start + columns].map { scale * $0 }
    let largest = row.max() ?? 0
    let sum = row.reduce(0) { $0 + exp($1 - largest) }
    return row.map { exp($0 - largest) / sum }
  }
}

private func softmax(
  _ kernels: KernelContext,
  _ x: [Float],
  columns: Int,
  scale: Float = 1
) -> [Float] {
  var out = [Float](repeating: .nan, count: x.count)
  var span = out.mutableSpan
  kernels.softmax(x.span, columns: columns, scale: scale, into: &span)
  return out
}

private func softmaxGradient(
  _ kernels: KernelContext,
  _ gradient: [Float],
  _ out: [Float],
  columns: Int,
  scale: Float
) -> [Float] {
  var result = [Float](repeating: 0, count: out.count)
  var span = result.mutableSpan
  kernels.softmaxBackward(
    outputGradient: gradient.span,
    output: out.span,
    columns: columns,
    scale: scale,
    xGradient: &span
  )
  return result
}

private func logSumExp(_ kernels: KernelContext, _ x: [Float], rows: Int) -> [Float] {
  var out = [Float](repeating: .nan, count: rows)
  var span = out.mutableSpan
  kernels.logSumExp(x.span, columns: x.count / rows, into: &span)
  return out
}

@Suite("Softmax of rows")
struct SoftmaxKernelTests {
  @Test("matches PyTorch")
  func golden() {
    for kernels in Contexts.variants {
      let out = softmax(kernels, GoldenRows.x, columns: 5, scale: 0.5)
      #expect(worst(out, GoldenRows.softmax.map(Double.init)) < 8)
      let gradient = softmaxGradient(kernels, GoldenRows.gradient, out, columns: 5, scale: 0.5)
      #expect(worst(gradient, GoldenRows.softmaxGradient.map(Double.init), scale: 1) < 4)
    }
  }

  @Test("matches a double reference on odd widths", arguments: oddWidths)
  func reference(columns: Int) {
    let x = normals(3 * columns, seed: 1, deviation: 3)
    let expected = referenceSoftmax(x.map(Double.init), columns: columns, scale: 0.125)
    for kernels in Contexts.variants {
      // Scaling and shifting round by up to 1.5 units of 2^-24 near 1, the exponential by 2 ulps,
      // the sum and the product by some more.
      let out = softmax(kernels, x, columns: columns, scale: 0.125)
      #expect(worst(out, expected) < 16)
      let sum = out[..<columns].reduce(0) { $0 + Double($1) }
      #expect(abs(sum - 1) < 4e-7)
    }
  }

  @Test("has the gradient of central differences")
  func gradient() {
    let x = normals(2 * 21, seed: 2)
    let outputGradient = normals(2 * 21, seed: 3)
    for kernels in Contexts.variants {
      let out = softmax(kernels, x, columns: 21, scale: 0.7)
      let result = softmaxGradient(kernels, outputGradient, out, columns: 21, scale: 0.7)
      for index in x.indices {
        let slope = centralDifference(at: x.map(Double.init), along: index) {
          dot(referenceSoftmax($0, columns: 21, scale: Double(Float(0.7))), outputGradient)
        }
        #expect(abs(Double(result[index]) - slope) < 1e-6)
      }
    }
  }

  @Test("bits depend on neither batch, threads nor fused variant")
  func sameBits() {
    let columns = 257
    let x = normals(512 * columns, seed: 4)
    let whole = softmax(Contexts.threads[0], x, columns: columns)
    for rows in [1, 2, 7, 64] {
      let range = 100 * columns..<(100 + rows) * columns
      #expect(
        bits(softmax(Contexts.threads[0], Array(x[range]), columns: columns))
          == bits(Array(whole[range]))
      )
    }
    for kernels in Contexts.threads + Contexts.fused {
      #expect(bits(softmax(kernels, x, columns: columns)) == bits(whole))
    }
  }

  @Test("masked, spoiled and far logits")
  func nonFinite() {
    for kernels in Contexts.variants {
      #expect(softmax(kernels, [-.infinity, 2, -.infinity, 2], columns: 4) == [0, 0.5, 0, 0.5])
      #expect(softmax(kernels, [1000, 1000], columns: 2) == [0.5, 0.5])
      for bad in [[Float.nan, 1], [.infinity, 1], [-.infinity, -.infinity]] {
        for width in [2, 20, 70] {
          let row = bad + [Float](repeating: bad[0] == bad[1] ? bad[1] : 0, count: width - 2)
          let isNaN = softmax(kernels, row, columns: width).allSatisfy { $0.isNaN }
          #expect(isNaN, "\(bad) of \(width) on \(kernels.variant)")
        }
      }
      #expect(logSumExp(kernels, [-.infinity, -.infinity], rows: 1) == [-.infinity])
      #expect(logSumExp(kernels, [0, .nan], rows: 1)[0].isNaN)
    }
  }

  @Test("log-sum-exp within an ulp, at any shift", arguments: oddWidths)
  func logSumExpReference(columns: Int) {
    for shift in [0.0, 1000, -5000] {
      let x = normals(2 * columns, seed: 5, mean: shift, deviation: 2)
      for kernels in Contexts.variants {
        let results = logSumExp(kernels, x, rows: 2)
        for row in 0..<2 {
          let values = x[row * columns..<(row + 1) * columns].map(Double.init)
          let largest = values.max() ?? 0
          let expected = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
          #expect(isClose(results[row], expected, ulps: 2, scale: 4))
        }
      }
    }
  }

  @Test("no rows and unaligned rows")
  func edges() {
    let kernels = Contexts.threads[0]
    #expect(softmax(kernels, [], columns: 5).isEmpty)
    let x = normals(34, seed: 6)
    var out = [Float](repeating: 0, count: 33)
    var span = out.mutableSpan
    kernels.softmax(x.span.extracting(1...), columns: 33, into: &span)
    #expect(out == softmax(kernels, Array(x[1...]), columns: 33))
  }

  @Test("unequal lengths trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      var out: [Float] = [0, 0]
      var span = out.mutableSpan
      KernelContext().softmax([1, 2, 3].span, columns: 3, into: &span)
    }
    await #expect(processExitsWith: .failure) {
      _ = softmaxGradient(KernelContext(), [1, 2], [0.5, 0.25, 0.25], columns: 3, scale: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = logSumExp(KernelContext(), [1, 2, 3], rows: 2)
    }
  }
}
