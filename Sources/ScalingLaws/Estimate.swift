/// A coefficient or derived quantity as a fit found it.
public struct Estimate: Sendable, Hashable {
  /// The name, such as `alpha`.
  public var name: String

  /// The value, on the natural scale.
  public var value: Double

  /// The standard error on the natural scale by the delta method; `nil` where it cannot be known.
  public var standardError: Double?

  /// The interval that covers the true value with probability ``level``.
  ///
  /// Formed on the scale of the quantity: for a logarithmic one exp(ln x ± t · se(ln x)), which is
  /// not symmetric about the value but covers as often as it says.
  public var interval: ClosedRange<Double>?

  /// The probability of coverage the interval was made for.
  public var level: Double

  /// Why there is no standard error, where there is none.
  public var reason: String?

  /// The interval of the profile likelihood, where it was asked for.
  public var profile: ProfileInterval?
}
