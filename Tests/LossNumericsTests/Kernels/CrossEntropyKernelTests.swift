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

/// The loss of a row as it stands on paper, in double.
private func referenceLoss(
  _ row: [Double],
  target: Int32,
  _ options: CrossEntropyOptions
) -> Double {
  guard target >= 0 else { return 0 }
  let largest = row.max() ?? 0
  let logSumExp = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
  let mean = row.reduce(0, +) / Double(row.count)
  let smoothing = options.labelSmoothing
  return (1 - smoothing) * (logSumExp - row[Int(target)]) + smoothing * (logSumExp - mean)
    + options.zWeight * logSumExp * logSumExp
}

/// Losses and what became of the logits.
private func crossEntropy(
  _ kernels: KernelContext,
  _ logits: [Float],
  _ targets: [Int32],
  _ options: CrossEntropyOptions = CrossEntropyOptions()
) -> (losses: [Float], gradient: [Float]) {
  var gradient = logits
  var losses = [Float](repeating: .nan, count: targets.count)
  var span = gradient.mutableSpan
  var lossSpan = losses.mutableSpan
  kernels.crossEntropy(
    replacingWithGradient: &span,
    targets: targets,
    options: options,
    losses: &lossSpan
  )
  return (losses, gradient)
}

/// The same with the vocabulary in chunks.
private func chunked(
  _ kernels: KernelContext,
  _ logits: [Float],
  _ targets: [Int32],
  _ options: CrossEntropyOptions,
  width: Int
) -> (losses: [Float], gradient: [Float]) {
  let vocabulary = logits.count / targets.count
  var totals = LogitTotals(targets: targets, vocabularySize: vocabulary, options: options)
  let chunks = stride(from: 0, to: vocabulary, by: width).map {
    $0..<min($0 + width, vocabulary)
  }
  func cut(_ columns: Range<Int>) -> [Float] {
    targets.indices.flatMap { row in columns.map { logits[row * vocabulary + $0] } }
  }
  for columns in chunks {
    kernels.take(cut(columns).span, columns: columns.count, into: &totals)
  }
  var losses = [Float](repeating: .nan, count: targets.count)
  var lossSpan = losses.mutableSpan
  kernels.losses(of: totals, into: &lossSpan)
  var gradient = logits
  for columns in chunks {
    var part = cut(columns)
    var span = part.mutableSpan
    kernels.crossEntropyGradient(replacing: &span, columns: columns, of: totals)
    for row in targets.indices {
      for (offset, column) in columns.enumerated() {
        gradient[row * vocabulary + column] = part[row * columns.count + offset]
      }
    }
  }
  return (losses, gradient)
}

private let everything = CrossEntropyOptions(
  labelSmoothing: 0.1,
  zWeight: 0.01,
  gradientScale: 0.5
)

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
  func withoutGradient() {
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
  }
}
