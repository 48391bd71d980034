import Foundation
import IsoLoss

/// Activations and gated units, forward and backward.
func activationBenchmarks() -> [Benchmark] {
  ArraySize.elements.flatMap { size in
    Activation.allCases.flatMap { [forward($0, size), backward($0, size)] }
      + [swiGLU(size), swiGLUBackward(size)]
  }
}

private func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

/// The activations by the C library.
private func reference(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .relu: max(x, 0)
  case .silu: silu(x)
  case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
  case .geluTanh: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }
}

/// A slope by differences, to ten digits.
private func slope(_ x: Double, _ function: (Double) -> Double) -> Double {
  (function(x + 1e-5) - function(x - 1e-5)) / 2e-5
}

private func forward(_ activation: Activation, _ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "\(activation.rawValue)-float",
    size,
    moving: ArrayTraffic(reads: 1, writes: 1),
    peer: Peer(
      script: "torch_elementwise.py",
      arguments: [activation.rawValue, "float32", "\(size.columns)", "-2", "2"]
    )
  ) { kernels, operands in
    let expected = reference(activation, Double(operands.a[0, operands.column]))
    return PreparedKernel(expecting: expected, within: 1e-6) { operands in
      var y = operands.y.mutableSpan
      kernels.activate(activation, operands.a.span, into: &y)
      return Double(operands.y[0, operands.column])
    }
  }
}

private func backward(_ activation: Activation, _ size: ArraySize) -> Benchmark {
  kernelBenchmark(
    "\(activation.rawValue)-float-backward",
    size,
    moving: ArrayTraffic(reads: 2, updates: 1)
  ) { kernels, operands in
    let x = Double(operands.a[0, operands.column])
    let expected = Double(operands.b[0, operands.column]) * slope(x) { reference(activation, $0) }
    return PreparedKernel(expecting: expected, within: 2e-6) { operands in
      operands.u[0, operands.column] = 0
      var gradient = operands.u.mutableSpan
      kernels.activateBackward(
        activation,
        input: operands.a.span,
        outputGradient: operands.b.span,
        xGradient: &gradient
      )
      return Double(operands.u[0, operands.column])
    }
  }
}

private func swiGLU(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("swiglu", size, moving: ArrayTraffic(reads: 2, writes: 1)) { kernels, operands in
    let gate = Double(operands.a[0, operands.column])
    let expected = silu(gate) * Double(operands.b[0, operands.column])
    return PreparedKernel(expecting: expected, within: 1e-6) { operands in
      var y = operands.y.mutableSpan
      kernels.swiGLU(gate: operands.a.span, up: operands.b.span, into: &y)
      return Double(operands.y[0, operands.column])
    }
  }
}

private func swiGLUBackward(_ size: ArraySize) -> Benchmark {
  kernelBenchmark("swiglu-backward", size, moving: ArrayTraffic(reads: 3, updates: 2)) {
    kernels,
    operands in
    let gate = Double(operands.a[0, operands.column])
    let up = Double(operands.b[0, operands.column])
    let expected = Double(operands.c[0, operands.column]) * up * slope(gate, silu)
    return PreparedKernel(expecting: expected, within: 4e-6) { operands in
      operands.u[0, operands.column] = 0
      var gateGradient = operands.u.mutableSpan
      var upGradient = operands.v.mutableSpan
      kernels.swiGLUBackward(
        gate: operands.a.span,
        up: operands.b.span,
        outputGradient: operands.c.span,
        gateGradient: &gateGradient,
        upGradient: &upGradient
      )
      return Double(operands.u[0, operands.column])
    }
  }
}
