import IsoLoss

/// Matrix products of a small transformer: a layer, the same by packed weights, one row, heads.
///
/// The grid of shapes beside other libraries is `isoloss-bench --products`.
func productBenchmarks() -> [Benchmark] {
  let layer = MatrixProduct(rows: 2048, columns: 1536, depth: 384, right: .transposed)
  var row = layer
  row.rows = 1
  let head = MatrixProduct(rows: 256, columns: 256, depth: 64, right: .transposed)
  return [
    product("matrix-product", layer),
    packedProduct("packed-matrix-product", layer),
    product("matrix-product", row),
    packedProduct("packed-matrix-product", row),
    product("batched-matrix-product", head, batchCount: 48),
  ]
}

private func product(_ name: String, _ shape: MatrixProduct, batchCount: Int = 1) -> Benchmark {
  benchmark(name, shape, batchCount) { kernels in
    let left = operand(shape.rows, shape.depth, batchCount)
    let right = operand(shape.columns, shape.depth, batchCount)
    let batch = MatrixBatch(
      count: batchCount,
      leftStep: shape.rows * shape.depth,
      rightStep: shape.columns * shape.depth,
      resultStep: shape.rows * shape.columns
    )
    var result = Matrix<Float>(rows: batchCount * shape.rows, columns: shape.columns)
    return {
      var elements = result.mutableSpan
      kernels.multiply(shape, batch: batch, left.span, right.span, into: &elements)
      return Double(elements[elements.count - 1])
    }
  }
}

private func packedProduct(_ name: String, _ shape: MatrixProduct) -> Benchmark {
  benchmark(name, shape, 1) { kernels in
    let left = operand(shape.rows, shape.depth, 1)
    let packed = kernels.pack(operand(shape.columns, shape.depth, 1).span, for: shape)
    var result = Matrix<Float>(rows: shape.rows, columns: shape.columns)
    return {
      var elements = result.mutableSpan
      kernels.multiply(shape, left.span, packed, into: &elements)
      return Double(elements[elements.count - 1])
    }
  }
}

/// Wraps a product up with its amount and the check of its last element.
///
/// One row uses each weight once: its limit is reading them, all others' the multiply-adds.
private func benchmark(
  _ name: String,
  _ shape: MatrixProduct,
  _ batchCount: Int,
  _ prepare: @escaping (KernelContext) -> () -> Double
) -> Benchmark {
  let count = batchCount > 1 ? "\(batchCount)x" : ""
  let weights = shape.depth * shape.columns
  let byteCount = weights * MemoryLayout<Float>.stride
  let isRow = shape.rows == 1
  return Benchmark(
    name: "LossNumerics/\(name)/\(count)\(shape.rows)x\(shape.depth)x\(shape.columns)",
    unit: isRow ? .bytes : .flops,
    limit: isRow ? .bandwidth(.readSum, in: MemoryLevel(holding: byteCount)) : .multiplyAdd
  ) { kernels in
    PreparedBenchmark(
      amount: Double(isRow ? byteCount : 2 * batchCount * shape.rows * weights),
      run: prepare(kernels),
      // Every product of entries is 1/4, and their sum exact.
      check: { $0 == Double(shape.depth) / 4 }
    )
  }
}

private func operand(_ rows: Int, _ columns: Int, _ count: Int) -> Matrix<Float> {
  Matrix(rows: count * rows, columns: columns) { _, _ in 0.5 }
}
