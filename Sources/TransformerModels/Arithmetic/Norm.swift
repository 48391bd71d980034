import LossNumerics
import ModelShapes

/// A norm over the width: where its weight and its bias lie among the parameters.
struct Norm: Sendable, Hashable {
  var kind: TransformerShape.Normalization
  var weight: Range<Int>
  var bias: Range<Int>?
  var epsilon: Float

  /// The elements of a row.
  var columns: Int { weight.count }

  /// The floats that are kept of each row for the gradient.
  var statisticsCount: Int { kind == .layerNorm ? KernelContext.layerNormStatistics : 1 }

  /// Normalizes rows (R, C).
  func forward(
    _ kernels: KernelContext,
    _ weights: borrowing Matrix<Float>,
    _ x: Span<Float>,
    into output: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>
  ) {
    let weight = weights.part(weight)
    switch kind {
    case .layerNorm:
      kernels.layerNorm(
        x,
        columns: columns,
        weight: weight,
        bias: weights.part(bias ?? 0..<0),
        epsilon: epsilon,
        into: &output,
        statistics: &statistics
      )
    case .rmsNorm:
      kernels.rmsNorm(
        x,
        columns: columns,
        weight: weight,
        epsilon: epsilon,
        into: &output,
        statistics: &statistics
      )
    }
  }

  /// Adds rows and normalizes the sum, all (R, C).
  func forward(
    _ kernels: KernelContext,
    _ weights: borrowing Matrix<Float>,
    adding x: Span<Float>,
    _ residual: Span<Float>,
    sum: inout MutableSpan<Float>,
    into output: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>
  ) {
    let weight = weights.part(weight)
    switch kind {
    case .layerNorm:
      kernels.addLayerNorm(
        x,
        residual: residual,
        sum: &sum,
        columns: columns,
        weight: weight,
        bias: weights.part(bias ?? 0..<0),
        epsilon: epsilon,
        into: &output,
        statistics: &statistics
      )
    case .rmsNorm:
      kernels.addRMSNorm(
        x,
        residual: residual,
        sum: &sum,
        columns: columns,
        weight: weight,
        epsilon: epsilon,
        into: &output,
        statistics: &statistics
      )
    }
  }

  /// Adds the gradients of the rows to `xGradient` and those of weight and bias to `gradients`.
  func backward(
    _ kernels: KernelContext,
    _ weights: borrowing Matrix<Float>,
    _ gradients: borrowing Matrix<Float>,
    _ x: Span<Float>,
    statistics: Span<Float>,
    outputGradient: Span<Float>,
    xGradient: inout MutableSpan<Float>
  ) {
    var weightGradient = gradients.writablePart(weight)
    switch kind {
    case .layerNorm:
      var biasGradient = gradients.writablePart(bias ?? 0..<0)
      kernels.layerNormBackward(
        outputGradient: outputGradient,
        x: x,
        columns: columns,
        weight: weights.part(weight),
        statistics: statistics,
        xGradient: &xGradient,
        weightGradient: &weightGradient,
        biasGradient: &biasGradient
      )
    case .rmsNorm:
      kernels.rmsNormBackward(
        outputGradient: outputGradient,
        x: x,
        columns: columns,
        weight: weights.part(weight),
        statistics: statistics,
        xGradient: &xGradient,
        weightGradient: &weightGradient
      )
    }
  }
}
