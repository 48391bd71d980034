#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A way to find how compute is best spent.
///
/// The three of Hoffmann et al. 2022 (arXiv:2203.15556).
public enum Approach: String, Sendable, Hashable, CaseIterable {
  /// Approach 1: the lowest of many training curves at each compute (``EnvelopeAnalysis``).
  case trainingCurves = "training-curves"

  /// Approach 2: the best size of each of several budgets (``IsoFLOPAnalysis``).
  case isoFLOPProfiles = "isoflop-profiles"

  /// Approach 3: the optimum of a law L(N, D) fitted to all runs (``LawFit``).
  case parametricFit = "parametric-fit"
}

/// How to spend compute, in the form all three approaches share: N* = G (C/k)^a, D* = (C/k)^b / G.
///
/// The two multiply to C/k, so a + b = 1 and one line, ln N* = ln G + a ln(C/k), says everything.
///
///     let laws = [envelope.allocation, profiles.allocation, parametric]
///     for law in laws { print(law.approach, law.a.value, law.optimum(compute: 5.76e23).parameters) }
public struct AllocationLaw: Sendable, Hashable {
  /// The way it was found.
  public var approach: Approach

  /// k in C = k · N · D.
  public var flopsPerTokenParameter: Double

  /// The numbers of the law.
  public var coefficients: AllocationCoefficients

  /// What is known of their errors.
  public var uncertainty: AllocationUncertainty

  /// The probability of coverage intervals are made for.
  public var level: Double

  /// Creates a law from its numbers, for example those of a fit of L(N, D).
  ///
  /// - Precondition: `flopsPerTokenParameter` is positive and `level` lies between 0 and 1.
  public init(
    approach: Approach,
    flopsPerTokenParameter: Double = 6,
    coefficients: AllocationCoefficients,
    uncertainty: AllocationUncertainty,
    level: Double = 0.95
  ) {
    precondition(flopsPerTokenParameter > 0, "a token costs a positive number of FLOPs")
    precondition(level > 0 && level < 1, "a level lies between 0 and 1")
    self.approach = approach
    self.flopsPerTokenParameter = flopsPerTokenParameter
    self.coefficients = coefficients
    self.uncertainty = uncertainty
    self.level = level
  }
}

/// The numbers of an ``AllocationLaw``, or of one bootstrap draw of it.
public struct AllocationCoefficients: Sendable, Hashable {
  /// ln G, the logarithm of N* at C = k.
  public var logFactor: Double

  /// a, the exponent of N*.
  public var parameterExponent: Double

  /// The line of the least loss, ln L* = `intercept` + `slope` · ln(C/k), where the approach draws one.
  public var logLoss: LogLine?

  /// Creates coefficients.
  public init(logFactor: Double, parameterExponent: Double, logLoss: LogLine? = nil) {
    self.logFactor = logFactor
    self.parameterExponent = parameterExponent
    self.logLoss = logLoss
  }
}

/// What is known of the errors of an ``AllocationLaw``.
public enum AllocationUncertainty: Sendable, Hashable {
  /// Joint bootstrap draws, and how many resamples gave none.
  case draws([AllocationCoefficients], lost: Int)

  /// The law without each of n independent parts of the data in turn: variances are
  /// (n − 1)/n Σ (θᵢ − θ̄)², intervals those of Student's t with n − 1 degrees of freedom.
  case jackknife([AllocationCoefficients])

  /// Variances of ln G and a with their covariance; intervals reach `reach` standard errors.
  case covariance(logFactor: Double, exponent: Double, covariance: Double, reach: Double)

  /// Nothing, and why.
  case unknown(String)
}

/// The best split of a budget by an ``AllocationLaw``, with the errors of its coefficients.
public struct AllocationEstimate: Sendable, Hashable {
  /// The training compute, *C*, in FLOPs.
  public var compute: Double

  /// The best number of parameters, `N`.
  public var parameters: Estimate

  /// The best number of tokens, `D`.
  public var tokens: Estimate

  /// The best number of tokens for each parameter, `D/N`.
  public var tokensPerParameter: Estimate

  /// The least loss, `L`, by a straight line in ln L; `nil` where the approach draws none.
  ///
  /// Good between the budgets. Beyond them it promises too little loss, since a line knows no
  /// irreducible part.
  public var loss: Estimate?
}

extension AllocationLaw {
  /// The exponent of N*.
  public var a: Estimate { estimate(Linear("a", exponent: 1)) }

  /// The exponent of D*, 1 − a.
  public var b: Estimate { estimate(Linear("b", offset: 1, exponent: -1)) }

  /// The factor of N*: its value at C = k.
  public var G: Estimate { estimate(Linear("G", factor: 1, isLogarithmic: true)) }

  /// a, b and G, in this order.
  public var estimates: [Estimate] { [a, b, G] }

  /// The best split of a budget.
  ///
  /// - Precondition: `compute` is positive.
  public func optimum(compute: Double) -> AllocationEstimate {
    precondition(compute > 0, "a budget is positive")
    let product = log(compute / flopsPerTokenParameter)
    let log = { (name: String, offset: Double, factor: Double, exponent: Double) in
      estimate(
        Linear(name, offset: offset, factor: factor, exponent: exponent, isLogarithmic: true)
      )
    }
    return AllocationEstimate(
      compute: compute,
      parameters: log("N", 0, 1, product),
      tokens: log("D", product, -1, -product),
      tokensPerParameter: log("D/N", product, -2, -2 * product),
      loss: coefficients.logLoss.map { lossEstimate($0, product) }
    )
  }
}

// MARK: - Errors

/// A quantity that is linear in ln G and a, or the exponential of one.
private struct Linear {
  var name: String
  var offset: Double
  var factor: Double
  var exponent: Double
  var isLogarithmic: Bool

  init(
    _ name: String,
    offset: Double = 0,
    factor: Double = 0,
    exponent: Double = 0,
    isLogarithmic: Bool = false
  ) {
    self.name = name
    self.offset = offset
    self.factor = factor
    self.exponent = exponent
    self.isLogarithmic = isLogarithmic
  }

  func value(_ coefficients: AllocationCoefficients) -> Double {
    offset + factor * coefficients.logFactor + exponent * coefficients.parameterExponent
  }
}

extension AllocationLaw {
  private func estimate(_ quantity: Linear) -> Estimate {
    let value = quantity.value(coefficients)
    let named = Named(quantity.name, quantity.isLogarithmic, level)
    switch uncertainty {
    case .draws(let draws, let lost):
      return named.estimate(value, draws: draws.map(quantity.value), lost: lost)
    case .jackknife(let others):
      return named.estimate(value, withoutEach: others.map(quantity.value))
    case .covariance(let logFactor, let exponent, let covariance, let reach):
      let variance =
        quantity.factor * quantity.factor * logFactor
        + 2 * quantity.factor * quantity.exponent * covariance
        + quantity.exponent * quantity.exponent * exponent
      let error = max(0, variance).squareRoot()
      return named.estimate(value, error, (value - reach * error)...(value + reach * error))
    case .unknown(let reason):
      return named.estimate(value, reason: reason)
    }
  }

  private func lossEstimate(_ line: LogLine, _ product: Double) -> Estimate {
    let named = Named("L", true, level)
    func losses(_ laws: [AllocationCoefficients]) -> [Double] {
      laws.compactMap { law in law.logLoss.map { $0(product) } }
    }
    switch uncertainty {
    case .draws(let draws, let lost):
      return named.estimate(line(product), draws: losses(draws), lost: lost)
    case .jackknife(let others):
      return named.estimate(line(product), withoutEach: losses(others))
    case .covariance:
      return named.estimate(line(product), reason: "only resamples give the line an error")
    case .unknown(let reason):
      return named.estimate(line(product), reason: reason)
    }
  }
}

/// A name with a scale and a level, which turns values and errors into estimates.
struct Named {
  var name: String
  var isLogarithmic: Bool
  var level: Double

  init(_ name: String, _ isLogarithmic: Bool, _ level: Double) {
    self.name = name
    self.isLogarithmic = isLogarithmic
    self.level = level
  }

  /// An estimate without error, and why.
  func estimate(_ value: Double, reason: String) -> Estimate {
    Estimate(name: name, value: natural(value), level: level, reason: reason)
  }

  /// An estimate with an error and an interval on its own scale.
  func estimate(_ value: Double, _ error: Double, _ range: ClosedRange<Double>) -> Estimate {
    let (low, high) = (natural(range.lowerBound), natural(range.upperBound))
    guard low.isFinite, high.isFinite else {
      return estimate(value, reason: "the interval leaves the range of numbers")
    }
    // The delta method: d exp(x) = exp(x) dx.
    return Estimate(
      name: name,
      value: natural(value),
      standardError: isLogarithmic ? natural(value) * error : error,
      interval: low...high,
      level: level
    )
  }

  /// An estimate with the spread of bootstrap draws: their standard deviation and percentiles.
  func estimate(_ value: Double, draws: [Double], lost: Int) -> Estimate {
    let count = draws.count + lost
    guard count > 0 else { return estimate(value, reason: "no resamples were drawn") }
    guard draws.count > 1, draws.count >= lost else {
      return estimate(value, reason: "only \(draws.count) of \(count) resamples gave a value")
    }
    let sorted = draws.sorted()
    // About one draw, so that equal draws have no error at all.
    let origin = sorted[0]
    let mean = sorted.reduce(0) { $0 + ($1 - origin) } / Double(sorted.count)
    let sum = sorted.reduce(0) { $0 + ($1 - origin - mean) * ($1 - origin - mean) }
    guard let low = quantile(sorted, (1 - level) / 2), let high = quantile(sorted, (1 + level) / 2)
    else { return estimate(value, reason: "no resamples were drawn") }
    return estimate(value, (sum / Double(sorted.count - 1)).squareRoot(), low...high)
  }

  /// An estimate with the jackknife's error, from its values without each part of the data.
  func estimate(_ value: Double, withoutEach others: [Double]) -> Estimate {
    let count = Double(others.count)
    guard count > 1 else { return estimate(value, reason: "one part of the data leaves no other") }
    let origin = others[0]
    let mean = others.reduce(0) { $0 + ($1 - origin) } / count
    let sum = others.reduce(0) { $0 + ($1 - origin - mean) * ($1 - origin - mean) }
    let error = (sum * (count - 1) / count).squareRoot()
    let reach = Estimate.reach(level: level, degreesOfFreedom: others.count - 1) * error
    return estimate(value, error, (value - reach)...(value + reach))
  }

  private func natural(_ value: Double) -> Double { isLogarithmic ? exp(value) : value }
}
