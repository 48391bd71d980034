import CLossKernels
import Execution

/// The settings of AdamW, the optimizer with decoupled weight decay.
///
/// With gradient g, moments m and v, and step t from 1:
/// `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `p ← p − rate · (m̂ / (√v̂ + epsilon) + decay · p)` where m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
/// Loshchilov and Hutter, Decoupled weight decay regularization (2019); epsilon as in PyTorch.
public struct AdamW: Sendable, Hashable {
  /// The step size.
  public var learningRate: Double

  /// The decay of the first moment.
  public var beta1: Double

  /// The decay of the second moment.
  public var beta2: Double

  /// What is added to the root of the second moment.
  public var epsilon: Double

  /// The share of a parameter that goes in a step, times the rate.
  public var weightDecay: Double

  /// Creates settings, by default PyTorch's.
  ///
  /// - Precondition: Both betas lie in 0..<1; the others are finite and not negative.
  public init(
    learningRate: Double = 1e-3,
    beta1: Double = 0.9,
    beta2: Double = 0.999,
    epsilon: Double = 1e-8,
    weightDecay: Double = 1e-2
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    requireValid()
  }

  /// Traps on settings that are none; they can be changed, so every step asks.
  func requireValid() {
    let unit = 0.0..<1.0
    precondition(
      unit.contains(beta1) && unit.contains(beta2),
      "betas lie in 0..<1, not \(beta1) and \(beta2)"
    )
    for (name, value) in [
      ("learningRate", learningRate), ("epsilon", epsilon), ("weightDecay", weightDecay),
    ] {
      precondition(value >= 0 && value.isFinite, "`\(name)` is \(value), not 0 or more")
    }
  }

  /// The factors of a step, worked in double and rounded once.
  func factors(step: Int, gradientScale: Double) -> closs_adamw {
    closs_adamw(
      gradient_scale: Float(gradientScale),
      first_rate: Float(1 - beta1),
      second_rate: Float(1 - beta2),
      step: Float(learningRate / (1 - Self.power(beta1, step))),
      root_scale: Float(1 / (1 - Self.power(beta2, step)).squareRoot()),
      epsilon: Float(epsilon),
      decay: Float(learningRate * weightDecay)
    )
  }

  /// A whole power by squaring, with the same bits on every system.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var square = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}

extension KernelContext {
  /// Takes a step of AdamW: parameters and both moments change, in one pass over memory.
  ///
  /// The gradient is multiplied by `gradientScale` first, so that clipping costs no pass of its own.
  ///
  /// - Precondition: `step` is 1 or more, all spans are equally long, and the settings are as
  ///   ``AdamW`` asks at its creation.
  public func adamWStep(
    _ settings: AdamW,
    step: Int,
    gradientScale: Double = 1,
    gradient: Span<Float>,
    parameters: inout MutableSpan<Float>,
    firstMoment: inout MutableSpan<Float>,
    secondMoment: inout MutableSpan<Float>
  ) {
    precondition(step > 0, "step \(step): the first step is 1")
    settings.requireValid()
    let count = gradient.count
    requireCount(parameters.count, count, 1, "parameters")
    requireCount(firstMoment.count, count, 1, "firstMoment")
    requireCount(secondMoment.count, count, 1, "secondMoment")
    let (code, factors) = (variant.code, settings.factors(step: step, gradientScale: gradientScale))
    // SAFETY: all have `count` elements, blocks of elements are disjoint, and the pool returns before
    // the pointers end.
    unsafe withInput(gradient) { gradient in
      unsafe withOutputs(&parameters, &firstMoment, &secondMoment) { parameters, first, second in
        guard let g = unsafe gradient, let p = unsafe parameters else { return }
        guard let m = unsafe first, let v = unsafe second else { return }
        nonisolated(unsafe) let (gradient, parameters, first, second) = unsafe (g, p, m, v)
        forEachElementBlock(of: count) { range in
          let start = range.lowerBound
          var factors = factors
          unsafe closs_adamw_step(
            code,
            &factors,
            gradient + start,
            range.count,
            parameters + start,
            first + start,
            second + start
          )
        }
      }
    }
  }

  /// The sum of the squares of all elements, in double, for the norm of a gradient.
  ///
  /// Blocks of 32,768 elements are added in their order: the bits do not depend on the threads. They do
  /// on where an array begins and ends: sums of its parts agree with that of the whole to rounding.
  public func sumOfSquares(_ x: Span<Float>) -> Double {
    let width = Self.blockElements
    let (code, count) = (variant.code, x.count)
    let blocks = (count + width - 1) / width
    var partials = [Double](repeating: 0, count: blocks)
    // SAFETY: each block reads its own elements and writes its own sum, and the pool returns before
    // the pointers end.
    unsafe withInput(x) { x in
      unsafe partials.withUnsafeMutableBufferPointer { partials in
        guard let x = unsafe x, let base = partials.baseAddress else { return }
        nonisolated(unsafe) let (input, sums) = unsafe (x, base)
        forEachRowBlock(rows: blocks, columns: width) { range in
          for block in range {
            let start = block * width
            let rest = min(width, count - start)
            unsafe sums[block] = unsafe closs_sum_of_squares(code, input + start, rest)
          }
        }
      }
    }
    return partials.reduce(0, +)
  }
}
