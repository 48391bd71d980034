import IsoLoss

/// Our way to do the product of the operands.
func ourProduct(_ operands: ProductOperands, on kernels: KernelContext) -> () -> Void {
  let product = operands.product
  let shape = MatrixProduct(
    rows: product.rows,
    columns: product.columns,
    depth: product.depth,
    left: product.isLeftTransposed ? .transposed : .plain,
    right: product.isRightTransposed ? .transposed : .plain
  )
  func multiply(
    _ left: borrowing Matrix<Float>,
    _ right: borrowing Matrix<Float>,
    into output: inout Matrix<Float>
  ) {
    var output = output.mutableSpan
    kernels.multiply(shape, left.span, right.span, into: &output)
  }
  return { multiply(operands.left, operands.right, into: &operands.output) }
}
