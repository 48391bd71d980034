import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A law and runs as a least-squares problem in the scaled coefficients, in units of the runs' middle.
struct LawProblem: ResidualProblem {
  private let form: any ScalingLawForm
  private let center: RunCenter
  private let logParameters: [Double]
  private let logTokens: [Double]
  private let logLosses: [Double]
  let parameterCount: Int
  let bounds: [ClosedRange<Double>]?

  init(form: any ScalingLawForm, runs: [Run], center: RunCenter) {
    self.form = form
    self.center = center
    logParameters = runs.map { log($0.parameters) - center.logParameters }
    logTokens = runs.map { log($0.tokens) - center.logTokens }
    logLosses = runs.map { log($0.loss) - center.logLoss }
    parameterCount = form.coefficients.count
    bounds = form.coefficients.map(\.scaledBounds)
  }

  var residualCount: Int { logLosses.count }

  /// ln L − ln L̂, observed minus predicted.
  func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>) {
    for row in logLosses.indices {
      let predicted = form.logLoss(
        logParameters: logParameters[row],
        logTokens: logTokens[row],
        scaled: parameters
      )
      residuals[row] = logLosses[row] - predicted
    }
  }

  func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix) {
    fill(&jacobian, at: parameters, logParameters: 0, logTokens: 0)
  }

  /// The Jacobian with so much added to each logarithm of parameters and tokens.
  private func fill(
    _ jacobian: inout DenseMatrix,
    at scaled: Span<Double>,
    logParameters shiftN: Double,
    logTokens shiftD: Double
  ) {
    var gradient = [Double](repeating: 0, count: parameterCount)
    for row in logLosses.indices {
      var span = gradient.mutableSpan
      form.logLossGradient(
        logParameters: logParameters[row] + shiftN,
        logTokens: logTokens[row] + shiftD,
        scaled: scaled,
        gradient: &span
      )
      for column in gradient.indices { jacobian[row, column] = -gradient[column] }
    }
  }
}

// MARK: - Back to the runs' own units

extension LawProblem {
  /// Everything a search found, in the runs' own units.
  func decentered(_ search: MultistartResult) -> MultistartResult {
    var search = search
    for index in search.minima.indices {
      search.minima[index].fit = decentered(search.minima[index].fit)
    }
    search.unfinished = search.unfinished.map(decentered)
    return search
  }

  /// A fit with its parameters, Jacobian and covariance in the runs' own units.
  ///
  /// The condition number stays that of the centered problem: in other units it would grow with the
  /// distance of the runs from one parameter and one token, which is not theirs to answer for.
  private func decentered(_ fit: LeastSquaresFit) -> LeastSquaresFit {
    var moved = fit
    let parameters = form.decentered(fit.parameters, from: center)
    moved.parameters = parameters
    fill(
      &moved.jacobian,
      at: parameters.span,
      logParameters: center.logParameters,
      logTokens: center.logTokens
    )
    let slopes = form.decenteringSlopes(fit.parameters, from: center)
    moved.covariance.inverseNormalMatrix = fit.covariance.inverseNormalMatrix.map {
      transformed($0, by: slopes)
    }
    return moved
  }

  /// T V Tᵀ.
  private func transformed(_ matrix: DenseMatrix, by slopes: [[Double]]) -> DenseMatrix {
    let images = slopes.map(matrix.times)
    var result = matrix
    for (row, image) in images.enumerated() {
      for (column, slope) in slopes.enumerated() {
        result[row, column] = zip(image, slope).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    return result
  }
}
