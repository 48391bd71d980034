public import CurveFitting
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a fit found, as facts; statistics are derived from them.
///
/// A fit that stopped early is a result, not an error: read ``termination`` before trusting
/// ``estimates``.
public struct FitResult: Sendable, Hashable {
  /// The law with the fitted coefficients.
  public var law: ScalingLaw

  /// The runs it was fitted to, with what the table warned of.
  public var table: RunTable

  /// What was minimized.
  public var objective: Objective

  /// What found the minimum.
  public var solver: LawFit.Solver

  /// What coefficients were held to, by name.
  public var constraints: [String: ClosedRange<Double>]

  /// The minimum: scaled coefficients, residuals and Jacobian (times the root of each run's weight),
  /// termination.
  public var fit: ResidualFit

  /// All the minima the starts led to.
  public var search: MultistartResult

  /// The probability with which intervals cover the true value.
  public var level: Double

  /// How the covariance is estimated.
  public var errorModel: LawFit.ErrorModel

  /// What resamples led to, where there were any: then the only source of uncertainty.
  public var draws: BootstrapDraws?

  /// The profile likelihood of each estimate, where it was asked for.
  public var profiles: ProfileLikelihood?

  /// What a search of all exponents found, where it was asked for.
  public var basinScan: BasinScan?
}

// MARK: - Goodness of fit

extension FitResult {
  /// The number of runs, n.
  public var rowCount: Int { table.runs.count }

  /// The number of coefficients of the law.
  public var coefficientCount: Int { law.coefficients.count }

  /// The number of coefficients that the fit could move, p.
  public var freeCount: Int { law.form.coefficients.count { !isFixed($0.name) } }

  /// Whether a coefficient was held at one value.
  func isFixed(_ name: String) -> Bool {
    constraints[name].map { $0.lowerBound == $0.upperBound } ?? false
  }

  /// n − p.
  public var degreesOfFreedom: Int { rowCount - freeCount }

  /// What is minimized, at the minimum.
  public var objectiveValue: Double { fit.objective }

  /// Observed minus predicted, one a run: of ln L, or of L where the objective says so.
  public var residuals: [Double] {
    zip(fit.residuals, table.runs).map { $0 / $1.weight.squareRoot() }
  }

  /// Why the iteration stopped.
  public var termination: Termination { fit.termination }

  /// Whether the coefficients are a minimum.
  public var isConverged: Bool { termination.isConverged }

  /// The sum of squared residuals, each by its run's weight, whatever was minimized.
  public var residualSumOfSquares: Double { fit.residualSumOfSquares }

  /// The noise that the fit leaves, √(RSS / degrees of freedom); `nil` without any left.
  public var residualStandardError: Double? {
    degreesOfFreedom > 0
      ? (residualSumOfSquares / Double(degreesOfFreedom)).squareRoot() : nil
  }

  /// The share of the variance that the law explains, of ln L or L as the objective has it; `nil` if the
  /// losses are all equal.
  public var rSquared: Double? {
    // Compared as given: the mean of equal logarithms is off by rounding, and so is a spread about it.
    guard let first = table.runs.first, table.runs.contains(where: { $0.loss != first.loss }) else {
      return nil
    }
    let values = table.runs.map { objective.residual == .logLoss ? log($0.loss) : $0.loss }
    let weights = table.runs.map(\.weight)
    let mean = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    let total = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }
    return 1 - residualSumOfSquares / total
  }

  /// n ln(RSS/n) + 2 (p + 1), the residual variance counted as a parameter; `nil` without residuals, and
  /// where what was minimized is no likelihood's.
  ///
  /// Constants of the likelihood are left out, so only differences on the same runs mean anything.
  public var aic: Double? {
    logLikelihoodTerm.map { $0 + 2 * Double(freeCount + 1) }
  }

  /// AIC with the correction for small samples; `nil` where n/(p + 1) is 40 or more, or undefined.
  public var aicc: Double? {
    let (n, k) = (Double(rowCount), Double(freeCount + 1))
    guard n / k < 40, n - k - 1 > 0 else { return nil }
    return aic.map { $0 + 2 * k * (k + 1) / (n - k - 1) }
  }

  /// n ln(RSS/n) + (p + 1) ln n; `nil` without residuals.
  public var bic: Double? {
    logLikelihoodTerm.map { $0 + Double(freeCount + 1) * log(Double(rowCount)) }
  }

  private var logLikelihoodTerm: Double? {
    guard objective.isLeastSquares, residualSumOfSquares > 0 else { return nil }
    return Double(rowCount) * log(residualSumOfSquares / Double(rowCount))
  }
}

// MARK: - Residuals

/// How residuals are spread, and which are the largest.
public struct ResidualSummary: Sendable, Hashable {
  /// The smallest residual in ln L.
  public var minimum: Double
  /// A quarter lies below.
  public var lowerQuartile: Double
  /// Half lies below.
  public var median: Double
  /// Three quarters lie below.
  public var upperQuartile: Double
  /// The largest residual.
  public var maximum: Double
  /// The runs farthest from the law, by index, the farthest first.
  public var largest: [Int]
}

extension FitResult {
  /// How the residuals are spread; quartiles are interpolated between neighbors.
  public var residualSummary: ResidualSummary {
    let residuals = residuals
    let sorted = residuals.sorted()
    let order = residuals.indices.sorted { abs(residuals[$0]) > abs(residuals[$1]) }
    return ResidualSummary(
      minimum: quantile(sorted, 0) ?? .nan,
      lowerQuartile: quantile(sorted, 0.25) ?? .nan,
      median: quantile(sorted, 0.5) ?? .nan,
      upperQuartile: quantile(sorted, 0.75) ?? .nan,
      maximum: quantile(sorted, 1) ?? .nan,
      largest: Array(order.prefix(3))
    )
  }
}
