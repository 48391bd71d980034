import Execution
import LossNumerics
import Testing

@Suite("Gradients of activations in the place of others")
struct ActivationReplacingTests {
  /// Numbers on both sides of zero, the last lanes of every width among them.
  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(3 * generator.nextNormal()) }
  }

  private static let counts = [0, 1, 7, 15, 16, 17, 33, 5000]

  @Test("are those that are added to zeros, bit by bit", arguments: KernelVariant.supported)
  func activations(_ variant: KernelVariant) {
    let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 2))
    for count in Self.counts {
      let (x, gradient) = (Self.numbers(count, seed: 1), Self.numbers(count, seed: 2))
      for activation in Activation.allCases {
        var added = [Float](repeating: 0, count: count)
        var replaced = gradient
        var sums = added.mutableSpan
        var places = replaced.mutableSpan
        kernels.activateBackward(
          activation,
          input: x.span,
          outputGradient: gradient.span,
          xGradient: &sums
        )
        kernels.activateBackward(activation, input: x.span, replacing: &places)
        #expect(added == replaced, "\(activation) of \(count)")
      }
    }
  }

  @Test("of gated units are the same too", arguments: KernelVariant.supported)
  func gatedUnits(_ variant: KernelVariant) {
    let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 2))
    for count in Self.counts {
      let (gate, up) = (Self.numbers(count, seed: 3), Self.numbers(count, seed: 4))
      let gradient = Self.numbers(count, seed: 5)
      var (gates, ups) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
      var (written, replaced) = ([Float](repeating: 9, count: count), gradient)
      kernels.addingGradients(gate, up, gradient, &gates, &ups)
      kernels.replacingGradients(gate, up, &written, &replaced)
      for index in 0..<count {
        // Three factors are multiplied in one order or the other.
        #expect(abs(gates[index] - written[index]) <= 2 * gates[index].ulp)
        #expect(ups[index] == replaced[index])
      }
    }
  }
}

extension KernelContext {
  fileprivate func addingGradients(
    _ gate: [Float],
    _ up: [Float],
    _ gradient: [Float],
    _ gates: inout [Float],
    _ ups: inout [Float]
  ) {
    var first = gates.mutableSpan
    var second = ups.mutableSpan
    swiGLUBackward(
      gate: gate.span,
      up: up.span,
      outputGradient: gradient.span,
      gateGradient: &first,
      upGradient: &second
    )
  }

  fileprivate func replacingGradients(
    _ gate: [Float],
    _ up: [Float],
    _ gates: inout [Float],
    _ gradient: inout [Float]
  ) {
    var first = gates.mutableSpan
    var second = gradient.mutableSpan
    swiGLUBackward(gate: gate.span, up: up.span, gateGradient: &first, replacing: &second)
  }
}
