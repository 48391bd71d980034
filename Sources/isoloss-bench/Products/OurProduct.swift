import IsoLoss

/// Our way to do the product of the operands; `nil` where there is none.
///
/// The place where the kernel of matrix products is called from.
func ourProduct(_ operands: ProductOperands, on kernels: KernelContext) -> (() -> Void)? {
  // Plain loops take too long on more.
  guard operands.product.flops <= 0x1p25 else { return nil }
  return { plainProduct(operands) }
}

/// Plain loops, on one thread.
private func plainProduct(_ operands: ProductOperands) {
  let product = operands.product
  let a = operands.first
  let b = operands.second
  // How far apart the entries of a row and of a column lie.
  let (aRow, aInner) = product.isFirstTransposed ? (1, product.rows) : (product.inner, 1)
  let (bInner, bColumn) = product.isSecondTransposed ? (1, product.inner) : (product.columns, 1)
  for row in 0..<product.rows {
    for column in 0..<product.columns {
      var sum: Float = 0
      for inner in 0..<product.inner {
        sum += a[row * aRow + inner * aInner] * b[inner * bInner + column * bColumn]
      }
      operands.output[row * product.columns + column] = sum
    }
  }
}
