import Foundation
import IsoLoss

// Kernels over rows, on one thread, beside PyTorch's on one thread.

/// The kernels of a transformer besides its products.
func rowBenchmarks() -> [Benchmark] {
  [
    layerNorm(), layerNormBackward(), softmaxRows(), crossEntropyRows(), adamW(), triad(),
    embedding(), embeddingBackward(), dropoutRows(),
  ]
}

private let kernels = KernelContext(pool: WorkerPool(threadCount: 1))

/// Numbers between −2 and 2 that follow from their index.
private func values(_ count: Int, seed: UInt64) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float(4 * generator.nextUniform() - 2) }
}

/// Random values that begin at the start of a cache line, as PyTorch's tensors do.
///
/// An array begins in the middle of one, and then each vector that is read or written touches two. The
/// memory is kept until the process ends.
private func linedValues(_ count: Int, seed: UInt64) -> UnsafeMutableBufferPointer<Float> {
  // SAFETY: room for `count` floats, all written before anything reads them.
  let room = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
  let buffer = unsafe UnsafeMutableBufferPointer(
    start: room.bindMemory(to: Float.self, capacity: count),
    count: count
  )
  _ = unsafe buffer.initialize(from: values(count, seed: seed))
  return unsafe buffer
}

/// A kernel on (rows, columns) that is run often enough to be timed; the figure is the last run's.
private func rowBenchmark(
  _ kernel: String,
  _ rows: Int,
  _ columns: Int,
  prepare: @escaping () -> (run: () -> Double, check: (Double) -> Bool)
) -> Benchmark {
  Benchmark(
    name: "LossNumerics/\(kernel)/\(rows)x\(columns)",
    unit: .values,
    peer: Peer(script: "torch_rows.py", arguments: [kernel])
  ) {
    let (run, check) = prepare()
    return PreparedBenchmark(
      amount: Double(rows * columns),
      run: run,
      check: check
    )
  }
}

private func layerNorm() -> Benchmark {
  rowBenchmark("layer-norm", 2048, 384) {
    let x = unsafe linedValues(2048 * 384, seed: 1)
    let weight = [Float](repeating: 1, count: 384)
    let bias = [Float](repeating: 0, count: 384)
    let out = unsafe linedValues(2048 * 384, seed: 2)
    var statistics = [Float](repeating: 0, count: 3 * 2048)
    return (
      {
        var outSpan = unsafe out.mutableSpan
        var statisticsSpan = statistics.mutableSpan
        kernels.layerNorm(
          unsafe x.span,
          columns: 384,
          weight: weight.span,
          bias: bias.span,
          epsilon: 1e-5,
          into: &outSpan,
          statistics: &statisticsSpan
        )
        return unsafe Double(out[5])
      },
      // A row has variance 4/3 on average.
      { unsafe abs($0 - Double(x[5]) / (4.0 / 3).squareRoot()) < 0.2 }
    )
  }
}

private func layerNormBackward() -> Benchmark {
  rowBenchmark("layer-norm-backward", 2048, 384) {
    let x = unsafe linedValues(2048 * 384, seed: 1)
    let outputGradient = unsafe linedValues(2048 * 384, seed: 2)
    let weight = [Float](repeating: 1, count: 384)
    var statistics = [Float](repeating: 0, count: 3 * 2048)
    let out = unsafe linedValues(2048 * 384, seed: 3)
    do {
      var outSpan = unsafe out.mutableSpan
      var statisticsSpan = statistics.mutableSpan
      kernels.layerNorm(
        unsafe x.span,
        columns: 384,
        epsilon: 1e-5,
        into: &outSpan,
        statistics: &statisticsSpan
      )
    }
    let xGradient = unsafe linedValues(2048 * 384, seed: 4)
    var weightGradient = weight
    var biasGradient = [Float](repeating: 0, count: 384)
    let expected = (0..<2048).reduce(0) { unsafe $0 + Double(outputGradient[$1 * 384 + 7]) }
    return (
      {
        let before = biasGradient[7]
        var xSpan = unsafe xGradient.mutableSpan
        var weightSpan = weightGradient.mutableSpan
        var biasSpan = biasGradient.mutableSpan
        kernels.layerNormBackward(
          outputGradient: unsafe outputGradient.span,
          x: unsafe x.span,
          columns: 384,
          weight: weight.span,
          statistics: statistics.span,
          xGradient: &xSpan,
          weightGradient: &weightSpan,
          biasGradient: &biasSpan
        )
        return Double(biasGradient[7] - before)
      },
      { abs($0 - expected) < 1e-2 }
    )
  }
}

private func softmaxRows() -> Benchmark {
  rowBenchmark("softmax", 4096, 128) {
    let x = unsafe linedValues(4096 * 128, seed: 3)
    let out = unsafe linedValues(4096 * 128, seed: 4)
    return (
      {
        var span = unsafe out.mutableSpan
        kernels.softmax(unsafe x.span, columns: 128, into: &span)
        return unsafe out[..<128].reduce(0) { $0 + Double($1) }
      },
      PreparedBenchmark.near(1, relative: 1e-6)
    )
  }
}

private func crossEntropyRows() -> Benchmark {
  rowBenchmark("cross-entropy", 1024, 50257) {
    let row = values(50257, seed: 4)
    var logits = (0..<1024).flatMap { _ in row }
    let targets = [Int32](repeating: 17, count: 1024)
    var losses = [Float](repeating: 0, count: 1024)
    let expected = log(row.reduce(0) { $0 + exp(Double($1)) })
    return (
      {
        // The first row stands for the others, which keep the gradient of the run before.
        logits.replaceSubrange(..<50257, with: row)
        var span = logits.mutableSpan
        var lossSpan = losses.mutableSpan
        kernels.crossEntropy(replacingWithGradient: &span, targets: targets, losses: &lossSpan)
        return Double(losses[0] + row[17])
      },
      PreparedBenchmark.near(expected, relative: 1e-6)
    )
  }
}

private func adamW() -> Benchmark {
  rowBenchmark("adamw", 10_000_000, 1) {
    let gradient = values(10_000_000, seed: 5)
    var parameters = gradient
    var first = [Float](repeating: 0, count: gradient.count)
    var second = first
    var step = 0
    return (
      {
        step += 1
        let before = parameters[1]
        var parameterSpan = parameters.mutableSpan
        var firstSpan = first.mutableSpan
        var secondSpan = second.mutableSpan
        kernels.adamWStep(
          AdamW(weightDecay: 0),
          step: step,
          gradient: gradient.span,
          parameters: &parameterSpan,
          firstMoment: &firstSpan,
          secondMoment: &secondSpan
        )
        return Double(abs(parameters[1] - before))
      },
      // The gradient stays the same, so that every step is the rate.
      PreparedBenchmark.near(1e-3, relative: 1e-3)
    )
  }
}

/// What memory gives at most: y += x on 10M floats, 12 bytes a value; AdamW moves 28.
private func triad() -> Benchmark {
  Benchmark(name: "LossNumerics/add/10000000", unit: .bytes) {
    let x = [Float](repeating: 1, count: 10_000_000)
    var sum = [Float](repeating: 0, count: x.count)
    var runs = 0
    return PreparedBenchmark(
      amount: 12 * Double(x.count),
      run: {
        runs += 1
        var span = sum.mutableSpan
        kernels.add(x.span, to: &span)
        return Double(sum[9_999_999]) - Double(runs)
      },
      check: { $0 == 0 }
    )
  }
}

private func embedding() -> Benchmark {
  rowBenchmark("embedding", 16384, 384) {
    let table = values(50257 * 384, seed: 6)
    var generator = SeededGenerator(seed: 7)
    let ids = (0..<16384).map { _ in Int32(generator.next(below: 50257)) }
    var out = [Float](repeating: 0, count: 16384 * 384)
    return (
      {
        var span = out.mutableSpan
        kernels.embed(ids.span, table: table.span, columns: 384, into: &span)
        return Double(out[384 * 9 + 3])
      },
      { $0 == Double(table[384 * Int(ids[9]) + 3]) }
    )
  }
}

private func embeddingBackward() -> Benchmark {
  rowBenchmark("embedding-backward", 16384, 384) {
    let gradient = [Float](repeating: 1, count: 16384 * 384)
    var generator = SeededGenerator(seed: 7)
    let ids = (0..<16384).map { _ in Int32(generator.next(below: 50257)) }
    let expected = Double(ids.count { $0 == ids[9] })
    var table = [Float](repeating: 0, count: 50257 * 384)
    return (
      {
        let before = table[384 * Int(ids[9])]
        var span = table.mutableSpan
        kernels.embedBackward(
          outputGradient: gradient.span,
          ids: ids.span,
          columns: 384,
          tableGradient: &span
        )
        return Double(table[384 * Int(ids[9])] - before)
      },
      { $0 == expected }
    )
  }
}

private func dropoutRows() -> Benchmark {
  rowBenchmark("dropout", 4096, 1024) {
    let x = [Float](repeating: 1, count: 4096 * 1024)
    var out = x
    return (
      {
        var span = out.mutableSpan
        let mask = Dropout(keepProbability: 0.9, seed: 1, stream: 2)
        kernels.dropout(x.span, mask: mask, into: &span)
        return Double(out[..<4096].count { $0 > 0 }) / 4096
      },
      PreparedBenchmark.near(0.9, relative: 0.02)
    )
  }
}
