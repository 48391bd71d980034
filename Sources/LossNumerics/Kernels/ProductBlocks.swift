/// How the result of a product is cut into blocks that threads compute on their own.
///
/// No element's sum is ever cut, so the cut does not show in the bits; it may depend on the threads.
package struct ProductBlocks {
  /// The most rows and columns of a block.
  private(set) var rows: Int
  private(set) var columns: Int

  /// How many blocks lie below and beside each other.
  let down: Int
  let across: Int

  /// How many blocks there are.
  var count: Int { down * across }

  /// Cuts a result.
  ///
  /// Packed rows of A take room in the cache, which limits the rows. Below that, halves are made
  /// until each thread has several blocks to take (one that is slowed down then holds up little) or
  /// the blocks are so small that packing and handing out would show.
  init(_ product: MatrixProduct, batchCount: Int, threadCount: Int) {
    // As few rows of blocks as the limit allows, of equal height.
    var rows = Self.pieces(product.rows, max(1, Self.pieces(product.rows, Self.mostRows)))
    var columns = product.columns
    let wanted = Self.wantedBlocks(product, batchCount: batchCount, threadCount: threadCount)
    while true {
      let down = Self.pieces(product.rows, rows)
      let across = Self.pieces(product.columns, columns)
      guard down * across < wanted else { break }
      // Each row of blocks packs B anew, and each column of blocks A, where A is transposed.
      let packedByRow = down * product.columns
      let packedByColumn = product.left == .plain ? 0 : across * product.rows
      if rows > Self.leastSide && (packedByRow < packedByColumn || columns <= 2 * Self.leastSide) {
        rows = Self.half(rows, multiple: 2)
      } else if columns > 2 * Self.leastSide {
        columns = Self.half(columns, multiple: Self.panelColumns)
      } else {
        break
      }
    }
    self.rows = rows
    self.columns = columns
    down = Self.pieces(product.rows, rows)
    across = Self.pieces(product.columns, columns)
  }

  /// The rows and columns of a block; blocks above each other follow each other, so that threads at
  /// work at the same time read the same columns of B.
  func block(_ index: Int, of product: MatrixProduct) -> (rows: Range<Int>, columns: Range<Int>) {
    let row = index % down * rows
    let column = index / down * columns
    return (
      row..<min(row + rows, product.rows), column..<min(column + columns, product.columns)
    )
  }

  /// How many blocks each product of a batch should be cut into.
  private static func wantedBlocks(
    _ product: MatrixProduct,
    batchCount: Int,
    threadCount: Int
  ) -> Int {
    guard threadCount > 1 else { return 1 }
    let worthwhile = product.multiplyAdds / leastMultiplyAdds
    let shared = Double(blocksPerThread) * Double(threadCount) / Double(max(batchCount, 1))
    return max(1, Int(min(shared.rounded(.up), worthwhile)))
  }

  private static func pieces(_ whole: Int, _ piece: Int) -> Int {
    piece == 0 ? 0 : (whole + piece - 1) / piece
  }

  private static func half(_ side: Int, multiple: Int) -> Int {
    let half = (side + 1) / 2
    return (half + multiple - 1) / multiple * multiple
  }

  /// Rows of A packed at a time: 1,024 × 1,024 floats.
  private static let mostRows = 1024

  /// A side this small is not cut: packing would cost more than the other thread brings.
  private static let leastSide = 64

  /// Columns are cut between whole panels of the packed right operand, of any variant.
  package static let panelColumns = 32

  /// Some 3 µs of work, several times what handing it out to a thread that spins costs.
  private static let leastMultiplyAdds = 4e5

  private static let blocksPerThread = 2
}
