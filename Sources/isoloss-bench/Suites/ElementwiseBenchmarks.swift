import Foundation
import IsoLoss

/// Elementary functions of floats and doubles.
///
/// The limit is moving the numbers: what is left of it went into computing them.
func elementwiseBenchmarks() -> [Benchmark] {
  ArraySize.elements.flatMap { size in
    [
      floats("exp", size, -10...10, { $0.exp($1, into: &$2) }, { exp($0) }),
      floats("log", size, 0...10, { $0.log($1, into: &$2) }, { log($0) }),
      floats("tanh", size, -4...4, { $0.tanh($1, into: &$2) }, { tanh($0) }),
      floats("logistic", size, -8...8, { $0.logistic($1, into: &$2) }, { 1 / (1 + exp(-$0)) }),
      floats("erf", size, -4...4, { $0.erf($1, into: &$2) }, { erf($0) }),
      doubles("exp", size, -10...10, { $0.exp($1, into: &$2) }, { exp($0) }),
      doubles("log", size, 0...10, { $0.log($1, into: &$2) }, { log($0) }),
      doubles("tanh", size, -4...4, { $0.tanh($1, into: &$2) }, { tanh($0) }),
    ]
  }
}

/// A kernel that gives each number of a span a result.
private typealias Kernel<Element> = (KernelContext, Span<Element>, inout MutableSpan<Element>) ->
  Void

private func floats(
  _ name: String,
  _ size: ArraySize,
  _ range: ClosedRange<Double>,
  _ kernel: @escaping Kernel<Float>,
  _ reference: @escaping (Double) -> Double
) -> Benchmark {
  // Two units in the last place.
  function("\(name)-float", size, range, "float32", relative: 0x1p-22, kernel, reference)
}

private func doubles(
  _ name: String,
  _ size: ArraySize,
  _ range: ClosedRange<Double>,
  _ kernel: @escaping Kernel<Double>,
  _ reference: @escaping (Double) -> Double
) -> Benchmark {
  // Two units in the last place, and one of the library's.
  function("\(name)-double", size, range, "float64", relative: 0x3p-52, kernel, reference)
}

private func function<Element: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
  _ name: String,
  _ size: ArraySize,
  _ range: ClosedRange<Double>,
  _ kind: String,
  relative: Double,
  _ kernel: @escaping Kernel<Element>,
  _ reference: @escaping (Double) -> Double
) -> Benchmark {
  let word = String(name.prefix { $0 != "-" })
  let numbers = ["\(size.columns)", "\(range.lowerBound)", "\(range.upperBound)"]
  return kernelBenchmark(
    name,
    of: Element.self,
    size,
    moving: ArrayTraffic(reads: 1, writes: 1),
    peer: Peer(script: "torch_elementwise.py", arguments: [word, kind] + numbers)
  ) { kernels, operands in
    // Evenly spaced, as the peer's script makes them.
    let step = (range.upperBound - range.lowerBound) / Double(size.columns)
    operands.a.fill { Element(range.lowerBound + step * (Double($0) + 0.5)) }
    let expected = reference(Double(operands.a[0, operands.column]))
    return PreparedKernel(expecting: expected, within: relative * abs(expected)) { operands in
      var y = operands.y.mutableSpan
      kernel(kernels, operands.a.span, &y)
      return Double(operands.y[0, operands.column])
    }
  }
}
