import CLossKernels
import IsoLoss

/// Passes over parameters and activations that do little but move them.
func rowBenchmarks() -> [Benchmark] {
  [ArraySize(1, 1 << 13), ArraySize(1, 10_000_000)].map(adamW)
    + ArraySize.streams.flatMap { [sumOfSquares($0), add($0), scale($0)] }
    + ArraySize.streams.flatMap { [dropout($0), dropoutBackward($0)] }
    + [ArraySize.rows[0], ArraySize.rows[2]].map(columnSums)
    + [ArraySize(64, 128), ArraySize(4096, 4096)].flatMap {
      [packing($0, .plain), packing($0, .transposed)]
    }
}

/// The peer that does the same to rows.
func rowPeer(_ kernel: String, _ size: ArraySize) -> Peer {
  Peer(script: "torch_rows.py", arguments: [kernel, "\(size.rows)", "\(size.columns)"])
}

private func adamW(_ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "adamw",
    size,
    moving: ArrayTraffic(reads: 1, updates: 3),
    peer: rowPeer("adamw", size)
  ) { kernels, operands in
    operands.v.fill { _ in 0 }
    operands.w.fill { _ in 0 }
    var step = 0
    // The gradient stays the same, so that every step is the rate.
    return PreparedKernel(expecting: 1 - 1e-3, within: 1e-6) { operands in
      step += 1
      operands.u[0, operands.column] = operands.a[0, operands.column] > 0 ? 1 : -1
      var parameters = operands.u.mutableSpan
      var first = operands.v.mutableSpan
      var second = operands.w.mutableSpan
      kernels.adamWStep(
        AdamW(weightDecay: 0),
        step: step,
        gradient: operands.a.span,
        parameters: &parameters,
        firstMoment: &first,
        secondMoment: &second
      )
      return abs(Double(operands.u[0, operands.column]))
    }
  }
}

private func sumOfSquares(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("sum-of-squares", size, moving: ArrayTraffic(reads: 1)) { kernels, operands in
    let sum = operands.a.doubles(row: 0).reduce(0) { $0 + $1 * $1 }
    return PreparedKernel(expecting: sum / Double(size.columns), within: 1e-10) { operands in
      let sum = kernels.sumOfSquares(operands.a.span)
      return sum / Double(operands.columns)
    }
  }
}

private func add(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("add", size, moving: ArrayTraffic(reads: 1, updates: 1)) { kernels, operands in
    let expected = Double(operands.a[0, operands.column])
    return PreparedKernel(expecting: expected, within: 0) { operands in
      operands.u[0, operands.column] = 0
      var sum = operands.u.mutableSpan
      kernels.add(operands.a.span, to: &sum)
      return Double(operands.u[0, operands.column])
    }
  }
}

private func scale(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("scale", size, moving: ArrayTraffic(updates: 1)) { kernels, operands in
    // However often, the numbers keep their size.
    PreparedKernel(expecting: -3, within: 0) { operands in
      operands.u[0, operands.column] = 3
      var x = operands.u.mutableSpan
      kernels.scale(&x, by: -1)
      return Double(operands.u[0, operands.column])
    }
  }
}

private func columnSums(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("column-sums", size, moving: ArrayTraffic(reads: 1)) { kernels, operands in
    let column = operands.column
    let expected = (0..<size.rows).reduce(0) { $0 + Double(operands.a[$1, column]) }
    var sums = [Float](repeating: 0, count: size.columns)
    return PreparedKernel(expecting: expected, within: 1e-3) { operands in
      sums[operands.column] = 0
      var span = sums.mutableSpan
      kernels.addColumnSums(of: operands.a.span, to: &span)
      return Double(sums[operands.column])
    }
  }
}

/// The packing of a product's right operand, (rows, columns) as it is stored.
private func packing(_ size: ArraySize, _ storage: MatrixProduct.Storage) -> Benchmark {
  let isPlain = storage == .plain
  return kernelBenchmark(
    isPlain ? "pack" : "pack-transposed",
    size,
    moving: ArrayTraffic(reads: 1, writes: 1),
    isSerial: true
  ) { kernels, operands in
    // The second element of a panel stands in the second column of the operand.
    let expected = Double(isPlain ? operands.a[0, 1] : operands.a[1, 0])
    return PreparedKernel(expecting: expected, within: 0) { operands in
      operands.y[0, 1] = .nan
      var y = operands.y.mutableSpan
      pack(operands.a.span, size, storage, into: &y, kernels.variant.code)
      return Double(operands.y[0, 1])
    }
  }
}

/// Packs on this thread, into memory that is there.
private func pack(
  _ matrix: Span<Float>,
  _ size: ArraySize,
  _ storage: MatrixProduct.Storage,
  into packed: inout MutableSpan<Float>,
  _ code: closs_variant
) {
  let isPlain = storage == .plain
  let (depth, columns) = isPlain ? (size.rows, size.columns) : (size.columns, size.rows)
  let (depthStep, columnStep) = isPlain ? (size.columns, 1) : (1, size.columns)
  precondition(
    closs_gemm_packed_count(code, columns, depth) == packed.count,
    "\(columns) columns do not fill their panels"
  )
  // SAFETY: the operand is read as it is stored, and the packed matrix is as large as was checked.
  unsafe matrix.withUnsafeBufferPointer { matrix in
    unsafe packed.withUnsafeMutableBufferPointer { packed in
      guard let a = matrix.baseAddress, let y = packed.baseAddress else { return }
      unsafe closs_gemm_pack_right(code, columns, depth, a, depthStep, columnStep, y)
    }
  }
}

private let mask = Dropout(keepProbability: 0.9, seed: 1, stream: 2)

/// What the portable kernels make of the same numbers.
private func portable() -> KernelContext {
  KernelContext(variant: .portable, pool: WorkerPool(threadCount: 1))
}

private func dropout(_ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "dropout",
    size,
    moving: ArrayTraffic(reads: 1, writes: 1),
    peer: rowPeer("dropout", size)
  ) { kernels, operands in
    func run(_ kernels: KernelContext, _ operands: Operands<Float>) -> Double {
      operands.y[0, operands.column] = .nan
      var y = operands.y.mutableSpan
      kernels.dropout(operands.a.span, mask: mask, into: &y)
      return Double(operands.y[0, operands.column])
    }
    let expected = run(portable(), operands)
    return PreparedKernel(expecting: expected, within: 0) { run(kernels, $0) }
  }
}

private func dropoutBackward(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("dropout-backward", size, moving: ArrayTraffic(reads: 1, updates: 1)) {
    kernels,
    operands in
    func run(_ kernels: KernelContext, _ operands: Operands<Float>) -> Double {
      operands.u[0, operands.column] = 0
      var gradient = operands.u.mutableSpan
      kernels.dropoutBackward(outputGradient: operands.a.span, mask: mask, xGradient: &gradient)
      return Double(operands.u[0, operands.column])
    }
    let expected = run(portable(), operands)
    return PreparedKernel(expecting: expected, within: 0) { run(kernels, $0) }
  }
}
