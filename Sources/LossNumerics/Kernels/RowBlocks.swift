import Execution

extension KernelContext {
  /// Elements that are worth a hand-out: some microseconds of work at the speed of memory.
  static let blockElements = 1 << 15

  /// Elements up to which the caller works alone: waking a thread costs more than these do.
  static let serialElements = 1 << 16

  /// Does rows in blocks, on all threads where that pays; rows that do not depend on each other.
  func forEachRowBlock(
    rows: Int,
    columns: Int,
    _ body: @Sendable (_ rows: Range<Int>) -> Void
  ) {
    guard rows > 0, columns > 0 else { return }
    guard rows * columns > Self.serialElements else { return body(0..<rows) }
    let blockRows = max(1, Self.blockElements / columns)
    pool.forEachBlock((rows + blockRows - 1) / blockRows) { block, _ in
      let first = block * blockRows
      body(first..<min(first + blockRows, rows))
    }
  }

  /// Does the blocks of a reduction, on all threads where that pays: several small ones at a time.
  func forEachReductionBlock(
    _ blocks: ReductionBlocks,
    columns: Int,
    _ body: @Sendable (_ block: Int, _ rows: Range<Int>) -> Void
  ) {
    forEachRowBlock(rows: blocks.count, columns: blocks.blockRows * columns) { range in
      for block in range { body(block, blocks.rows(of: block)) }
    }
  }
}

/// Rows cut for sums over them: each block has a partial sum of its own, and these are added in the
/// order of the blocks, so that the bits follow from the shape alone.
///
/// From 64 rows, or a partial sum would cost as much as the rows, to 256: so many float additions one
/// after the other, each of which rounds, are the longest chain there is.
struct ReductionBlocks: Sendable {
  var rows: Int
  var blockRows: Int

  init(rows: Int, columns: Int) {
    self.rows = rows
    blockRows = min(256, max(64, KernelContext.blockElements / max(columns, 1) / 4 * 4))
  }

  var count: Int { (rows + blockRows - 1) / blockRows }

  func rows(of block: Int) -> Range<Int> {
    block * blockRows..<min((block + 1) * blockRows, rows)
  }
}

/// Traps unless a span has the elements that its shape asks for.
func requireCount(_ count: Int, _ rows: Int, _ columns: Int, _ name: StaticString) {
  let (product, overflows) = rows.multipliedReportingOverflow(by: columns)
  precondition(
    rows >= 0 && columns >= 0 && !overflows && count == product,
    "`\(name)` has \(count) elements, not \(rows) rows of \(columns)"
  )
}

/// Traps unless an optional row is absent or as long as the others.
func requireRow(_ count: Int, _ columns: Int, _ name: StaticString) {
  precondition(
    count == 0 || count == columns,
    "`\(name)` has \(count) elements, neither none nor \(columns)"
  )
}
