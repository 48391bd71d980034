import Execution
import LossNumerics
import Testing

/// A parameter with its moments, moved by AdamW.
private struct Trained {
  var parameters: [Float]
  var first: [Float]
  var second: [Float]

  init(_ parameters: [Float]) {
    self.parameters = parameters
    first = [Float](repeating: 0, count: parameters.count)
    second = first
  }

  mutating func step(
    _ kernels: KernelContext,
    _ settings: AdamW,
    _ step: Int,
    _ gradient: [Float],
    scale: Double = 1
  ) {
    var (parameters, first, second) = (parameters, first, second)
    var parameterSpan = parameters.mutableSpan
    var firstSpan = first.mutableSpan
    var secondSpan = second.mutableSpan
    kernels.adamWStep(
      settings,
      step: step,
      gradientScale: scale,
      gradient: gradient.span,
      parameters: &parameterSpan,
      firstMoment: &firstSpan,
      secondMoment: &secondSpan
    )
    (self.parameters, self.first, self.second) = (parameters, first, second)
  }
}

@Suite("AdamW")
struct AdamWTests {
  let settings = AdamW(learningRate: 0.01, beta2: 0.95, weightDecay: 0.1)

  @Test("matches PyTorch after three steps")
  func golden() {
    for kernels in Contexts.variants {
      var trained = Trained(GoldenRows.x)
      for step in 1...3 {
        trained.step(kernels, settings, step, GoldenRows.gradient.map { $0 * Float(step) })
      }
      // Three roundings of the parameter, and a step that is a hundredth of it.
      #expect(worst(trained.parameters, GoldenRows.adamW.map(Double.init)) < 4)
    }
  }

  @Test("matches a double reference on odd lengths", arguments: oddWidths + [0])
  func reference(count: Int) {
    let gradient = normals(count, seed: 1)
    let start = normals(count, seed: 2)
    for kernels in Contexts.variants {
      var trained = Trained(start)
      trained.step(kernels, settings, 1, gradient, scale: 0.25)
      for index in 0..<count {
        let g = 0.25 * Double(gradient[index])
        let p = Double(start[index])
        let expected = p - 0.01 * (g / (abs(g) + 1e-8) + 0.1 * p)
        #expect(isClose(trained.parameters[index], expected, ulps: 2, scale: 0.02))
        #expect(isClose(trained.first[index], 0.1 * g, ulps: 4))
        #expect(isClose(trained.second[index], 0.05 * g * g, ulps: 4))
      }
    }
  }

  @Test("bits depend on neither threads nor fused variant; a NaN stays")
  func sameBits() {
    let count = 100_001
    var gradient = normals(count, seed: 3)
    gradient[77] = .nan
    let start = normals(count, seed: 4)
    let results = (Contexts.threads + Contexts.fused).map { kernels in
      var trained = Trained(start)
      for step in 1...2 { trained.step(kernels, settings, step, gradient) }
      #expect(trained.parameters[77].isNaN && trained.parameters[78].isFinite)
      return bits(trained.parameters) + bits(trained.first) + bits(trained.second)
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test(
    "the sum of squares is that of doubles, with the same bits everywhere",
    arguments: oddWidths
  )
  func sumOfSquares(count: Int) {
    let x = normals(100 * count, seed: 5)
    let expected = x.reduce(0) { $0 + Double($1) * Double($1) }
    let first = Contexts.threads[0].sumOfSquares(x.span)
    for kernels in Contexts.variants {
      #expect(abs(kernels.sumOfSquares(x.span) / expected - 1) < 1e-13)
    }
    for kernels in Contexts.threads + Contexts.fused {
      #expect(kernels.sumOfSquares(x.span) == first)
    }
    let square = Double(Float(1e30)) * Double(Float(1e30))
    #expect(Contexts.threads[0].sumOfSquares([1e30, 1e30].span) == 2 * square)
    #expect(Contexts.threads[0].sumOfSquares([Float]().span) == 0)
  }

  @Test("epsilon counts where gradients are as small", arguments: [1e-8, 1e-3])
  func epsilon(epsilon: Double) {
    let settings = AdamW(learningRate: 0.01, epsilon: epsilon, weightDecay: 0)
    let gradient = normals(40, seed: 6, deviation: 1e-8) + [0, 1e-8, -3e-8]
    for kernels in Contexts.variants {
      var trained = Trained([Float](repeating: 0, count: gradient.count))
      trained.step(kernels, settings, 1, gradient)
      for (index, value) in gradient.enumerated() {
        let g = Double(value)
        // Squares of 1e-8 are far above the smallest normal float; five roundings.
        let expected = -0.01 * g / (abs(g) + epsilon)
        #expect(isClose(trained.parameters[index], expected, ulps: 10))
      }
      #expect(trained.parameters[40] == 0)
    }
  }

  @Test("step 0 and settings that are none trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      var trained = Trained([1])
      trained.step(KernelContext(), AdamW(), 0, [1])
    }
    await #expect(processExitsWith: .failure) {
      _ = AdamW(beta2: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = AdamW(epsilon: -1e-8)
    }
    await #expect(processExitsWith: .failure) {
      var settings = AdamW()
      settings.learningRate = .nan
      var trained = Trained([1])
      trained.step(KernelContext(), settings, 1, [1])
    }
  }

  @Test("unequal lengths trap")
  func unequal() async {
    await #expect(processExitsWith: .failure) {
      var trained = Trained([1, 2])
      trained.step(KernelContext(), AdamW(), 1, [1])
    }
    await #expect(processExitsWith: .failure) {
      var trained = Trained([1, 2])
      trained.second = [0]
      trained.step(KernelContext(), AdamW(), 1, [1, 2])
    }
  }
}
