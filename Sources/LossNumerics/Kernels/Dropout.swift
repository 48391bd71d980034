import CLossKernels
import Execution

/// A dropout mask: a function of seed, stream and element, so that it is never stored.
///
/// Philox4x32-10 of Salmon and others (Parallel random numbers: as easy as 1, 2, 3, 2011) with the
/// seed as key: element i has word (i / 16) mod 4 of the block numbered (16 · (i / 64) + i mod 16,
/// stream), and stays where that word is below 2³² times the probability of keeping. The mask is the
/// same on every processor.
public struct Dropout: Sendable, Hashable {
  /// The seed of the run.
  public var seed: UInt64

  /// What tells masks of a run apart: a number made of layer and step.
  public var stream: UInt64

  /// The probability that an element stays, to a multiple of 2⁻³².
  public let keepProbability: Double

  /// Creates a mask.
  ///
  /// - Precondition: The probability is above 0 and at most 1.
  public init(keepProbability: Double, seed: UInt64, stream: UInt64) {
    precondition(
      keepProbability > 0 && keepProbability <= 1,
      "elements stay with a probability above 0 and at most 1, not \(keepProbability)"
    )
    self.keepProbability = keepProbability
    self.seed = seed
    self.stream = stream
  }

  /// The mask as C knows it; its scale is one over the probability that the threshold stands for.
  var code: closs_dropout {
    let threshold = max(1, (keepProbability * 0x1p32).rounded())
    return closs_dropout(
      seed: seed,
      stream: stream,
      limit: UInt32(threshold - 1),
      scale: Float(0x1p32 / threshold)
    )
  }
}

extension KernelContext {
  /// Keeps elements with the mask's probability, times its inverse, and makes the others zero.
  ///
  /// The inverse is that of the probability rounded to a multiple of 2⁻³², so that means stay. Dropping
  /// multiplies by zero: a NaN stays one, and an infinity becomes one.
  public func dropout(
    _ x: Span<Float>,
    mask: Dropout,
    into output: inout MutableSpan<Float>
  ) {
    precondition(
      x.count == output.count,
      "\(x.count) elements dropped out into \(output.count)"
    )
    let (code, count) = (variant.code, x.count)
    let dropout = mask.code
    // SAFETY: both have `count` elements, blocks are disjoint and begin at multiples of 64, and the
    // pool returns before the pointers end.
    unsafe withInput(x) { x in
      unsafe withOutput(&output) { output in
        guard let x = unsafe x, let y = unsafe output else { return }
        nonisolated(unsafe) let (input, output) = unsafe (x, y)
        forEachElementBlock(of: count) { range in
          var dropout = dropout
          let start = range.lowerBound
          unsafe closs_dropout_apply(
            code,
            &dropout,
            start,
            range.count,
            input + start,
            output + start
          )
        }
      }
    }
  }

  /// Adds the gradient of ``dropout(_:mask:into:)`` to `xGradient`; the mask is made again.
  public func dropoutBackward(
    outputGradient: Span<Float>,
    mask: Dropout,
    xGradient: inout MutableSpan<Float>
  ) {
    precondition(
      outputGradient.count == xGradient.count,
      "\(outputGradient.count) gradients added to \(xGradient.count)"
    )
    let (code, count) = (variant.code, outputGradient.count)
    let dropout = mask.code
    // SAFETY: as in the forward pass.
    unsafe withInput(outputGradient) { dout in
      unsafe withOutput(&xGradient) { dx in
        guard let dout = unsafe dout, let dx = unsafe dx else { return }
        nonisolated(unsafe) let (input, output) = unsafe (dout, dx)
        forEachElementBlock(of: count) { range in
          var dropout = dropout
          let start = range.lowerBound
          unsafe closs_dropout_backward(
            code,
            &dropout,
            start,
            range.count,
            input + start,
            output + start
          )
        }
      }
    }
  }
}
