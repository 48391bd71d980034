/// The shape of a matrix product C = A · B: what is multiplied, and what is done with the result.
///
/// A is `rows` × `depth`, B is `depth` × `columns`, C is `rows` × `columns`; all are stored row by
/// row, A and B as they are or transposed. A value, so that it is made once and used at every step:
///
///     let project = MatrixProduct(rows: 1024, columns: 512, depth: 128, right: .transposed)
///     kernels.multiply(project, input.span, weights.span, bias: bias.span, into: &output)
///
/// Each element is summed in blocks of 256 terms, each block one chain of multiply-adds from zero,
/// the blocks in order; a multiply-add is rounded once, but twice by the portable variant. That holds
/// for every shape, so a row of the result has the same bits however many rows are computed with it,
/// on however many threads.
public struct MatrixProduct: Sendable, Hashable {
  /// How an operand lies in memory.
  public enum Storage: Sendable, Hashable {
    /// Row by row, as it enters the product.
    case plain

    /// Row by row, as the transpose of what enters the product.
    case transposed
  }

  /// The rows of A and C.
  public var rows: Int

  /// The columns of B and C.
  public var columns: Int

  /// The columns of A and rows of B, over which is summed.
  public var depth: Int

  /// How A is stored: `rows` × `depth`, or transposed, `depth` × `rows`.
  public var left: Storage

  /// How B is stored: `depth` × `columns`, or transposed, `columns` × `depth`, as the weights of a
  /// linear layer commonly are.
  public var right: Storage

  /// Whether the product is added to what C holds, as gradients are.
  public var accumulates: Bool

  /// The distance between the stored rows of A, in elements; `nil` where they follow each other.
  public var leftStride: Int?

  /// The distance between the stored rows of B.
  public var rightStride: Int?

  /// The distance between the rows of C.
  public var resultStride: Int?

  /// Creates a shape.
  ///
  /// - Precondition: No size is negative.
  public init(
    rows: Int,
    columns: Int,
    depth: Int,
    left: Storage = .plain,
    right: Storage = .plain,
    accumulates: Bool = false
  ) {
    precondition(
      rows >= 0 && columns >= 0 && depth >= 0,
      "no product has \(rows) rows, \(columns) columns and a depth of \(depth)"
    )
    self.rows = rows
    self.columns = columns
    self.depth = depth
    self.left = left
    self.right = right
    self.accumulates = accumulates
  }
}

// MARK: - In memory

extension MatrixProduct {
  /// The rows and columns of a matrix as it is stored, and the distance between its rows.
  struct Layout {
    var rows: Int
    var columns: Int
    var stride: Int

    init(_ rows: Int, _ columns: Int, _ storage: Storage, stride: Int?, name: String) {
      precondition(
        rows >= 0 && columns >= 0,
        "the \(name) cannot have \(rows) rows and \(columns) columns"
      )
      (self.rows, self.columns) = storage == .plain ? (rows, columns) : (columns, rows)
      self.stride = stride ?? self.columns
      precondition(
        self.stride >= self.columns,
        "rows of \(self.columns) elements of the \(name) overlap at a distance of \(self.stride)"
      )
    }

    /// How many elements the matrix reaches over.
    var extent: Int { rows == 0 || columns == 0 ? 0 : (rows - 1) * stride + columns }
  }

  var leftLayout: Layout {
    Layout(rows, depth, left, stride: leftStride, name: "left operand")
  }

  var rightLayout: Layout {
    Layout(depth, columns, right, stride: rightStride, name: "right operand")
  }

  var resultLayout: Layout {
    Layout(rows, columns, .plain, stride: resultStride, name: "result")
  }

  /// How many multiply-adds the product takes, as a real number since shapes may be absurd.
  var multiplyAdds: Double { Double(rows) * Double(columns) * Double(depth) }
}
