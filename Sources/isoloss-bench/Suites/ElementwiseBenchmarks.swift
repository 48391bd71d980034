import Foundation
import IsoLoss

/// Elementary functions and activations of a million numbers, on one thread.
func elementwiseBenchmarks() -> [Benchmark] {
  [
    floats("exp", -10...10, { $0.exp($1, into: &$2) }, { exp($0) }),
    floats("log", 0...10, { $0.log($1, into: &$2) }, { log($0) }),
    floats("tanh", -4...4, { $0.tanh($1, into: &$2) }, { tanh($0) }),
    floats("silu", -6...6, { $0.activate(.silu, $1, into: &$2) }, { $0 / (1 + exp(-$0)) }),
    floats("gelu", -6...6, { $0.activate(.gelu, $1, into: &$2) }, gelu),
    floats("geluTanh", -6...6, { $0.activate(.geluTanh, $1, into: &$2) }, geluTanh),
    doubles("exp", -10...10, { $0.exp($1, into: &$2) }, { exp($0) }),
    doubles("log", 0...10, { $0.log($1, into: &$2) }, { log($0) }),
    doubles("tanh", -4...4, { $0.tanh($1, into: &$2) }, { tanh($0) }),
  ]
}

private let count = 1 << 20

private func gelu(_ x: Double) -> Double { x * erfc(-x / 2.0.squareRoot()) / 2 }

private func geluTanh(_ x: Double) -> Double {
  x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
}

/// Evenly spaced numbers, as the peer's script makes them.
private func spaced(_ range: ClosedRange<Double>) -> [Double] {
  let (low, width) = (range.lowerBound, range.upperBound - range.lowerBound)
  return (0..<count).map { low + width * (Double($0) + 0.5) / Double(count) }
}

private func peer(_ name: String, _ kind: String, _ range: ClosedRange<Double>) -> Peer {
  Peer(
    script: "torch_elementwise.py",
    arguments: [name, kind, String(count), String(range.lowerBound), String(range.upperBound)]
  )
}

private func floats(
  _ name: String,
  _ range: ClosedRange<Double>,
  _ kernel: @escaping (KernelContext, Span<Float>, inout MutableSpan<Float>) -> Void,
  _ reference: @escaping (Double) -> Double
) -> Benchmark {
  Benchmark(
    name: "LossNumerics/\(name)-float/1048576",
    unit: .values,
    peer: peer(name, "float32", range)
  ) {
    let kernels = KernelContext(pool: WorkerPool(threadCount: 1))
    let values = spaced(range).map { Float($0) }
    var results = [Float](repeating: 0, count: count)
    let expected = values.map { reference(Double($0)) }
    return PreparedBenchmark(
      amount: Double(count),
      run: {
        var target = results.mutableSpan
        kernel(kernels, values.span, &target)
        return Double(results[count / 3])
      },
      // Two units in the last place and what an activation's product adds.
      check: PreparedBenchmark.near(expected[count / 3], relative: 5e-7)
    )
  }
}

private func doubles(
  _ name: String,
  _ range: ClosedRange<Double>,
  _ kernel: @escaping (KernelContext, Span<Double>, inout MutableSpan<Double>) -> Void,
  _ reference: @escaping (Double) -> Double
) -> Benchmark {
  Benchmark(
    name: "LossNumerics/\(name)-double/1048576",
    unit: .values,
    peer: peer(name, "float64", range)
  ) {
    let kernels = KernelContext(pool: WorkerPool(threadCount: 1))
    let values = spaced(range)
    var results = [Double](repeating: 0, count: count)
    let expected = reference(values[count / 3])
    return PreparedBenchmark(
      amount: Double(count),
      run: {
        var target = results.mutableSpan
        kernel(kernels, values.span, &target)
        return results[count / 3]
      },
      check: PreparedBenchmark.near(expected, relative: 5e-16)
    )
  }
}
