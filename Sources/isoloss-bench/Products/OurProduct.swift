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
  let first = operands.first
  let second = operands.second
  func multiply(into output: inout [Float]) {
    var output = output.mutableSpan
    kernels.multiply(shape, first.span, second.span, into: &output)
  }
  return { multiply(into: &operands.output) }
}
