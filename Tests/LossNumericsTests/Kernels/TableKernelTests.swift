import Execution
import LossNumerics
import Testing

@Suite("Embeddings, sums and scales")
struct TableKernelTests {
  private func ids(_ count: Int, below bound: Int, seed: UInt64) -> [Int32] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Int32(generator.next(below: bound)) }
  }

  private func gradient(
    _ kernels: KernelContext,
    _ outputGradient: [Float],
    _ ids: [Int32],
    columns: Int,
    rows: Int
  ) -> [Float] {
    var table = [Float](repeating: 1, count: rows * columns)
    var span = table.mutableSpan
    kernels.embedBackward(
      outputGradient: outputGradient.span,
      ids: ids.span,
      columns: columns,
      tableGradient: &span
    )
    return table
  }

  @Test("fetches rows and adds positions", arguments: oddWidths)
  func embed(columns: Int) {
    let table = normals(11 * columns, seed: 1)
    let positionTable = normals(5 * columns, seed: 2)
    let ids: [Int32] = [10, 0, 3, 3]
    let positions: [Int32] = [0, 1, 4, 2]
    for kernels in Contexts.variants {
      var out = [Float](repeating: .nan, count: 4 * columns)
      var span = out.mutableSpan
      kernels.embed(ids.span, table: table.span, columns: columns, into: &span)
      for (row, id) in ids.enumerated() {
        let start = Int(id) * columns
        #expect(out[row * columns..<(row + 1) * columns] == table[start..<start + columns])
      }
      var sum = out
      var sumSpan = sum.mutableSpan
      kernels.embed(
        ids.span,
        table: table.span,
        positions: positions.span,
        positionTable: positionTable.span,
        columns: columns,
        into: &sumSpan
      )
      for index in out.indices {
        let position = Int(positions[index / columns])
        #expect(sum[index] == out[index] + positionTable[position * columns + index % columns])
      }
    }
  }

  @Test("sums gradients in token order, whatever the threads", arguments: [1, 17, 64, 200])
  func embedBackward(columns: Int) {
    let tokens = 1000
    let ids = ids(tokens, below: 7, seed: 3)
    let outputGradient = normals(tokens * columns, seed: 4)
    var expected = [Float](repeating: 1, count: 7 * columns)
    for (token, id) in ids.enumerated() {
      for column in 0..<columns {
        expected[Int(id) * columns + column] += outputGradient[token * columns + column]
      }
    }
    for kernels in Contexts.variants + Contexts.threads {
      #expect(
        bits(gradient(kernels, outputGradient, ids, columns: columns, rows: 7)) == bits(expected)
      )
    }
  }

  @Test("column sums in blocks of rows", arguments: [0, 1, 3, 64, 65, 1000])
  func columnSums(rows: Int) {
    for columns in [1, 16, 100] {
      let x = normals(rows * columns, seed: 5)
      var expected = [Double](repeating: 0.5, count: columns)
      for (index, value) in x.enumerated() { expected[index % columns] += Double(value) }
      let results = (Contexts.threads + Contexts.variants).map { kernels in
        var sums = [Float](repeating: 0.5, count: columns)
        var span = sums.mutableSpan
        kernels.addColumnSums(of: x.span, to: &span)
        return sums
      }
      // A thousand normal draws stay below 120 in sum; a block of 256 floats rounds at its size.
      for sums in results {
        #expect(worst(sums, expected, scale: 120) < 32)
        #expect(bits(sums) == bits(results[0]))
      }
    }
  }

  @Test("long columns of equal numbers keep their digits", arguments: [1, 3])
  func longColumns(columns: Int) {
    let rows = 100_000
    let x = [Float](repeating: 0.1, count: rows * columns)
    let expected = [Double](repeating: Double(rows) * Double(Float(0.1)), count: columns)
    for kernels in Contexts.variants + Contexts.threads {
      var sums = [Float](repeating: 0, count: columns)
      var span = sums.mutableSpan
      kernels.addColumnSums(of: x.span, to: &span)
      // 256 additions in a block, each off by half a unit of the block's sum at most.
      #expect(worst(sums, expected) < 256)
    }
  }

  @Test("adds and scales", arguments: oddWidths + [0, 100_000])
  func arithmetic(count: Int) {
    let x = normals(count, seed: 6)
    let y = normals(count, seed: 7)
    for kernels in Contexts.variants + Contexts.threads {
      var sum = y
      var sumSpan = sum.mutableSpan
      kernels.add(x.span, to: &sumSpan)
      #expect(sum == zip(y, x).map(+))
      var scaled = x
      var scaledSpan = scaled.mutableSpan
      kernels.scale(&scaledSpan, by: 0.3)
      #expect(scaled == x.map { $0 * 0.3 })
    }
  }

  @Test("a negative width traps, though two negatives make a count")
  func negativeWidth() async {
    await #expect(processExitsWith: .failure) {
      var totals = LogitTotals(targets: [0, 1], vocabularySize: 8)
      KernelContext().take([Float]().span, columns: -1, into: &totals)
    }
    await #expect(processExitsWith: .failure) {
      var out = [Float](repeating: 0, count: 6)
      var span = out.mutableSpan
      KernelContext().softmax([1, 2, 3, 4, 5, 6].span, columns: -3, into: &span)
    }
  }

  @Test("ids outside the table trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      var out: [Float] = [0, 0]
      var span = out.mutableSpan
      let ids: [Int32] = [3]
      KernelContext().embed(
        ids.span,
        table: [1, 2, 3, 4, 5, 6].span,
        columns: 2,
        into: &span
      )
    }
    await #expect(processExitsWith: .failure) {
      var table: [Float] = [0, 0]
      var span = table.mutableSpan
      let ids: [Int32] = [-1]
      KernelContext().embedBackward(
        outputGradient: [1, 2].span,
        ids: ids.span,
        columns: 2,
        tableGradient: &span
      )
    }
  }
}
