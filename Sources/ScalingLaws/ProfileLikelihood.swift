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

  /// The best split of each budget of ``LawFit/profiledBudgets``.
  public var optima: [OptimumProfile] = []
}

/// The profile likelihood of the best split of a budget.
///
/// N D = C/k, so the profile of N* is that of D* and D*/N* too, drawn over another axis.
public struct OptimumProfile: Sendable, Hashable {
  /// The training compute, *C*, in FLOPs.
  public var compute: Double

  /// k in C = k · N · D.
  public var flopsPerTokenParameter: Double

  /// The curve of N*.
  public var parameters: ProfileCurve
}

extension OptimumProfile {
  /// The curve of D*.
  public var tokens: ProfileCurve {
    let product = compute / flopsPerTokenParameter
    return parameters.falling("D") { product / $0 }
  }

  /// The curve of D*/N*.
  public var tokensPerParameter: ProfileCurve {
    let product = compute / flopsPerTokenParameter
    return parameters.falling("D/N") { product / $0 / $0 }
  }
}

extension ProfileCurve {
  /// The curve of a quantity that falls as this one rises.
  fileprivate func falling(_ name: String, _ value: (Double) -> Double) -> Self {
    ProfileCurve(
      name: name,
      values: values.reversed().map(value),
      objectives: objectives.reversed(),
      threshold: threshold,
      interval: ProfileInterval(
        lower: interval.upper.map(value),
        upper: interval.lower.map(value),
        level: interval.level,
        reason: interval.reason
      ),
      evaluations: evaluations
    )
  }
}

extension ProfileLikelihood {
  /// The curve of a quantity, or `nil`.
  public subscript(name: String) -> ProfileCurve? { curves.first { $0.name == name } }

  /// How often the objective was computed for all curves.
  public var evaluations: Int {
    (curves + optima.map(\.parameters)).reduce(0) { $0 + $1.evaluations }
  }

  /// The profile of the best split of a budget, or `nil`.
  public func optimum(compute: Double, flopsPerTokenParameter: Double) -> OptimumProfile? {
    optima.first {
      $0.compute == compute && $0.flopsPerTokenParameter == flopsPerTokenParameter
    }
  }
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
  /// Every profile with its name in reports and the estimate it belongs to.
  private var namedProfiles: [(name: String, value: Double, interval: ProfileInterval)] {
    guard let profiles else { return [] }
    var named = profiles.curves.compactMap { curve in
      self[curve.name].map { (name: curve.name, value: $0.value, interval: curve.interval) }
    }
    for profile in profiles.optima {
      let k = profile.flopsPerTokenParameter
      guard let best = law.optimum(compute: profile.compute, flopsPerTokenParameter: k) else {
        continue
      }
      let place = "at \(sixDigits(profile.compute))"
      named.append(("N \(place)", best.parameters, profile.parameters.interval))
      named.append(("D \(place)", best.tokens, profile.tokens.interval))
    }
    return named
  }

  /// What the profile intervals are, beside those from the Jacobian's errors.
  var profileLines: [String] {
    guard profiles != nil else { return [] }
    var rows = [["profile likelihood", "value", "\(sixDigits(100 * level)) % interval", ""]]
    var reasons: [String] = []
    for (name, value, interval) in namedProfiles {
      let ends = [interval.lower, interval.upper].map { end in
        interval.reason == nil ? end.map(sixDigits) ?? "open" : "n/a"
      }
      rows.append([name, sixDigits(value)] + ends)
      if let reason = interval.reason { reasons.append("no profile of \(name): \(reason)") }
    }
    return [""] + aligned(rows) + reasons
  }

  /// Names coefficient and side of every profile that does not close.
  var profileWarnings: [FitWarning] {
    namedProfiles.flatMap { name, _, interval -> [FitWarning] in
      // D* moves against N*, whose ends say it all.
      guard interval.reason == nil, !name.hasPrefix("D at") else { return [] }
      let open = [("below", interval.lower), ("above", interval.upper)].filter { $0.1 == nil }
      return open.map { side, _ in
        FitWarning(
          .profileOpen,
          "the profile likelihood of \(name) is open \(side): the runs do not bound it there"
        )
      }
    }
  }
}
