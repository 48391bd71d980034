import Execution
import LossNumerics

/// A norm as it stands on paper, in double.
func referenceNorm(
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
struct NormResult: Equatable {
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
        outputGradient: gradient.span,
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
        outputGradient: gradient.span,
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
