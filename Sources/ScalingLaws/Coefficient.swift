#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a coefficient of a scaling law is called, measures, and may be.
public struct Coefficient: Sendable, Hashable {
  /// How a quantity enters a fit and its interval.
  public enum Scale: String, Sendable, Hashable {
    /// As it is: exponents.
    case linear

    /// Through its natural logarithm: positive quantities that range over decades.
    case logarithmic

    /// Through ln(x/(1 − x)): shares, between 0 and 1.
    case logistic
  }

  /// The name estimates and files use, such as `alpha_N`.
  public var name: String

  /// What one unit of it is, such as `nats per token`; empty for a pure number.
  public var unit: String

  /// Whether a fit moves the coefficient or its logarithm.
  public var scale: Scale

  /// The values a fit may visit, both ends included, in units of the runs' middle.
  ///
  /// There the geometric means of parameters, tokens and losses are one (``RunCenter``), so that
  /// bounds mean the same in every unit; an exponent's are the same everywhere. Wide enough that a fit ending at one says that the runs do not determine the coefficient.
  public var bounds: ClosedRange<Double>

  /// Describes a coefficient.
  ///
  /// - Precondition: The bounds are finite, and positive on a logarithmic scale.
  public init(name: String, unit: String, scale: Scale, bounds: ClosedRange<Double>) {
    precondition(bounds.upperBound.isFinite && bounds.lowerBound.isFinite, "bounds are finite")
    precondition(scale == .linear || bounds.lowerBound > 0, "a logarithm needs positive bounds")
    self.name = name
    self.unit = unit
    self.scale = scale
    self.bounds = bounds
  }
}

extension Coefficient {
  /// The bounds on the scale a fit works on.
  public var scaledBounds: ClosedRange<Double> { scaled(bounds) }

  /// A range of natural values on the scale a fit works on.
  func scaled(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    scale.scaled(range.lowerBound)...scale.scaled(range.upperBound)
  }

  /// Whether the coefficient is positive in every law, as all are but changes of an exponent.
  public var isPositive: Bool { bounds.lowerBound > 0 }
}

extension Coefficient.Scale {
  /// A natural value on this scale.
  public func scaled(_ value: Double) -> Double {
    switch self {
    case .linear: value
    case .logarithmic: log(value)
    case .logistic: log(value / (1 - value))
    }
  }

  /// The natural value of a scaled one.
  public func natural(_ scaled: Double) -> Double {
    switch self {
    case .linear: scaled
    case .logarithmic: exp(scaled)
    case .logistic: 1 / (1 + exp(-scaled))
    }
  }

  /// The derivative of the natural value by the scaled one, for the delta method.
  public func naturalSlope(at scaled: Double) -> Double {
    switch self {
    case .linear: 1
    case .logarithmic: exp(scaled)
    case .logistic: natural(scaled) * natural(-scaled)
    }
  }
}
