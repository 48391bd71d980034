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
  private let places: [LogRun]
  private let logLosses: [Double]
  let parameterCount: Int
  let bounds: [ClosedRange<Double>]?

  init(form: any ScalingLawForm, runs: [Run], center: RunCenter) {
    self.form = form
    self.center = center
    places = runs.map { center.centered(LogRun($0)) }
    logLosses = runs.map { log($0.loss) - center.logLoss }
    parameterCount = form.coefficients.count
    bounds = form.coefficients.map(\.scaledBounds)
  }

  var residualCount: Int { logLosses.count }

  /// ln L − ln L̂, observed minus predicted.
  func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>) {
    for row in logLosses.indices {
      residuals[row] = logLosses[row] - form.logLoss(places[row], scaled: parameters)
    }
  }

  func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix) {
    fill(&jacobian, at: parameters, places)
  }

  /// The Jacobian at places.
  private func fill(
    _ jacobian: inout DenseMatrix,
    at scaled: Span<Double>,
    _ places: [LogRun]
  ) {
    var gradient = [Double](repeating: 0, count: parameterCount)
    for (row, place) in places.enumerated() {
      var span = gradient.mutableSpan
      form.logLossGradient(place, scaled: scaled, gradient: &span)
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
    guard let parameters = form.decentered(fit.parameters, from: center) else { return fit }
    var moved = fit
    moved.parameters = parameters
    fill(&moved.jacobian, at: parameters.span, places.map(center.decentered))
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
