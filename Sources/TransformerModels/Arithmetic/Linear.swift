import LossNumerics
import ModelShapes

/// A linear layer: where its weight (outputs, inputs) and its bias lie among the parameters.
struct Linear: Sendable, Hashable {
  var weight: Range<Int>
  var bias: Range<Int>?
  var inputs: Int
  var outputs: Int

  /// Computes y = x Wᵀ + b, from (R, inputs) to (R, outputs), through an activation if one is given.
  func forward(
    _ kernels: KernelContext,
    _ weights: borrowing Matrix<Float>,
    _ x: Span<Float>,
    activation: Activation? = nil,
    accumulates: Bool = false,
    into y: inout MutableSpan<Float>
  ) {
    let product = MatrixProduct(
      rows: x.count / inputs,
      columns: outputs,
      depth: inputs,
      right: .transposed,
      accumulates: accumulates
    )
    let weight = weights.part(weight)
    if let bias {
      let bias = weights.part(bias)
      kernels.multiply(product, x, weight, bias: bias, activation: activation, into: &y)
    } else {
      kernels.multiply(product, x, weight, activation: activation, into: &y)
    }
  }

  /// Adds the gradients of the weight, dW += dyᵀ x, and of the bias, db += the sum over the rows of dy.
  func backwardParameters(
    _ kernels: KernelContext,
    _ gradients: borrowing Matrix<Float>,
    _ x: Span<Float>,
    outputGradient: Span<Float>
  ) {
    let product = MatrixProduct(
      rows: outputs,
      columns: inputs,
      depth: x.count / inputs,
      left: .transposed,
      accumulates: true
    )
    var weightGradient = gradients.writablePart(weight)
    kernels.multiply(product, outputGradient, x, into: &weightGradient)
    guard let bias else { return }
    var biasGradient = gradients.writablePart(bias)
    kernels.addColumnSums(of: outputGradient, to: &biasGradient)
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
