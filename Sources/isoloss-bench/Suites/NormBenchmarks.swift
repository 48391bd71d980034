import IsoLoss

/// Layer norm and root-mean-square norm of rows: alone, after an addition, and backward.
func normBenchmarks() -> [Benchmark] {
  ArraySize.rows.flatMap { size in
    [Norm.layer, .rootMeanSquare].flatMap { norm in
      [forward(norm, size), adding(norm, size), backward(norm, size)]
    }
  }
}

private enum Norm: String {
  case layer = "layer-norm"
  case rootMeanSquare = "rms-norm"

  /// The floats that it keeps of a row.
  var statisticsCount: Int { self == .layer ? KernelContext.layerNormStatistics : 1 }

  /// A row as it comes out of the norm, and one over what it was divided by.
  func normalized(_ x: [Double]) -> (values: [Double], scale: Double) {
    let count = Double(x.count)
    let mean = self == .layer ? x.reduce(0, +) / count : 0
    let square = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let scale = 1 / (square + 1e-5).squareRoot()
    return (x.map { ($0 - mean) * scale }, scale)
  }

  /// One element of a row's gradient.
  func gradient(_ x: [Double], _ outputGradient: [Double], _ column: Int) -> Double {
    let (values, scale) = normalized(x)
    let count = Double(x.count)
    let mean = self == .layer ? outputGradient.reduce(0, +) / count : 0
    let product = zip(values, outputGradient).reduce(0) { $0 + $1.0 * $1.1 } / count
    return scale * (outputGradient[column] - mean - values[column] * product)
  }

  func run(
    _ kernels: KernelContext,
    _ x: Span<Float>,
    columns: Int,
    into output: inout MutableSpan<Float>,
    statistics: inout [Float]
  ) {
    let weight = [Float](repeating: 1, count: columns)
    var kept = statistics.mutableSpan
    switch self {
    case .layer:
      kernels.layerNorm(
        x,
        columns: columns,
        weight: weight.span,
        epsilon: 1e-5,
        into: &output,
        statistics: &kept
      )
    case .rootMeanSquare:
      kernels.rmsNorm(
        x,
        columns: columns,
        weight: weight.span,
        epsilon: 1e-5,
        into: &output,
        statistics: &kept
      )
    }
  }
}

private func peer(_ norm: Norm, _ pass: String, _ size: ArraySize) -> Peer? {
  guard norm == .layer else { return nil }
  return rowPeer("layer-norm\(pass)", size)
}

private func forward(_ norm: Norm, _ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    norm.rawValue,
    size,
    moving: ArrayTraffic(reads: 1, writes: 1),
    peer: peer(norm, "", size)
  ) { kernels, operands in
    let expected = norm.normalized(operands.a.doubles(row: operands.row)).values[operands.column]
    var statistics = [Float](repeating: 0, count: norm.statisticsCount * size.rows)
    return PreparedKernel(expecting: expected, within: 1e-5) { operands in
      var y = operands.y.mutableSpan
      norm.run(
        kernels,
        operands.a.span,
        columns: size.columns,
        into: &y,
        statistics: &statistics
      )
      return Double(operands.y[operands.row, operands.column])
    }
  }
}

private func adding(_ norm: Norm, _ size: ArraySize) -> Benchmark {
  kernelBenchmark("add-\(norm.rawValue)", size, moving: ArrayTraffic(reads: 2, writes: 2)) {
    kernels,
    operands in
    let terms = zip(operands.a.doubles(row: operands.row), operands.b.doubles(row: operands.row))
    let expected = norm.normalized(terms.map { $0 + $1 }).values[operands.column]
    let columns = size.columns
    var statistics = [Float](repeating: 0, count: norm.statisticsCount * size.rows)
    return PreparedKernel(expecting: expected, within: 1e-5) { operands in
      var y = operands.y.mutableSpan
      var z = operands.z.mutableSpan
      var kept = statistics.mutableSpan
      switch norm {
      case .layer:
        kernels.addLayerNorm(
          operands.a.span,
          residual: operands.b.span,
          sum: &z,
          columns: columns,
          epsilon: 1e-5,
          into: &y,
          statistics: &kept
        )
      case .rootMeanSquare:
        kernels.addRMSNorm(
          operands.a.span,
          residual: operands.b.span,
          sum: &z,
          columns: columns,
          epsilon: 1e-5,
          into: &y,
          statistics: &kept
        )
      }
      return Double(operands.y[operands.row, operands.column])
    }
  }
}

private func backward(_ norm: Norm, _ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "\(norm.rawValue)-backward",
    size,
    moving: ArrayTraffic(reads: 2, updates: 1),
    peer: peer(norm, "-backward", size)
  ) { kernels, operands in
    var statistics = [Float](repeating: 0, count: norm.statisticsCount * size.rows)
    var u = operands.u.mutableSpan
    norm.run(kernels, operands.a.span, columns: size.columns, into: &u, statistics: &statistics)
    let (x, outputGradient) = (
      operands.a.doubles(row: operands.row), operands.b.doubles(row: operands.row)
    )
    let expected = norm.gradient(x, outputGradient, operands.column)
    let weight = [Float](repeating: 1, count: size.columns)
    var weightSums = weight
    var biasSums = weight
    return PreparedKernel(expecting: expected, within: 1e-5) { operands in
      operands.u[operands.row, operands.column] = 0
      var gradient = operands.u.mutableSpan
      var weightGradient = weightSums.mutableSpan
      var biasGradient = biasSums.mutableSpan
      switch norm {
      case .layer:
        kernels.layerNormBackward(
          outputGradient: operands.b.span,
          x: operands.a.span,
          columns: size.columns,
          weight: weight.span,
          statistics: statistics.span,
          xGradient: &gradient,
          weightGradient: &weightGradient,
          biasGradient: &biasGradient
        )
      case .rootMeanSquare:
        kernels.rmsNormBackward(
          outputGradient: operands.b.span,
          x: operands.a.span,
          columns: size.columns,
          weight: weight.span,
          statistics: statistics.span,
          xGradient: &gradient,
          weightGradient: &weightGradient
        )
      }
      return Double(operands.u[operands.row, operands.column])
    }
  }
}
