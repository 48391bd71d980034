import Execution
import LossNumerics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The definitions, in double precision.
private func plain(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .relu: max(x, 0)
  case .silu: x / (1 + exp(-x))
  case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
  case .geluTanh:
    // 1 + tanh u = 2/(1 + exp(-2u)), without the cancellation.
    x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }
}

private func serial(_ variant: KernelVariant) -> KernelContext {
  KernelContext(variant: variant, pool: WorkerPool(threadCount: 1))
}

private func activated(_ kernels: KernelContext, _ activation: Activation, _ input: [Float])
  -> [Float]
{
  var output = [Float](repeating: 0, count: input.count)
  var target = output.mutableSpan
  kernels.activate(activation, input.span, into: &target)
  return output
}

private func slopes(
  _ kernels: KernelContext,
  _ activation: Activation,
  _ input: [Float],
  start: Float = 0,
  outputGradient: Float = 1
) -> [Float] {
  var gradient = [Float](repeating: start, count: input.count)
  var target = gradient.mutableSpan
  kernels.activateBackward(
    activation,
    input: input.span,
    outputGradient: [Float](repeating: outputGradient, count: input.count).span,
    xGradient: &target
  )
  return gradient
}

@Suite("Activations")
struct ActivationTests {
  @Test("match PyTorch", arguments: GoldenActivation.all, KernelVariant.supported)
  func golden(_ golden: GoldenActivation, _ variant: KernelVariant) {
    let value = activated(serial(variant), golden.activation, [golden.input])[0]
    let slope = slopes(serial(variant), golden.activation, [golden.input])[0]
    // PyTorch's GELUs add one to a tanh or erf near minus one: half of double's last place, times x.
    let theirs = 4e-16 * Double(abs(golden.input))
    let scale = max(abs(golden.value), 1e-6)
    #expect(abs(Double(value) - golden.value) <= 4e-7 * scale + theirs)
    #expect(abs(Double(slope) - golden.slope) <= 5e-7)
  }

  @Test("four units in the last place", arguments: Activation.allCases, KernelVariant.supported)
  func accuracy(_ activation: Activation, _ variant: KernelVariant) {
    let input =
      uniformFloats(100_000, from: -1, to: 12, seed: 21)
      + uniformFloats(20_000, from: -0.01, to: 0.01, seed: 22)
    for (x, y) in zip(input, activated(serial(variant), activation, input)) {
      let ulps = floatULPs(y, plain(activation, Double(x)))
      if ulps > 4 { Issue.record("\(ulps) units at \(x)") }
    }
  }

  /// Where 1 + tanh u or 1 + erf cancel, relative errors grow with the exponent at most.
  @Test("the tail keeps its digits", arguments: Activation.allCases, KernelVariant.supported)
  func tail(_ activation: Activation, _ variant: KernelVariant) {
    let input = uniformFloats(50_000, from: -8, to: -1, seed: 23)
    for (x, y) in zip(input, activated(serial(variant), activation, input)) {
      let exact = plain(activation, Double(x))
      let relative = activation == .geluTanh ? 1e-5 : 6e-7
      if abs(Double(y) - exact) > relative * abs(exact) { Issue.record("\(y) at \(x)") }
    }
  }

  /// Where the logistic function is subnormal or zero and its product with x is not.
  @Test("SiLU goes down to the smallest number", arguments: KernelVariant.supported)
  func smallest(_ variant: KernelVariant) {
    let input = [-104, -64, -63.99999] + uniformFloats(50_000, from: -121, to: -60, seed: 26)
    let output = activated(serial(variant), .silu, input)
    let slope = slopes(serial(variant), .silu, input)
    for (index, x) in input.enumerated() {
      let ulps = floatULPs(output[index], plain(.silu, Double(x)))
      let slopeULPs = floatULPs(slope[index], (1 + Double(x)) * exp(Double(x)))
      if max(ulps, slopeULPs) > 4 { Issue.record("\(ulps) and \(slopeULPs) units at \(x)") }
    }
    // 104 e⁻¹⁰⁴ is 50.568 of the smallest.
    #expect(output[0] == -51 * 0x1p-149)
  }

  @Test(
    "slopes are those of the definition",
    arguments: Activation.allCases,
    KernelVariant.supported
  )
  func gradient(_ activation: Activation, _ variant: KernelVariant) {
    let input = uniformFloats(10_000, from: -9, to: 9, seed: 24)
    for (x, slope) in zip(input, slopes(serial(variant), activation, input)) {
      // Central differences in double precision: h^2 f'''/6 and the rounding over h, 1e-9 each.
      let (x, h) = (Double(x), 3e-5)
      guard activation != .relu || abs(x) > h else { continue }
      let difference = (plain(activation, x + h) - plain(activation, x - h)) / (2 * h)
      // A few units in the last place of one.
      if abs(Double(slope) - difference) > 5e-7 { Issue.record("\(slope) at \(x)") }
    }
  }

  @Test("backward adds", arguments: KernelVariant.supported)
  func adds(_ variant: KernelVariant) {
    let input: [Float] = [-1, 0.5, 2]
    let once = slopes(serial(variant), .relu, input, start: 3, outputGradient: 0.5)
    #expect(once == [3, 3.5, 3.5])
  }

  @Test("limits at infinity and NaN", arguments: Activation.allCases, KernelVariant.supported)
  func limits(_ activation: Activation, _ variant: KernelVariant) {
    let input: [Float] = [-.infinity, .infinity, .nan, -.greatestFiniteMagnitude, 0, -0]
    let output = activated(serial(variant), activation, input)
    #expect(output[0] == 0 && output[1] == .infinity && output[2].isNaN && output[3] == 0)
    #expect(output[4] == 0 && output[5] == 0)
    let slope = slopes(serial(variant), activation, input)
    #expect(slope[0] == 0 && slope[1] == 1 && slope[2].isNaN && slope[3] == 0)
    #expect(slope[4] == (activation == .relu ? 0 : 0.5))
  }

  @Test("any width, place and number of threads give the same bits", arguments: Activation.allCases)
  func sameBits(_ activation: Activation) {
    let input = uniformFloats(70_001, from: -15, to: 15, seed: 25)
    let whole = bits(activated(serial(.fastest), activation, input))
    let wholeSlopes = bits(slopes(serial(.fastest), activation, input, start: 1, outputGradient: 2))
    for variant in KernelVariant.supported where variant != .portable {
      let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 3))
      #expect(bits(activated(kernels, activation, input)) == whole)
      #expect(bits(slopes(kernels, activation, input, start: 1, outputGradient: 2)) == wholeSlopes)
      for size in kernelSizes {
        let part = Array(input[1..<(1 + size)])
        #expect(bits(activated(kernels, activation, part)) == Array(whole[1..<(1 + size)]))
        let partSlopes = slopes(kernels, activation, part, start: 1, outputGradient: 2)
        #expect(bits(partSlopes) == Array(wholeSlopes[1..<(1 + size)]))
      }
    }
  }

  @Test("gradients that do not fit trap")
  func wrongCount() async {
    await #expect(processExitsWith: .failure) {
      var gradient: [Float] = [0, 0]
      var target = gradient.mutableSpan
      let input: [Float] = [1, 2]
      KernelContext().activateBackward(
        .gelu,
        input: input.span,
        outputGradient: [Float(1)].span,
        xGradient: &target
      )
    }
  }
}

@Suite("SwiGLU")
struct SwiGLUTests {
  private func gradients(
    _ kernels: KernelContext,
    _ gate: [Float],
    _ up: [Float],
    _ outputGradient: [Float]
  ) -> (gate: [Float], up: [Float]) {
    var gateGradient = [Float](repeating: 1, count: gate.count)
    var upGradient = [Float](repeating: 2, count: gate.count)
    var gateTarget = gateGradient.mutableSpan
    var upTarget = upGradient.mutableSpan
    kernels.swiGLUBackward(
      gate: gate.span,
      up: up.span,
      outputGradient: outputGradient.span,
      gateGradient: &gateTarget,
      upGradient: &upTarget
    )
    return (gateGradient, upGradient)
  }

  @Test("is silu(gate) up, with its gradients", arguments: KernelVariant.supported, kernelSizes)
  func definition(_ variant: KernelVariant, _ count: Int) {
    let gate = uniformFloats(count, from: -8, to: 8, seed: 31)
    let up = uniformFloats(count, from: -2, to: 2, seed: 32)
    let slope = uniformFloats(count, from: -1, to: 1, seed: 33)
    var output = [Float](repeating: 0, count: count)
    var target = output.mutableSpan
    serial(variant).swiGLU(gate: gate.span, up: up.span, into: &target)
    let found = gradients(serial(variant), gate, up, slope)
    for i in 0..<count {
      let (g, u, dy) = (Double(gate[i]), Double(up[i]), Double(slope[i]))
      #expect(floatULPs(output[i], plain(.silu, g) * u) < 4)
      let h = 3e-5
      let difference = (plain(.silu, g + h) - plain(.silu, g - h)) / (2 * h)
      #expect(abs(Double(found.gate[i]) - (1 + dy * u * difference)) < 1e-6)
      #expect(abs(Double(found.up[i]) - (2 + dy * plain(.silu, g))) < 2e-6)
    }
  }

  private func outputs(_ kernels: KernelContext, _ gate: [Float], _ up: [Float]) -> [Float] {
    var output = [Float](repeating: .nan, count: gate.count)
    var target = output.mutableSpan
    kernels.swiGLU(gate: gate.span, up: up.span, into: &target)
    return output
  }

  @Test("any width, place and number of threads give the same bits")
  func sameBits() {
    let gate = uniformFloats(70_001, from: -100, to: 40, seed: 34)
    let up = Array(gate.reversed())
    let expected = gradients(serial(.fastest), gate, up, gate)
    let values = bits(outputs(serial(.fastest), gate, up))
    for variant in KernelVariant.supported where variant != .portable {
      let kernels = KernelContext(variant: variant, pool: WorkerPool(threadCount: 2))
      let found = gradients(kernels, gate, up, gate)
      #expect(bits(found.gate) == bits(expected.gate) && bits(found.up) == bits(expected.up))
      #expect(bits(outputs(kernels, gate, up)) == values)
      for size in kernelSizes {
        let (g, u) = (Array(gate[1..<(1 + size)]), Array(up[1..<(1 + size)]))
        let part = gradients(kernels, g, u, g)
        #expect(bits(part.gate) == bits(Array(expected.gate[1..<(1 + size)])))
        #expect(bits(part.up) == bits(Array(expected.up[1..<(1 + size)])))
        #expect(bits(outputs(kernels, g, u)) == Array(values[1..<(1 + size)]))
      }
    }
  }

  @Test("spans that do not fit trap")
  func wrongCounts() async {
    await #expect(processExitsWith: .failure) { runSwiGLU(upCount: 2) }
    await #expect(processExitsWith: .failure) { runSwiGLU(outputCount: 4) }
    await #expect(processExitsWith: .failure) { runSwiGLU(gradientCount: 2) }
    await #expect(processExitsWith: .failure) { runSwiGLU(gateGradientCount: 2) }
    await #expect(processExitsWith: .failure) { runSwiGLU(upGradientCount: 4) }
    await #expect(processExitsWith: .success) { runSwiGLU() }
  }
}

/// Three gates, and as many of everything else unless said otherwise.
private func runSwiGLU(
  upCount: Int = 3,
  outputCount: Int = 3,
  gradientCount: Int = 3,
  gateGradientCount: Int = 3,
  upGradientCount: Int = 3
) {
  func ones(_ count: Int) -> [Float] { [Float](repeating: 1, count: count) }
  let (gate, up, outputGradient) = (ones(3), ones(upCount), ones(gradientCount))
  var (output, gateGradient) = (ones(outputCount), ones(gateGradientCount))
  var upGradient = ones(upGradientCount)
  var target = output.mutableSpan
  KernelContext().swiGLU(gate: gate.span, up: up.span, into: &target)
  var gateTarget = gateGradient.mutableSpan
  var upTarget = upGradient.mutableSpan
  KernelContext().swiGLUBackward(
    gate: gate.span,
    up: up.span,
    outputGradient: outputGradient.span,
    gateGradient: &gateTarget,
    upGradient: &upTarget
  )
}
