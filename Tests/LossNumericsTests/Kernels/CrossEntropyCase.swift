import Execution
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The loss of a row as it stands on paper, in double.
func referenceLoss(
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
func crossEntropy(
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
func chunked(
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

let everything = CrossEntropyOptions(
  labelSmoothing: 0.1,
  zWeight: 0.01,
  gradientScale: 0.5
)
