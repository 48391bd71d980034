/// A scaling law with its numbers: a form and a value for each coefficient.
///
///     let law = ScalingLaw.chinchilla(E: 1.8172, A: 482.01, B: 2085.43, alpha: 0.3478, beta: 0.3658)
///     print(law.loss(parameters: 70e9, tokens: 1.4e12))
///     print(law.optimum(compute: 5.76e23)?.tokensPerParameter ?? .nan)
public struct ScalingLaw: Sendable {
  /// The formula.
  public var form: any ScalingLawForm

  /// The values in the order of the form's coefficients, on the natural scale.
  public var coefficients: [Double]

  /// Creates a law from a form and its values in order.
  ///
  /// - Precondition: One value a coefficient.
  public init(form: any ScalingLawForm, coefficients: [Double]) {
    precondition(
      coefficients.count == form.coefficients.count,
      "\(form.name) has \(form.coefficients.count) coefficients, not \(coefficients.count)"
    )
    self.form = form
    self.coefficients = coefficients
  }
}

// MARK: - The known forms

extension ScalingLaw {
  /// Every form there is, one line each.
  public static let forms: [any ScalingLawForm] = [
    Chinchilla(),
    ChinchillaTied(),
    OverTraining(),
    DataConstrained(),
    DataConstrained(isTied: true),
    Kaplan(),
    KaplanFloor(),
    PowerLaw(of: .parameters),
    PowerLaw(of: .tokens),
    PowerLaw(of: .compute),
    PowerLaw(of: .parameters, hasFloor: true),
    PowerLaw(of: .tokens, hasFloor: true),
    PowerLaw(of: .compute, hasFloor: true),
    BrokenPower(of: .parameters),
    BrokenPower(of: .tokens),
    BrokenPower(of: .compute),
  ]

  /// The form of a name, or `nil`.
  public static func form(named name: String) -> (any ScalingLawForm)? {
    forms.first { $0.name == name }
  }

  /// L = E + A/N^alpha + B/D^beta with these numbers.
  public static func chinchilla(
    E: Double,
    A: Double,
    B: Double,
    alpha: Double,
    beta: Double
  ) -> Self {
    Self(form: Chinchilla(), coefficients: [E, A, B, alpha, beta])
  }

  /// L = [(N_c/N)^(alpha_N/alpha_D) + D_c/D]^alpha_D with these numbers.
  public static func kaplan(N_c: Double, D_c: Double, alpha_N: Double, alpha_D: Double) -> Self {
    Self(form: Kaplan(), coefficients: [N_c, D_c, alpha_N, alpha_D])
  }
}

// MARK: - Using a law

extension ScalingLaw {
  /// The name of the form, such as `chinchilla`.
  public var name: String { form.name }

  /// The value of the coefficient or derived quantity of a name, or `nil`.
  public subscript(name: String) -> Double? {
    if let index = form.coefficients.firstIndex(where: { $0.name == name }) {
      return coefficients[index]
    }
    return form.derivedQuantities(coefficients: coefficients).first { $0.name == name }?.value
  }

  /// The loss the law expects of a run, at C = 6 N D.
  ///
  /// - Parameters:
  ///   - parameters: N.
  ///   - tokens: D.
  ///   - uniqueTokens: How many of them are different, for laws that tell; `nil` for all.
  /// - Returns: The loss, in the unit of the law's runs.
  /// - Precondition: All are positive.
  public func loss(parameters: Double, tokens: Double, uniqueTokens: Double? = nil) -> Double {
    precondition(parameters > 0 && tokens > 0, "parameters and tokens are positive")
    precondition(uniqueTokens.map { $0 > 0 } ?? true, "different tokens are positive")
    let place = LogRun(parameters: parameters, tokens: tokens, uniqueTokens: uniqueTokens)
    return form.loss(at: place, coefficients: coefficients)
  }

  /// The split of a compute budget with the least loss, where the form has one in closed form.
  ///
  /// - Parameters:
  ///   - compute: The budget, in FLOPs.
  ///   - flopsPerTokenParameter: k in C = k · N · D.
  /// - Returns: The optimum, or `nil` where the form has no closed one.
  /// - Precondition: Both are positive.
  public func optimum(compute: Double, flopsPerTokenParameter: Double = 6) -> Allocation? {
    precondition(compute > 0 && flopsPerTokenParameter > 0, "a budget is positive")
    return form.optimum(
      compute: compute,
      flopsPerTokenParameter: flopsPerTokenParameter,
      coefficients: coefficients
    )
  }
}

extension ScalingLaw: Hashable {
  /// Whether two laws have the same form and the same numbers.
  public static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.coefficients == right.coefficients
  }

  /// Feeds the name and the numbers to a hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(coefficients)
  }
}
