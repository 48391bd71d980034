import CLossKernels
import Execution

// Norms over rows (R, C). Sums within a row run over sixteen lanes; a variance is taken about the
// mean, and what rounding the mean to a float leaves out is kept beside it, so that a row with mean
// 1e4 and spread 1 keeps its digits.

extension KernelContext {
  /// The floats that a layer norm keeps of each row for its gradient.
  ///
  /// The mean m rounded to a float, a shift s, and the reciprocal standard deviation r: the normalized
  /// element is (x − m) · r + s, where s is what rounding the mean left out, in deviations.
  public static let layerNormStatistics = Int(CLOSS_LAYER_NORM_STATISTICS)

  /// Normalizes rows to mean 0 and variance 1: `output = (x − mean) / √(variance + epsilon) · weight + bias`.
  ///
  /// Shapes: `x` and `output` (R, C); `statistics` (R, 3), see ``layerNormStatistics``; `weight` and
  /// `bias` (C), or empty for none. A NaN or an infinity makes its row NaN; a row whose squares
  /// overflow (elements beyond 1e19) gives zeros, times the weight and plus the bias. Ba, Kiros and
  /// Hinton, Layer normalization (2016).
  public func layerNorm(
    _ x: Span<Float>,
    columns: Int,
    weight: Span<Float> = Span(),
    bias: Span<Float> = Span(),
    epsilon: Float,
    into output: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>
  ) {
    var sum = MutableSpan<Float>()
    normalize(
      x,
      residual: Span(),
      sum: &sum,
      columns: columns,
      weight: weight,
      bias: bias,
      epsilon: epsilon,
      into: &output,
      statistics: &statistics,
      isCentered: true
    )
  }

  /// Adds rows and normalizes the sum: `sum = x + residual`, then as ``layerNorm(_:columns:weight:bias:epsilon:into:statistics:)``.
  ///
  /// All of (R, C); the sum passes through the cache once. For the gradient, give `sum` as `x` to the
  /// backward pass: what it adds to is the gradient of both terms.
  public func addLayerNorm(
    _ x: Span<Float>,
    residual: Span<Float>,
    sum: inout MutableSpan<Float>,
    columns: Int,
    weight: Span<Float> = Span(),
    bias: Span<Float> = Span(),
    epsilon: Float,
    into output: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>
  ) {
    precondition(residual.count == x.count && sum.count == x.count, "a sum of unequal shapes")
    normalize(
      x,
      residual: residual,
      sum: &sum,
      columns: columns,
      weight: weight,
      bias: bias,
      epsilon: epsilon,
      into: &output,
      statistics: &statistics,
      isCentered: true
    )
  }

  /// Adds the gradients of a layer norm to `xGradient`, `weightGradient` and `biasGradient`.
  ///
  /// The first is (R, C) as `outputGradient` and `x`, the last two are (C), or empty where nobody asks;
  /// they sum over rows in fixed blocks.
  public func layerNormBackward(
    outputGradient: Span<Float>,
    x: Span<Float>,
    columns: Int,
    weight: Span<Float> = Span(),
    statistics: Span<Float>,
    xGradient: inout MutableSpan<Float>,
    weightGradient: inout MutableSpan<Float>,
    biasGradient: inout MutableSpan<Float>
  ) {
    normalizeBackward(
      outputGradient: outputGradient,
      x: x,
      columns: columns,
      weight: weight,
      statistics: statistics,
      xGradient: &xGradient,
      weightGradient: &weightGradient,
      biasGradient: &biasGradient,
      isCentered: true
    )
  }

  /// Divides rows by their root mean square: `output = x / √(mean of x² + epsilon) · weight`.
  ///
  /// Shapes: `x` and `output` (R, C); `statistics` (R), the reciprocal roots; `weight` (C), or empty for
  /// none. A NaN makes its row NaN, an infinity itself NaN and the rest of its row zero; a row whose
  /// squares overflow (elements beyond 1e19) gives zeros. Zhang and Sennrich, Root mean square layer
  /// normalization (2019).
  public func rmsNorm(
    _ x: Span<Float>,
    columns: Int,
    weight: Span<Float> = Span(),
    epsilon: Float,
    into output: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>
  ) {
    var sum = MutableSpan<Float>()
    normalize(
      x,
      residual: Span(),
      sum: &sum,
      columns: columns,
      weight: weight,
      bias: Span(),
      epsilon: epsilon,
      into: &output,
      statistics: &statistics,
      isCentered: false
    )
  }

  /// Adds rows and normalizes the sum: `sum = x + residual`, then as ``rmsNorm(_:columns:weight:epsilon:into:statistics:)``.
  public func addRMSNorm(
    _ x: Span<Float>,
    residual: Span<Float>,
    sum: inout MutableSpan<Float>,
    columns: Int,
    weight: Span<Float> = Span(),
    epsilon: Float,
    into output: inout MutableSpan<Float>,
    statistics: inout MutableSpan<Float>
  ) {
    precondition(residual.count == x.count && sum.count == x.count, "a sum of unequal shapes")
    normalize(
      x,
      residual: residual,
      sum: &sum,
      columns: columns,
      weight: weight,
      bias: Span(),
      epsilon: epsilon,
      into: &output,
      statistics: &statistics,
      isCentered: false
    )
  }

  /// Adds the gradients of a root-mean-square norm to `xGradient` and `weightGradient`.
  ///
  /// The latter is (C), or empty where nobody asks; it sums over rows in fixed blocks.
  public func rmsNormBackward(
    outputGradient: Span<Float>,
    x: Span<Float>,
    columns: Int,
    weight: Span<Float> = Span(),
    statistics: Span<Float>,
    xGradient: inout MutableSpan<Float>,
    weightGradient: inout MutableSpan<Float>
  ) {
    var biasGradient = MutableSpan<Float>()
    normalizeBackward(
      outputGradient: outputGradient,
      x: x,
      columns: columns,
      weight: weight,
      statistics: statistics,
      xGradient: &xGradient,
      weightGradient: &weightGradient,
      biasGradient: &biasGradient,
      isCentered: false
    )
  }
}
