import Foundation
import IsoLoss

/// Rows fetched from tables and added to them, and heads turned to their positions.
func tableBenchmarks() -> [Benchmark] {
  [ArraySize.rows[0], ArraySize.rows[2]].flatMap { size in
    [
      embedding(size), positionedEmbedding(size), embeddingBackward(size),
      rotary(size, .halves), rotary(size, .interleaved), rotaryBackward(size),
    ]
  }
}

/// Names of rows of a table that is as long as there are tokens.
private func randomRows(_ size: ArraySize) -> [Int32] {
  var generator = SeededGenerator(seed: 9)
  return (0..<size.rows).map { _ in Int32(generator.next(below: size.rows)) }
}

private func embedding(_ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "embedding",
    size,
    moving: ArrayTraffic(reads: 1, writes: 1),
    peer: rowPeer("embedding", size)
  ) { kernels, operands in
    let ids = randomRows(size)
    let expected = Double(operands.a[Int(ids[operands.row]), operands.column])
    return PreparedKernel(expecting: expected, within: 0) { operands in
      var y = operands.y.mutableSpan
      kernels.embed(ids.span, table: operands.a.span, columns: size.columns, into: &y)
      return Double(operands.y[operands.row, operands.column])
    }
  }
}

private func positionedEmbedding(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("embedding-with-positions", size, moving: ArrayTraffic(reads: 2, writes: 1)) {
    kernels,
    operands in
    let ids = randomRows(size)
    let positions = (0..<size.rows).map { Int32($0) }
    let token = operands.a[Int(ids[operands.row]), operands.column]
    let expected = Double(token + operands.b[operands.row, operands.column])
    return PreparedKernel(expecting: expected, within: 0) { operands in
      var y = operands.y.mutableSpan
      kernels.embed(
        ids.span,
        table: operands.a.span,
        positions: positions.span,
        positionTable: operands.b.span,
        columns: size.columns,
        into: &y
      )
      return Double(operands.y[operands.row, operands.column])
    }
  }
}

private func embeddingBackward(_ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "embedding-backward",
    size,
    moving: ArrayTraffic(reads: 1, updates: 1),
    peer: rowPeer("embedding-backward", size)
  ) { kernels, operands in
    let ids = randomRows(size)
    let id = ids[operands.row]
    let column = operands.column
    let expected = ids.indices.filter { ids[$0] == id }
      .reduce(0) { $0 + Double(operands.a[$1, column]) }
    return PreparedKernel(expecting: expected, within: 1e-5) { operands in
      operands.u[Int(id), column] = 0
      var table = operands.u.mutableSpan
      kernels.embedBackward(
        outputGradient: operands.a.span,
        ids: ids.span,
        columns: size.columns,
        tableGradient: &table
      )
      return Double(operands.u[Int(id), column])
    }
  }
}

private func rotary(_ size: ArraySize, _ pairing: RotaryPairing) -> Benchmark {
  let name = pairing == .halves ? "rotary-halves" : "rotary-interleaved"
  return rotary(name, size) { kernels, x, layout, positions, table in
    kernels.rotate(&x, layout: layout, positions: positions, table: table, pairing: pairing)
  }
}

private func rotaryBackward(_ size: ArraySize) -> Benchmark {
  rotary("rotary-backward", size) { kernels, x, layout, positions, table in
    kernels.rotateBackward(&x, layout: layout, positions: positions, table: table, pairing: .halves)
  }
}

/// Turns heads of 64 elements; the table of 1024 positions stays in the cache and does not count.
private func rotary(
  _ name: String,
  _ size: ArraySize,
  _ turn:
    @escaping (
      KernelContext, inout MutableSpan<Float>, HeadLayout, Span<Int32>, RotaryTable
    ) -> Void
) -> Benchmark {
  kernelBenchmark(name, size, moving: ArrayTraffic(updates: 1)) { kernels, operands in
    let layout = HeadLayout(heads: size.columns / 64, headSize: 64)
    let table = RotaryTable(rotaryDimension: 64, positionCount: 1024)
    let positions = (0..<size.rows).map { Int32($0 % 1024) }
    // The first pair turns by one radian a position; its other element is zero.
    let expected = cos(Double(positions[operands.row]))
    return PreparedKernel(expecting: expected, within: 1e-6) { operands in
      operands.u[operands.row, 0] = 1
      operands.u[operands.row, 1] = 0
      operands.u[operands.row, 32] = 0
      var x = operands.u.mutableSpan
      turn(kernels, &x, layout, positions.span, table)
      return Double(operands.u[operands.row, 0])
    }
  }
}
