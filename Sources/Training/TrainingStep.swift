#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a step of a run showed.
public struct TrainingStep: Sendable, Hashable {
  /// The step, counted from 1.
  public var step: Int

  /// Tokens trained on so far.
  public var tokens: Int

  /// Passes over the training tokens so far.
  public var epochs: Double

  /// The mean loss of the batch, smoothing and z-loss included.
  public var natsPerToken: Double

  /// The gradient's global norm, before it was clipped.
  public var gradientNorm: Double

  /// The step size.
  public var learningRate: Double

  /// Whether the batch was left out because its loss stood out.
  public var isSkipped: Bool

  /// The loss of the validation tokens after the step, where it was asked for.
  public var validation: ValidationLoss?
}

/// The loss of validation tokens.
public struct ValidationLoss: Sendable, Hashable {
  /// The mean loss.
  public var natsPerToken: Double

  /// How many tokens were scored.
  public var tokenCount: Int

  /// The loss in bits of each byte that the tokens stand for; `nil` where these are not known.
  public var bitsPerByte: Double?

  /// exp of the mean loss.
  public var perplexity: Double { exp(natsPerToken) }
}

/// Losses of late, against which one that stands out shows.
struct RecentLosses: Sendable, Hashable {
  private(set) var losses: [Double]

  private static let mostKept = 64
  private static let fewest = 16

  init(_ losses: [Double] = []) { self.losses = losses }

  /// Whether a loss lies so many robust deviations above the median: 1.4826 times the median absolute
  /// deviation is the standard deviation of normal noise.
  func standsOut(_ loss: Double, threshold: Double) -> Bool {
    guard losses.count >= Self.fewest else { return false }
    let median = Self.median(losses)
    let deviation = 1.4826 * Self.median(losses.map { abs($0 - median) })
    return loss > median + threshold * deviation
  }

  mutating func append(_ loss: Double) {
    losses.append(loss)
    if losses.count > Self.mostKept { losses.removeFirst() }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
