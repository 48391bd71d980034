import IsoLoss

/// The factors of a product and room for the answer, row after row.
///
/// Entries are multiples of 1/8 from -1 to 7/8, the same that the peer makes. Sums of their products
/// are exact in single precision, in whatever order they are added: right answers agree in every bit.
final class ProductOperands {
  let product: GridProduct
  let left: Matrix<Float>
  let right: Matrix<Float>
  var output: Matrix<Float>

  init(_ product: GridProduct) {
    self.product = product
    left = Self.entries(
      product.isLeftTransposed
        ? (product.depth, product.rows) : (product.rows, product.depth),
      factor: 2_654_435_761
    )
    right = Self.entries(
      product.isRightTransposed
        ? (product.columns, product.depth) : (product.depth, product.columns),
      factor: 2_246_822_519
    )
    output = Matrix(rows: product.rows, columns: product.columns)
  }

  private static func entries(
    _ shape: (rows: Int, columns: Int),
    factor: UInt32
  ) -> Matrix<Float> {
    Matrix(rows: shape.rows, columns: shape.columns) { row, column in
      let index = UInt32(truncatingIfNeeded: row * shape.columns + column)
      return (Float((index &* factor) >> 28) - 8) / 8
    }
  }

  /// The sum of output[i, j] (i mod 31 + j mod 29), exact.
  var checksum: Double {
    var sum = 0.0
    for row in 0..<product.rows {
      for column in 0..<product.columns {
        let weight = row % 31 + column % 29
        sum += Double(output[row, column]) * Double(weight)
      }
    }
    return sum
  }
}
