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

  /// Does the blocks of a reduction, on all threads where that pays.
  func forEachReductionBlock(
    _ blocks: ReductionBlocks,
    columns: Int,
    _ body: @Sendable (_ block: Int, _ rows: Range<Int>) -> Void
  ) {
    guard blocks.rows * columns > Self.serialElements else {
      for block in 0..<blocks.count { body(block, blocks.rows(of: block)) }
      return
    }
    pool.forEachBlock(blocks.count) { block, _ in body(block, blocks.rows(of: block)) }
  }

  /// Does the elements in blocks of a multiple of 64.
  func forEachElementBlock(_ count: Int, _ body: @Sendable (_ elements: Range<Int>) -> Void) {
    let width = Self.blockElements
    guard count > Self.serialElements else {
      if count > 0 { body(0..<count) }
      return
    }
    pool.forEachBlock((count + width - 1) / width) { block, _ in
      body(block * width..<min((block + 1) * width, count))
    }
  }
}

/// Rows cut for sums over them: each block has a partial sum of its own, and these are added in the
/// order of the blocks, so that the bits follow from the shape alone.
struct ReductionBlocks: Sendable {
  var rows: Int
  var blockRows: Int

  init(rows: Int, columns: Int) {
    self.rows = rows
    blockRows = max(64, KernelContext.blockElements / max(columns, 1) / 4 * 4)
  }

  var count: Int { (rows + blockRows - 1) / blockRows }

  func rows(of block: Int) -> Range<Int> {
    block * blockRows..<min((block + 1) * blockRows, rows)
  }
}

/// Traps unless a span has the elements that its shape asks for.
func requireCount(_ count: Int, _ rows: Int, _ columns: Int, _ name: StaticString) {
  precondition(
    count == rows * columns,
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
