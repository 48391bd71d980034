import Foundation
import IsoLoss

/// Softmax, log-sum-exps and cross-entropy of rows of logits.
func softmaxBenchmarks() -> [Benchmark] {
  ArraySize.rows.flatMap { [softmax($0), softmaxBackward($0)] }
    + logitSizes.flatMap { [logSumExp($0), logitTotals($0), logitGradient($0)] }
    + [crossEntropy(logitSizes[0]), crossEntropy(ArraySize(1024, 50257))]
}

/// Rows of logits in the second cache, and beyond all.
private let logitSizes = [ArraySize(8, 1024), ArraySize(1024, 16384)]

private func logSumExp(_ row: [Double]) -> Double { log(row.reduce(0) { $0 + exp($1) }) }

private func softmax(_ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "softmax",
    size,
    moving: ArrayTraffic(reads: 1, writes: 1),
    peer: rowPeer("softmax", size)
  ) { kernels, operands in
    let row = operands.a.doubles(row: operands.row)
    let expected = exp(row[operands.column] - logSumExp(row))
    return PreparedKernel(expecting: expected, within: 1e-6 * expected) { operands in
      var y = operands.y.mutableSpan
      kernels.softmax(operands.a.span, columns: size.columns, into: &y)
      return Double(operands.y[operands.row, operands.column])
    }
  }
}

private func softmaxBackward(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("softmax-backward", size, moving: ArrayTraffic(reads: 2, updates: 1)) {
    kernels,
    operands in
    var b = operands.b.mutableSpan
    kernels.softmax(operands.a.span, columns: size.columns, into: &b)
    let (row, output) = (
      operands.a.doubles(row: operands.row), operands.b.doubles(row: operands.row)
    )
    let mean = zip(row, output).reduce(0) { $0 + $1.0 * $1.1 }
    let expected = output[operands.column] * (row[operands.column] - mean)
    return PreparedKernel(expecting: expected, within: 1e-7) { operands in
      operands.u[operands.row, operands.column] = 0
      var gradient = operands.u.mutableSpan
      kernels.softmaxBackward(
        outputGradient: operands.a.span,
        output: operands.b.span,
        columns: size.columns,
        xGradient: &gradient
      )
      return Double(operands.u[operands.row, operands.column])
    }
  }
}

private func logSumExp(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("log-sum-exp", size, moving: ArrayTraffic(reads: 1)) { kernels, operands in
    let expected = logSumExp(operands.a.doubles(row: operands.row))
    var results = [Float](repeating: 0, count: size.rows)
    return PreparedKernel(expecting: expected, within: 1e-6 * expected) { operands in
      var span = results.mutableSpan
      kernels.logSumExp(operands.a.span, columns: size.columns, into: &span)
      return Double(results[operands.row])
    }
  }
}

/// The losses of a vocabulary that arrives in two chunks.
private func logitTotals(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("logit-totals", size, moving: ArrayTraffic(reads: 2)) { kernels, operands in
    let row = operands.a.doubles(row: operands.row) + operands.b.doubles(row: operands.row)
    let expected = logSumExp(row) - row[operands.column]
    let targets = [Int32](repeating: Int32(operands.column), count: size.rows)
    var losses = [Float](repeating: 0, count: size.rows)
    return PreparedKernel(expecting: expected, within: 2e-6 * expected) { operands in
      var totals = LogitTotals(targets: targets, vocabularySize: 2 * size.columns)
      kernels.take(operands.a.span, columns: size.columns, into: &totals)
      kernels.take(operands.b.span, columns: size.columns, into: &totals)
      var span = losses.mutableSpan
      kernels.losses(of: totals, into: &span)
      return Double(losses[operands.row])
    }
  }
}

/// The gradient of logits whose totals are known.
private func logitGradient(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("logit-gradient", size, moving: ArrayTraffic(updates: 1)) { kernels, operands in
    let targets = [Int32](repeating: 0, count: size.rows)
    var totals = LogitTotals(targets: targets, vocabularySize: size.columns)
    kernels.take(operands.u.span, columns: size.columns, into: &totals)
    let logit = operands.u[operands.row, operands.column]
    let expected = exp(Double(logit) - logSumExp(operands.u.doubles(row: operands.row)))
    return PreparedKernel(expecting: expected, within: 1e-6 * expected) { operands in
      operands.u[operands.row, operands.column] = logit
      var logits = operands.u.mutableSpan
      kernels.crossEntropyGradient(replacing: &logits, columns: 0..<size.columns, of: totals)
      return Double(operands.u[operands.row, operands.column])
    }
  }
}

/// Losses and gradients in one call; each run takes the gradients of the one before as its logits.
private func crossEntropy(_ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "cross-entropy",
    size,
    moving: ArrayTraffic(updates: 1),
    peer: rowPeer("cross-entropy", size)
  ) { kernels, operands in
    let targets = [Int32](repeating: Int32(operands.column), count: size.rows)
    var losses = [Float](repeating: 0, count: size.rows)
    // A target's gradient is p − 1, its loss −ln p.
    return PreparedKernel(expecting: 0, within: 1e-6) { operands in
      var logits = operands.u.mutableSpan
      var span = losses.mutableSpan
      kernels.crossEntropy(replacingWithGradient: &logits, targets: targets, losses: &span)
      let probability = 1 + Double(operands.u[operands.row, operands.column])
      return probability - exp(-Double(losses[operands.row]))
    }
  }
}
