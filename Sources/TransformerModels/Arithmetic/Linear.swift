import LossNumerics
import ModelShapes

/// A linear layer: where its weight (outputs, inputs) and its bias lie among the parameters.
struct Linear: Sendable, Hashable {
  var weight: Range<Int>
  var bias: Range<Int>?
  var inputs: Int
  var outputs: Int

  /// Computes y = x Wᵀ + b, from (R, inputs) to (R, outputs), through an activation if one is given.
  ///
  /// - Parameters:
  ///   - kernels: What is computed with.
  ///   - weights: The parameters.
  ///   - packed: The weights once more, in the order in which products read them, if they were packed.
  ///   - x: The input.
  ///   - activation: What the result passes through at last, if anything.
  ///   - accumulates: Whether the result is added to what `y` holds.
  ///   - y: The result.
  func forward(
    _ kernels: KernelContext,
    _ weights: borrowing Matrix<Float>,
    packed: PackedLayers? = nil,
    _ x: Span<Float>,
    activation: Activation? = nil,
    accumulates: Bool = false,
    into y: inout MutableSpan<Float>
  ) {
    let product = product(rows: x.count / inputs, accumulates: accumulates)
    let bias = weights.part(ifAny: bias)
    if let packed {
      let weight = packed[self]
      weight.multiply(product, kernels, x, bias: bias, activation: activation, into: &y)
    } else {
      let weight = weights.part(weight)
      kernels.multiply(product, x, weight, bias: bias, activation: activation, into: &y)
    }
  }

  /// The product that ``forward(_:_:packed:_:activation:accumulates:into:)`` is.
  func product(rows: Int, accumulates: Bool = false) -> MatrixProduct {
    MatrixProduct(
      rows: rows,
      columns: outputs,
      depth: inputs,
      right: .transposed,
      accumulates: accumulates
    )
  }

  /// Adds the gradients of the weight, dW += dyᵀ x, and of the bias, db += the sum over the rows of dy.
  ///
  /// - Parameters:
  ///   - kernels: What is computed with.
  ///   - gradients: Those of the parameters.
  ///   - x: The input.
  ///   - outputGradient: The gradient of the output.
  ///   - band: The outputs whose weights' gradients are added; `nil` for all. The bias's is with the last.
  func backwardParameters(
    _ kernels: KernelContext,
    _ gradients: borrowing Matrix<Float>,
    _ x: Span<Float>,
    outputGradient: Span<Float>,
    band: Range<Int>? = nil
  ) {
    let band = band ?? 0..<outputs
    var product = MatrixProduct(
      rows: band.count,
      columns: inputs,
      depth: x.count / inputs,
      left: .transposed,
      accumulates: true
    )
    product.leftStride = outputs
    let start = weight.lowerBound
    var weightGradient = gradients.writablePart(
      start + band.lowerBound * inputs..<start + band.upperBound * inputs
    )
    let bandGradient = outputGradient.extracting(droppingFirst: band.lowerBound)
    kernels.multiply(product, bandGradient, x, into: &weightGradient)
    guard let bias, band.upperBound == outputs else { return }
    var biasGradient = gradients.writablePart(bias)
    kernels.addColumnSums(of: outputGradient, to: &biasGradient)
  }

  /// The outputs in bands of at most so many weights, or of one output.
  func bands(of mostWeights: Int) -> [Range<Int>] {
    let most = max(1, mostWeights / inputs)
    return stride(from: 0, to: outputs, by: most).map { $0..<min($0 + most, outputs) }
  }

  /// Computes the gradient of the input, dx = dy W, or adds it.
  func backwardInput(
    _ kernels: KernelContext,
    _ weights: borrowing Matrix<Float>,
    outputGradient: Span<Float>,
    accumulates: Bool = false,
    into xGradient: inout MutableSpan<Float>
  ) {
    let product = MatrixProduct(
      rows: outputGradient.count / outputs,
      columns: inputs,
      depth: outputs,
      accumulates: accumulates
    )
    kernels.multiply(product, outputGradient, weights.part(weight), into: &xGradient)
  }
}
