import CurveFitting
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether residuals still follow N, D or C: misfit seen without a picture.
///
/// The plain slope of residuals shows nothing, since a law has all but a straight line in ln N and
/// ln D in itself already and the fit has taken it out. What is tested is ln N (and its square) as
/// one more column of the Jacobian: the part of it that no change of the coefficients gives (an
/// added variable: Cook and Weisberg, Residuals and influence in regression, 1982).
public struct ResidualTrends: Sendable, Hashable {
  /// An added variable's slope with its test.
  public struct Slope: Sendable, Hashable {
    /// The change of the residuals for a change of the variable by one.
    public var value: Double
    /// Its standard error.
    public var standardError: Double
    /// The share of the residuals' sum of squares that it would explain.
    public var explainedShare: Double
    /// The degrees of freedom left beside it.
    public var degreesOfFreedom: Int

    /// The slope over its error.
    public var statistic: Double { value / standardError }

    /// The probability of so large a slope, of either sign, if the law holds and noise is normal.
    public var pValue: Double {
      2 * StudentT(degreesOfFreedom: degreesOfFreedom).upperTail(abs(statistic))
    }
  }

  /// What residuals do along one quantity.
  public struct Trend: Sendable, Hashable {
    /// `N`, `D` or `C` = k N D.
    public var variable: String
    /// Along its logarithm; `nil` where the law has that in itself, or the fit is not least squares.
    public var slope: Slope?
    /// Along the square of its logarithm, taken from the mean; `nil` likewise.
    public var curvature: Slope?
    /// The signs of the residuals in the order of the quantity; `nil` where all are alike.
    public var signs: SignRuns?
  }

  /// Along N, D and C.
  public var trends: [Trend]

  /// Tests the residuals of a fit; the label of compute does not matter.
  public init(_ result: FitResult) {
    let places = result.table.runs.map { (n: log($0.parameters), d: log($0.tokens)) }
    let residuals = result.residuals
    let quantities = [
      ("N", places.map(\.n), places.map(\.d)), ("D", places.map(\.d), places.map(\.n)),
      ("C", places.map { $0.n + $0.d }, places.map(\.n)),
    ]
    trends = quantities.map { name, values, others in
      let mean = values.reduce(0, +) / Double(values.count)
      let centered = values.map { $0 - mean }
      let order = values.indices.sorted {
        (values[$0], others[$0], $0) < (values[$1], others[$1], $1)
      }
      return Trend(
        variable: name,
        slope: Slope(adding: centered, to: result),
        curvature: Slope(adding: centered.map { $0 * $0 }, to: result),
        signs: SignRuns(order.map { residuals[$0] })
      )
    }
  }
}

extension ResidualTrends.Slope {
  /// Adds a variable to the Jacobian of a least-squares fit.
  init?(adding variable: [Double], to result: FitResult) {
    let degrees = result.degreesOfFreedom - 1
    guard result.objective.isLeastSquares, result.isConverged, degrees > 0,
      let noise = result.residualStandardError, noise > 1e-9,
      let inverse = result.fit.covariance.inverseNormalMatrix
    else { return nil }
    let jacobian = result.fit.jacobian
    let whole = zip(variable, result.table.runs).map { $0 * $1.weight.squareRoot() }
    var rest = whole
    // Twice: the first pass leaves some of the digits that cancel.
    for _ in 0..<2 {
      let products = (0..<jacobian.columnCount).map { jacobian.dot($0, rest) }
      let part = jacobian.times(inverse.times(products))
      rest = zip(rest, part).map { $0 - $1 }
    }
    let square = rest.reduce(0) { $0 + $1 * $1 }
    let length = whole.reduce(0) { $0 + $1 * $1 }
    guard square > 1e-10 * length else { return nil }
    let slope = zip(rest, result.fit.residuals).reduce(0) { $0 + $1.0 * $1.1 } / square
    let sum = result.residualSumOfSquares
    let explained = min(slope * slope * square, sum)
    value = slope
    standardError = ((sum - explained) / Double(degrees) / square).squareRoot()
    explainedShare = explained / sum
    degreesOfFreedom = degrees
  }
}

/// How often residuals in some order change sign.
///
/// The runs test of Wald and Wolfowitz, Ann. Math. Stat. 11, 1940.
public struct SignRuns: Sendable, Hashable {
  /// The number of stretches of one sign.
  public var count: Int

  /// The number expected if signs fall in any order.
  public var expected: Double

  /// The standard deviation of that number.
  public var standardDeviation: Double

  /// Counts stretches; zeros are left out.
  ///
  /// - Returns: `nil` where fewer than two of either sign leave nothing to tell.
  public init?(_ residuals: [Double]) {
    let signs = residuals.filter { $0 != 0 }.map { $0 > 0 }
    let positive = Double(signs.count { $0 })
    let negative = Double(signs.count) - positive
    guard positive > 1, negative > 1 else { return nil }
    let all = positive + negative
    count = 1 + zip(signs, signs.dropFirst()).count { $0 != $1 }
    expected = 2 * positive * negative / all + 1
    standardDeviation =
      ((expected - 1) * (expected - 2) / (all - 1)).squareRoot()
  }

  /// How many standard deviations fewer (below zero) or more there are than expected.
  public var statistic: Double { (Double(count) - expected) / standardDeviation }

  /// The probability of so few or so many, by the normal approximation.
  public var pValue: Double { 2 * NormalDistribution.standard.upperTail(abs(statistic)) }
}
