public import FileFormats

/// The profile likelihood of each quantity of a fit: the best fit as that quantity moves.
///
/// For every value of a quantity all other coefficients are fitted again. The values at which the
/// sum of squares is below RSS (1 + F₁,ₙ₋ₚ(level)/(n − p)) form the interval (Bates and Watts,
/// Nonlinear Regression Analysis, 1988, section 6.1): unlike intervals from the Jacobian it is the
/// same however the law is parametrized, and shows where runs do not determine a quantity at all.
public struct ProfileLikelihood: Sendable, Hashable {
  /// One curve a quantity, coefficients in the order of the formula first.
  public var curves: [ProfileCurve]
}

extension ProfileLikelihood {
  /// The curve of a quantity, or `nil`.
  public subscript(name: String) -> ProfileCurve? { curves.first { $0.name == name } }

  /// How often the objective was computed for all curves.
  public var evaluations: Int { curves.reduce(0) { $0 + $1.evaluations } }
}

/// The best sum of squares as a function of one quantity.
public struct ProfileCurve: Sendable, Hashable {
  /// The quantity, such as `alpha`.
  public var name: String

  /// Natural values of the quantity, ascending, the estimate and the interval's ends among them.
  public var values: [Double]

  /// The sum of squares at each value, all else fitted again.
  public var objectives: [Double]

  /// The sum of squares at the ends of the interval.
  public var threshold: Double

  /// Where the curve is below the threshold.
  public var interval: ProfileInterval

  /// How often the objective was computed.
  public var evaluations: Int
}

/// The interval of a profile likelihood, which may be open on either side.
public struct ProfileInterval: Sendable, Hashable {
  /// The lower end; `nil` where the profile does not come to the threshold.
  public var lower: Double?

  /// The upper end; `nil` where the profile does not come to the threshold.
  public var upper: Double?

  /// The probability of coverage the interval was made for.
  public var level: Double

  /// Why there is no interval at all, where there is none.
  public var reason: String?
}

extension ProfileInterval {
  /// Both ends, or `nil` where one is open.
  public var range: ClosedRange<Double>? {
    guard let lower, let upper, lower <= upper else { return nil }
    return lower...upper
  }

  /// The interval as `{interval: [low, high], level}`, null for an open end; `reason` for none.
  public var json: JSONValue {
    var object: JSONObject = [
      "interval": reason == nil ? [JSONValue(lower), JSONValue(upper)] : .null,
      "level": .number(level),
    ]
    if let reason { object["reason"] = .string(reason) }
    return .object(object)
  }
}

// MARK: - Reports

extension FitResult {
  /// What the profile intervals are, beside those from the Jacobian's errors.
  var profileLines: [String] {
    guard let profiles else { return [] }
    var rows = [["profile likelihood", "value", "\(sixDigits(100 * level)) % interval", ""]]
    for curve in profiles.curves {
      guard let estimate = self[curve.name] else { continue }
      let ends = [curve.interval.lower, curve.interval.upper].map { end in
        curve.interval.reason == nil ? end.map(sixDigits) ?? "open" : "n/a"
      }
      rows.append([curve.name, sixDigits(estimate.value)] + ends)
    }
    let reasons = profiles.curves.compactMap { curve in
      curve.interval.reason.map { "no profile of \(curve.name): \($0)" }
    }
    return [""] + aligned(rows) + reasons
  }

  /// Names coefficient and side of every profile that does not close.
  var profileWarnings: [FitWarning] {
    (profiles?.curves ?? []).flatMap { curve -> [FitWarning] in
      let interval = curve.interval
      guard interval.reason == nil else { return [] }
      let open = [("below", interval.lower), ("above", interval.upper)].filter { $0.1 == nil }
      return open.map { side, _ in
        FitWarning(
          .profileOpen,
          "the profile likelihood of \(curve.name) is open \(side): the runs do not bound it there"
        )
      }
    }
  }
}
