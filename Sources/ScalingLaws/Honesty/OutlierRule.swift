#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// When a run counts as an outlier.
///
/// A run lies outside when its residual from the law of least absolute deviations is above
/// `threshold` times the noise, and the noise is 1.4826 (1 + 5/(n − p)) times the median of the
/// residuals' sizes: a normal standard deviation where noise is normal, whatever a minority of the
/// runs does (Rousseeuw and Leroy, Robust regression and outlier detection, 1987, chapter 5).
///
/// Residuals of least squares would not do: five wild runs among 245 pull the law so far toward
/// themselves that only one of them is left with a residual above 3.5 standard errors.
public struct OutlierRule: Sendable, Hashable {
  /// How many times the noise.
  ///
  /// At 4.5 normal noise puts one run in 150,000 outside, and in small tables, where the noise itself is
  /// not known well, some run in one of twenty tables of 30.
  public var threshold: Double

  /// Creates a rule.
  ///
  /// - Precondition: `threshold` is positive.
  public init(threshold: Double = 4.5) {
    precondition(threshold > 0, "a threshold is positive")
    self.threshold = threshold
  }

  /// The name reports use.
  public var name: String { "lad-residual-above-\(sixDigits(threshold))-mad" }

  /// The noise of residuals from the law of least absolute deviations.
  ///
  /// Residuals below a billionth of the loss are digits and no noise.
  public func noise(_ residuals: [Double], coefficientCount: Int) -> Double {
    let sizes = residuals.map { abs($0) }.sorted()
    let freedom = Double(max(1, residuals.count - coefficientCount))
    let median = quantile(sizes, 0.5) ?? 0
    return max(1.4826 * (1 + 5 / freedom) * median, 1e-9)
  }
}
