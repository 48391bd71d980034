import IsoLoss

/// The rows and columns of a kernel's arrays.
struct ArraySize {
  var rows: Int
  var columns: Int

  init(_ rows: Int, _ columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// Elements in a row: in the second cache, and in the third.
  static let elements = [Self(1, 1 << 13), Self(1, 1 << 20)]

  /// Elements in a row, where memory matters: in the second cache, and beyond all.
  static let streams = [Self(1, 1 << 13), Self(1, 1 << 24)]

  /// Rows in the second cache, in the third, and beyond all.
  static let rows = [Self(16, 512), Self(2048, 384), Self(32768, 512)]

  /// As part of a benchmark's name.
  var name: String { rows == 1 ? "\(columns)" : "\(rows)x\(columns)" }
}

/// A kernel with what it needs beside its arrays.
struct PreparedKernel<Element: BinaryFloatingPoint & BitwiseCopyable & Sendable> {
  /// What the figure should be, and how far it may be off.
  var expected: Double
  var tolerance: Double

  /// Runs the kernel once and returns the figure.
  var run: (Operands<Element>) -> Double

  init(
    expecting expected: Double,
    within tolerance: Double,
    run: @escaping (Operands<Element>) -> Double
  ) {
    self.expected = expected
    self.tolerance = tolerance
    self.run = run
  }
}

/// A benchmark of a kernel whose arrays are moved once: the limit is what moves as much from where they lie.
///
/// Bytes are those that must be moved: an array that is updated counts twice, scratch memory and small
/// operands (a row of weights, statistics, names of rows) do not count. What fits into a core's own
/// caches runs on one thread.
func kernelBenchmark<Element>(
  _ name: String,
  of type: Element.Type,
  _ size: ArraySize,
  moving traffic: ArrayTraffic,
  isSerial: Bool = false,
  peer: Peer? = nil,
  prepare: @escaping (KernelContext, Operands<Element>) -> PreparedKernel<Element>
) -> Benchmark {
  let byteCount = size.rows * size.columns * MemoryLayout<Element>.stride
  let level = MemoryLevel(holding: traffic.arrayCount * byteCount)
  return Benchmark(
    name: "LossNumerics/\(name)/\(size.name)",
    unit: .bytes,
    isSerial: isSerial || level.isPrivate,
    limit: .bandwidth(traffic.pattern, in: level),
    peer: peer
  ) { kernels in
    let operands = Operands<Element>(rows: size.rows, columns: size.columns, traffic: traffic)
    let kernel = prepare(kernels, operands)
    return PreparedBenchmark(
      amount: Double(traffic.moveCount * byteCount),
      run: { kernel.run(operands) },
      check: { abs($0 - kernel.expected) <= kernel.tolerance }
    )
  }
}

/// A benchmark of a kernel of floats.
func kernelBenchmark(
  _ name: String,
  _ size: ArraySize,
  moving traffic: ArrayTraffic,
  isSerial: Bool = false,
  peer: Peer? = nil,
  prepare: @escaping (KernelContext, Operands<Float>) -> PreparedKernel<Float>
) -> Benchmark {
  kernelBenchmark(
    name,
    of: Float.self,
    size,
    moving: traffic,
    isSerial: isSerial,
    peer: peer,
    prepare: prepare
  )
}
