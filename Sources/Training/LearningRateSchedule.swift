#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How the learning rate rises and falls over a run.
///
/// It rises linearly over the first steps, then follows ``shape`` to ``finalShare`` of its peak at the
/// last step.
public struct LearningRateSchedule: Sendable, Hashable {
  /// The way down.
  public enum Shape: String, Sendable, Hashable, CaseIterable {
    /// Half a cosine from the end of the warmup to the last step (Loshchilov and Hutter 2017).
    case cosine

    /// A straight line from the end of the warmup to the last step.
    case linear

    /// No way down at all.
    case constant

    /// The peak until the last fifth of the steps, then a straight line (Hu and others 2024).
    case warmupStableDecay = "warmup-stable-decay"
  }

  /// The largest rate.
  public var peak: Double

  /// Steps until the peak is reached.
  public var warmupSteps: Int

  /// The way down.
  public var shape: Shape

  /// The share of the peak at the end.
  public var finalShare: Double

  /// Creates a schedule.
  ///
  /// - Precondition: The peak is not negative, nor is the number of steps; the share lies in 0…1.
  public init(
    peak: Double = 1e-3,
    warmupSteps: Int = 100,
    shape: Shape = .cosine,
    finalShare: Double = 0.1
  ) {
    precondition(peak >= 0 && peak.isFinite, "a learning rate of \(peak)")
    precondition(warmupSteps >= 0, "\(warmupSteps) steps of warmup")
    precondition((0...1).contains(finalShare), "a final share of \(finalShare)")
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.shape = shape
    self.finalShare = finalShare
  }

  /// The rate of a step, counted from 0, of `stepCount` steps.
  public func rate(at step: Int, of stepCount: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
    let start = shape == .warmupStableDecay ? stepCount - stepCount / 5 : warmupSteps
    // The last step, stepCount − 1, is the end of the way.
    let length = max(1, stepCount - 1 - start)
    let progress = min(1, max(0, Double(step - start) / Double(length)))
    let share: Double =
      switch shape {
      case .constant: 1
      case .cosine: (1 + cos(Double.pi * progress)) / 2
      case .linear, .warmupStableDecay: 1 - progress
      }
    return peak * (finalShare + (1 - finalShare) * share)
  }
}
