import IsoLoss

/// Our way to do the product of the operands.
func ourProduct(_ operands: ProductOperands, on kernels: KernelContext) -> () -> Void {
  let product = operands.product
  let shape = MatrixProduct(
    rows: product.rows,
    columns: product.columns,
    depth: product.inner,
    left: product.isFirstTransposed ? .transposed : .plain,
    right: product.isSecondTransposed ? .transposed : .plain
  )
  func multiply(
    _ first: borrowing Matrix<Float>,
    _ second: borrowing Matrix<Float>,
    into output: inout Matrix<Float>
  ) {
    var output = output.mutableSpan
    kernels.multiply(shape, first.span, second.span, into: &output)
  }
  return { multiply(operands.first, operands.second, into: &operands.output) }
}
