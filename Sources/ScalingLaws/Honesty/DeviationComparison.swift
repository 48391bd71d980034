#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Least absolute deviations beside least squares: what a few runs do to the latter.
public struct DeviationComparison: Sendable, Hashable {
  /// A coefficient by both.
  public struct Difference: Sendable, Hashable {
    /// The coefficient.
    public var name: String
    /// By least squares.
    public var leastSquares: Double
    /// By least absolute deviations.
    public var leastDeviations: Double
    /// How far apart they are, in standard errors of least squares; `nil` where there is none.
    public var inStandardErrors: Double?
    /// Whether it is an exponent, which units do not change.
    public var isExponent: Bool
  }

  /// The law of least absolute deviations.
  public var law: ScalingLaw

  /// Each coefficient by both, in formula order.
  public var differences: [Difference]

  /// Compares a least-squares fit with the law of least absolute deviations.
  init?(_ result: FitResult, deviations law: ScalingLaw) {
    guard result.objective.isLeastSquares else { return nil }
    self.law = law
    differences = result.coefficientEstimates.enumerated().map { place, estimate in
      let other = law.coefficients[place]
      let scale = law.form.coefficients[place].scale
      // Amplitudes are compared as logarithms, on which their errors are alike.
      let slope = scale.naturalSlope(at: scale.scaled(estimate.value))
      let distance = scale.scaled(other) - scale.scaled(estimate.value)
      let error = estimate.standardError.map { $0 / slope }
      return Difference(
        name: estimate.name,
        leastSquares: estimate.value,
        leastDeviations: other,
        inStandardErrors: error.flatMap { $0 > 0 ? distance / $0 : nil },
        isExponent: scale == .linear
      )
    }
  }

  /// The exponents that differ by more than two standard errors, and by more than rounding.
  public var disagreements: [Difference] {
    differences.filter { difference in
      let apart = abs(difference.leastDeviations / difference.leastSquares - 1)
      return difference.isExponent && apart > 1e-6 && abs(difference.inStandardErrors ?? 0) > 2
    }
  }
}
