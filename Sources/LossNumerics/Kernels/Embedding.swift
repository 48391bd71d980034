import CLossKernels
import Execution

extension KernelContext {
  /// Fetches the rows of a table (V, C) that `ids` (T) name, into (T, C).
  ///
  /// - Precondition: Each id names a row of the table.
  public func embed(
    _ ids: Span<Int32>,
    table: Span<Float>,
    columns: Int,
    into output: inout MutableSpan<Float>
  ) {
    embed(
      ids,
      table: table,
      positions: Span(),
      positionTable: Span(),
      columns: columns,
      into: &output
    )
  }

  /// Fetches the rows of a table that `ids` name and adds those of another that `positions` name.
  ///
  /// Shapes: `ids` and `positions` (T), `table` (V, C), `positionTable` (P, C), `output` (T, C).
  ///
  /// - Precondition: Each id and position names a row of its table.
  public func embed(
    _ ids: Span<Int32>,
    table: Span<Float>,
    positions: Span<Int32>,
    positionTable: Span<Float>,
    columns: Int,
    into output: inout MutableSpan<Float>
  ) {
    let (code, tokens) = (variant.code, ids.count)
    requireCount(output.count, tokens, columns, "output")
    requireRows(ids, of: table.count, columns)
    requireRows(positions, of: positionTable.count, columns)
    let hasPositions = positionTable.isEmpty || positions.count == tokens
    precondition(hasPositions, "\(positions.count) positions for \(tokens) ids")
    // SAFETY: each id names a whole row of its table; a block writes its own rows, and the pool
    // returns before the pointers end.
    unsafe withInputs(table, positionTable) { table, positionTable in
      unsafe withIndices(ids, positions) { ids, positions in
        unsafe withOutput(&output) { output in
          guard let t = unsafe table, let i = unsafe ids, let o = unsafe output else { return }
          nonisolated(unsafe) let (rows, names, output) = unsafe (t, i, o)
          nonisolated(unsafe) let (more, moreNames) = unsafe (positionTable, positions)
          forEachRowBlock(rows: tokens, columns: columns) { range in
            let start = range.lowerBound
            unsafe closs_gather_rows(
              code,
              rows,
              names + start,
              more,
              moreNames.map { unsafe $0 + start },
              range.count,
              columns,
              output + start * columns
            )
          }
        }
      }
    }
  }

  /// Adds rows (T, C) to those of a table (V, C) that `ids` (T) name: the gradient of an embedding.
  ///
  /// Each element of the table sums its tokens in their order, whatever the threads: these share the
  /// columns.
  ///
  /// - Precondition: Each id names a row of the table.
  public func embedBackward(
    outputGradient: Span<Float>,
    ids: Span<Int32>,
    columns: Int,
    tableGradient: inout MutableSpan<Float>
  ) {
    requireCount(outputGradient.count, ids.count, columns, "outputGradient")
    requireRows(ids, of: tableGradient.count, columns)
    let code = variant.code
    let tokens = ids.count
    let isSerial = pool.threadCount == 1 || tokens * columns <= Self.serialElements
    let width = isSerial ? columns : 64
    // SAFETY: each id names a whole row of the table; a block adds to its own columns, and the pool
    // returns before the pointers end.
    unsafe withInput(outputGradient) { gradient in
      unsafe withIndices(ids) { ids in
        unsafe withOutput(&tableGradient) { table in
          guard let g = unsafe gradient, let ids = unsafe ids, let table = unsafe table else {
            return
          }
          nonisolated(unsafe) let (rows, names, sums) = unsafe (g, ids, table)
          pool.forEachBlock((columns + width - 1) / width) { block, _ in
            let first = block * width
            unsafe closs_scatter_add_rows(
              code,
              rows,
              names,
              tokens,
              columns,
              first,
              min(width, columns - first),
              sums
            )
          }
        }
      }
    }
  }

  /// Traps unless each id names a row of a table.
  private func requireRows(_ ids: Span<Int32>, of count: Int, _ columns: Int) {
    let rows = columns == 0 ? 0 : count / columns
    requireCount(count, rows, columns, "table")
    for index in ids.indices {
      let id = Int(ids[index])
      precondition(id >= 0 && id < rows, "id \(id) is outside a table of \(rows) rows")
    }
  }
}
