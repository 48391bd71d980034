import IsoLoss

/// Causal attention at the sizes of small models and of one long text, forward and with gradients.
func attentionBenchmarks() -> [Benchmark] {
  let sizes = [(8, 4, 256, 32), (8, 6, 256, 64), (32, 4, 128, 16), (1, 8, 2048, 64)]
  return sizes.flatMap { batch, headCount, length, headSize in
    [false, true].map { hasGradients in
      attention(
        AttentionShape(batch: batch, queries: length, headCount: headCount, headSize: headSize),
        hasGradients: hasGradients
      )
    }
  }
}

private func attention(_ shape: AttentionShape, hasGradients: Bool) -> Benchmark {
  let numbers = [shape.batch, shape.headCount, shape.queries, shape.headSize].map(String.init)
  let pass = hasGradients ? "training" : "forward"
  return Benchmark(
    name: "LossNumerics/attention-\(pass)/\(numbers.joined(separator: "x"))",
    unit: .flops,
    limit: .multiplyAdd,
    peer: Peer(script: "torch_attention.py", arguments: [pass] + numbers)
  ) { kernels in
    var buffers = AttentionBuffers(shape, hasGradients: hasGradients)
    let plain = KernelContext(variant: .portable, pool: WorkerPool(threadCount: 1))
    let expected = buffers.run(plain)
    // Two products forward, five backward; of keys that a query does not see nothing counts.
    let productCount = hasGradients ? 7 : 2
    return PreparedBenchmark(
      amount: Double(productCount * shape.multiplyAddCount),
      run: { buffers.run(kernels) },
      check: PreparedBenchmark.near(expected, relative: 1e-4)
    )
  }
}

/// Inputs and outputs of attention on one projection.
private struct AttentionBuffers {
  let shape: AttentionShape
  let hasGradients: Bool
  let projection: [Float]
  let outputsGradient: [Float]
  var outputs: [Float]
  var logSumExps: [Float]
  var gradient: [Float]

  init(_ shape: AttentionShape, hasGradients: Bool) {
    var generator = SeededGenerator(seed: 1)
    let rows = shape.batch * shape.queries
    let outputCount = rows * shape.headCount * shape.headSize
    self.shape = shape
    self.hasGradients = hasGradients
    projection = (0..<rows * shape.projectionWidth).map { _ in Float(generator.nextNormal()) }
    outputsGradient = (0..<outputCount).map { _ in Float(generator.nextNormal()) }
    outputs = Array(repeating: 0, count: outputCount)
    logSumExps = Array(repeating: 0, count: shape.logSumExpCount)
    gradient = Array(repeating: 0, count: projection.count)
  }

  /// The sum of the squares of what came out.
  mutating func run(_ kernels: KernelContext) -> Double {
    Self.forward(shape, kernels, projection, &outputs, &logSumExps)
    guard hasGradients else { return squares(outputs) }
    for index in gradient.indices { gradient[index] = 0 }
    // Taken out while it is written, since all else is read.
    var taken = [Float]()
    swap(&taken, &gradient)
    backward(kernels, &taken)
    swap(&taken, &gradient)
    return squares(gradient)
  }

  private static func forward(
    _ shape: AttentionShape,
    _ kernels: KernelContext,
    _ projection: [Float],
    _ outputs: inout [Float],
    _ logSumExps: inout [Float]
  ) {
    var o = outputs.mutableSpan
    var l = logSumExps.mutableSpan
    kernels.attention(shape, projection: projection.span, outputs: &o, logSumExps: &l)
  }

  private func backward(_ kernels: KernelContext, _ gradient: inout [Float]) {
    var d = gradient.mutableSpan
    kernels.attentionBackward(
      shape,
      projection: projection.span,
      outputs: outputs.span,
      logSumExps: logSumExps.span,
      outputsGradient: outputsGradient.span,
      projectionGradient: &d
    )
  }

  /// Every 97th number is enough to know the others by, and takes no time.
  private func squares(_ numbers: [Float]) -> Double {
    stride(from: 0, to: numbers.count, by: 97).reduce(0) { $0 + Double(numbers[$1] * numbers[$1]) }
  }
}
