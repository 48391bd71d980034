/// Why an iteration stopped.
public enum Termination: String, Sendable, Hashable, CaseIterable {
  /// The residuals are at right angles to every column of the Jacobian, to the tolerance asked for.
  case gradientTolerance

  /// No step longer than rounding lowers the objective: how fits without residuals end.
  case stepTolerance

  /// The best step promises less than rounding can show, and does not lower the gradient either.
  case costReduction

  /// The conditions of a sum of absolute values hold, every multiplier within its row's weight.
  case dualCertificate

  /// The gradient is zero, but a parameter has no effect at all there: a plateau, not a minimum.
  case flat

  /// No step lowers the objective although the gradient says that one should: derivatives may be
  /// wrong, or the valley narrower than double precision.
  case stalled

  /// The minimum needs a coefficient outside of what it may be, such as a negative amplitude.
  case infeasible

  /// The limit of iterations came first: the parameters are no optimum.
  case iterationLimit

  /// The residuals or derivatives were not finite where the iteration stood.
  case nonFinite
}

extension Termination {
  /// Whether the parameters are a minimum as far as double precision can tell.
  public var isConverged: Bool {
    switch self {
    case .gradientTolerance, .stepTolerance, .costReduction, .dualCertificate: true
    case .flat, .stalled, .infeasible, .iterationLimit, .nonFinite: false
    }
  }

  /// The reason in words, for reports.
  public var explanation: String {
    switch self {
    case .gradientTolerance: "gradient below tolerance"
    case .stepTolerance: "step below tolerance"
    case .costReduction: "no further reduction possible"
    case .dualCertificate: "certified by its dual"
    case .flat: "a parameter has no effect"
    case .stalled: "no step lowers the objective"
    case .infeasible: "a linear coefficient is out of bounds at the minimum"
    case .iterationLimit: "iteration limit reached"
    case .nonFinite: "residuals not finite"
    }
  }
}
