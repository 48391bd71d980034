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

@Suite("Cross-entropy of rows")
struct CrossEntropyKernelTests {
  @Test("matches PyTorch, with smoothing and z-loss too")
  func golden() {
    let plain = CrossEntropyOptions(gradientScale: 0.5)
    for kernels in Contexts.variants {
      let result = crossEntropy(kernels, GoldenRows.x, [2, 0], plain)
      #expect(worst(result.losses, GoldenRows.crossEntropy.map(Double.init)) < 4)
      #expect(
        worst(result.gradient, GoldenRows.crossEntropyGradient.map(Double.init), scale: 1) < 4
      )
      let smooth = crossEntropy(kernels, GoldenRows.x, [2, 0], everything)
      #expect(worst(smooth.losses, GoldenRows.smoothCrossEntropy.map(Double.init)) < 4)
      #expect(
        worst(
          smooth.gradient,
          GoldenRows.smoothCrossEntropyGradient.map(Double.init),
          scale: 1
        ) < 4
      )
    }
  }

  @Test("a vocabulary of 50,257 keeps its digits", arguments: [0.0, 1000])
  func largeVocabulary(shift: Double) {
    let logits = normals(50_257, seed: 1, mean: shift, deviation: 2)
    let expected = referenceLoss(logits.map(Double.init), target: 40_000, CrossEntropyOptions())
    for kernels in Contexts.variants {
      let result = crossEntropy(kernels, logits, [40_000])
      #expect(isClose(result.losses[0], expected, ulps: 2))
      // Equal terms are the worst case: every addition to a lane rounds alike.
      let equal = [Float](repeating: -0.3, count: 50_256) + [0]
      let equalResult = crossEntropy(kernels, equal, [0])
      let reference = referenceLoss(equal.map(Double.init), target: 0, CrossEntropyOptions())
      #expect(abs(Double(equalResult.losses[0]) / reference - 1) < 1e-6)
    }
  }

  @Test("has the gradient of central differences", arguments: [CrossEntropyOptions(), everything])
  func gradient(options: CrossEntropyOptions) {
    let columns = 37
    let logits = normals(3 * columns, seed: 2)
    let targets: [Int32] = [0, 36, 16]
    for kernels in Contexts.variants {
      let result = crossEntropy(kernels, logits, targets, options)
      for row in 0..<3 {
        let point = logits[row * columns..<(row + 1) * columns].map(Double.init)
        for column in 0..<columns {
          let slope = centralDifference(at: point, along: column) {
            referenceLoss($0, target: targets[row], options)
          }
          let value = Double(result.gradient[row * columns + column])
          #expect(abs(value - slope * options.gradientScale) < 1e-7 + 1e-6 * abs(slope))
        }
      }
    }
  }

  @Test("chunks of whole blocks give the bits of the whole")
  func chunks() {
    let vocabulary = 2500
    let logits = normals(5 * vocabulary, seed: 3, deviation: 4)
    let targets: [Int32] = [0, 1023, 1024, -1, 2499]
    for kernels in Contexts.variants {
      let whole = crossEntropy(kernels, logits, targets, everything)
      #expect(whole.losses[3] == 0)
      #expect(whole.gradient[3 * vocabulary..<4 * vocabulary].allSatisfy { $0 == 0 })
      for width in [1024, 2048] {
        let parts = chunked(kernels, logits, targets, everything, width: width)
        #expect(bits(parts.losses) == bits(whole.losses))
        #expect(bits(parts.gradient) == bits(whole.gradient))
      }
      let odd = chunked(kernels, logits, targets, everything, width: 333)
      #expect(worst(odd.losses, whole.losses.map(Double.init)) < 4)
      #expect(worst(odd.gradient, whole.gradient.map(Double.init), scale: 0.5) < 4)
    }
  }

  @Test("bits depend on neither batch, threads nor fused variant")
  func sameBits() {
    let columns = 300
    let logits = normals(512 * columns, seed: 4)
    let targets = (0..<512).map { Int32($0 % columns) }
    let whole = crossEntropy(Contexts.threads[0], logits, targets)
    for kernels in Contexts.threads + Contexts.fused {
      let result = crossEntropy(kernels, logits, targets)
      #expect(bits(result.losses) == bits(whole.losses))
      #expect(bits(result.gradient) == bits(whole.gradient))
    }
    for rows in [1, 2, 7, 64] {
      let part = crossEntropy(
        Contexts.threads[0],
        Array(logits[..<(rows * columns)]),
        Array(targets[..<rows])
      )
      #expect(bits(part.losses) == bits(Array(whole.losses[..<rows])))
      #expect(bits(part.gradient) == bits(Array(whole.gradient[..<(rows * columns)])))
    }
  }

  @Test("without a gradient the losses are the same")
  func withoutputGradient() {
    let logits = normals(4 * 1500, seed: 5)
    let targets: [Int32] = [3, 1400, -7, 9]
    for kernels in Contexts.variants {
      var losses = [Float](repeating: .nan, count: 4)
      var span = losses.mutableSpan
      kernels.crossEntropy(logits: logits.span, targets: targets, losses: &span)
      #expect(losses == crossEntropy(kernels, logits, targets).losses)
    }
  }

  @Test("gradients of a row sum to zero, and of a certain row vanish")
  func laws() {
    for kernels in Contexts.variants {
      let result = crossEntropy(kernels, normals(777, seed: 6), [5])
      #expect(abs(result.gradient.reduce(0) { $0 + Double($1) }) < 1e-6)
      let certain = crossEntropy(kernels, [0, 200], [1])
      #expect(certain.losses == [0] && certain.gradient == [0, 0])
      let uniform = crossEntropy(kernels, [0, 0, 0, 0], [2])
      #expect(isClose(uniform.losses[0], log(4), ulps: 1))
    }
  }

  @Test("a target that is nearly certain keeps the digits of its loss and gradient")
  func nearlyCertain() {
    for kernels in Contexts.variants {
      for gap in [5.0, 11, 14, 17, 30, 80] {
        // Beside the largest, in a lane of its own, in the largest's lane, and in a block of its own.
        for (columns, other) in [(2, 1), (17, 16), (200, 65), (1024, 320), (3000, 2000)] {
          var logits = [Float](repeating: -.infinity, count: columns)
          (logits[0], logits[other]) = (Float(gap), 0)
          for target in [0, other] {
            let result = crossEntropy(kernels, logits, [Int32(target)])
            let expected = (target == 0 ? 0 : gap) + log1p(exp(-gap))
            #expect(isClose(result.losses[0], expected, ulps: 4))
            let miss = target == 0 ? 1 / (1 + exp(gap)) : 1 / (1 + exp(-gap))
            #expect(isClose(result.gradient[target], -miss, ulps: 6))
            #expect(isClose(result.gradient[target == 0 ? other : 0], miss, ulps: 6))
          }
        }
      }
    }
  }

  @Test("ties, and records block after block")
  func records() {
    for kernels in Contexts.variants {
      let equal = crossEntropy(kernels, [Float](repeating: 7, count: 5000), [4999])
      #expect(isClose(equal.losses[0], log(5000), ulps: 1))
      let rising = (0..<5000).map { Float($0) / 64 }
      let expected = referenceLoss(rising.map(Double.init), target: 4999, CrossEntropyOptions())
      let result = crossEntropy(kernels, rising, [4999])
      #expect(isClose(result.losses[0], expected, ulps: 8))
      #expect(abs(result.gradient.reduce(0) { $0 + Double($1) }) < 1e-7)
    }
  }

  @Test("no columns: losses of rows that do not count are zero")
  func noColumns() {
    let result = crossEntropy(Contexts.threads[0], [], [-1, -1])
    #expect(result.losses == [0, 0] && result.gradient.isEmpty)
  }

  @Test("masked and spoiled logits")
  func nonFinite() {
    for kernels in Contexts.variants {
      // A block that is masked whole, before and after others.
      var logits = [Float](repeating: -.infinity, count: 3000)
      logits[1500] = 1
      logits[1501] = 1
      let masked = crossEntropy(kernels, logits, [1501])
      #expect(isClose(masked.losses[0], log(2), ulps: 1))
      #expect(masked.gradient[1500] == 0.5 && masked.gradient[1501] == -0.5)
      #expect(masked.gradient[0] == 0 && masked.gradient[2999] == 0)
      #expect(crossEntropy(kernels, logits, [7]).losses == [.infinity])
      for (index, value) in [(0, Float.nan), (1500, .nan), (2999, .nan), (2000, .infinity)] {
        var spoiled = logits
        spoiled[index] = value
        let result = crossEntropy(kernels, spoiled, [1501])
        #expect(result.losses[0].isNaN && result.gradient.allSatisfy { $0.isNaN })
      }
      let nothing = [Float](repeating: -.infinity, count: 20)
      #expect(crossEntropy(kernels, nothing, [3]).losses[0].isNaN)
    }
  }

  @Test("the example of the documentation")
  func example() {
    let kernels = Contexts.threads[0]
    let whole = normals(2 * 50_257, seed: 8)
    let targets: [Int32] = [40_000, 3]
    let chunks = [0..<16_384, 16_384..<50_257]
    var losses: [Float] = [0, 0]
    var gradient = [Float]()
    func logits(_ columns: Range<Int>) -> [Float] {
      [0, 50_257].flatMap { start in columns.map { whole[start + $0] } }
    }

    var totals = LogitTotals(targets: targets, vocabularySize: 50_257)
    for chunk in chunks {
      kernels.take(logits(chunk).span, columns: chunk.count, into: &totals)
    }
    var lossSpan = losses.mutableSpan
    kernels.losses(of: totals, into: &lossSpan)
    for chunk in chunks {
      var part = logits(chunk)
      var span = part.mutableSpan
      kernels.crossEntropyGradient(replacing: &span, columns: chunk, of: totals)
      gradient += part[..<chunk.count]
    }

    let expected = crossEntropy(kernels, whole, targets)
    #expect(losses == expected.losses)
    #expect(gradient == Array(expected.gradient[..<50_257]))
  }

  @Test("a target outside the vocabulary traps, and so do losses too early")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      _ = LogitTotals(targets: [4], vocabularySize: 4)
    }
    await #expect(processExitsWith: .failure) {
      var losses: [Float] = [0]
      var span = losses.mutableSpan
      KernelContext().losses(of: LogitTotals(targets: [1], vocabularySize: 4), into: &span)
    }
    await #expect(processExitsWith: .failure) {
      _ = CrossEntropyOptions(zWeight: -1)
    }
  }
}
