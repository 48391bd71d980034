public import CurveFitting

/// The coefficients that resamples led to: a sample of what the fit could have been.
///
/// Whatever is computed from a law is computed from each draw, and the spread of the results is its
/// uncertainty, correlations included.
public struct BootstrapDraws: Sendable, Hashable {
  /// How the resamples were drawn.
  public var bootstrap: Bootstrap

  /// Scaled coefficients in the runs' own units, one row for each resample that converged.
  public var coefficients: [[Double]]

  /// How many resamples have no minimum.
  public var unconvergedCount: Int

  /// Collects draws.
  public init(bootstrap: Bootstrap, coefficients: [[Double]], unconvergedCount: Int) {
    self.bootstrap = bootstrap
    self.coefficients = coefficients
    self.unconvergedCount = unconvergedCount
  }
}

extension BootstrapDraws {
  /// The law of each draw.
  public func laws(_ form: any ScalingLawForm) -> [ScalingLaw] {
    let scales = form.coefficients.map(\.scale)
    return coefficients.map { draw in
      ScalingLaw(form: form, coefficients: zip(scales, draw).map { $0.natural($1) })
    }
  }

  /// The covariance of the scaled coefficients; `nil` of fewer than two draws.
  public var covariance: DenseMatrix? {
    guard coefficients.count > 1, let width = coefficients.first?.count else { return nil }
    let count = Double(coefficients.count)
    let means = (0..<width).map { column in
      coefficients.reduce(0) { $0 + $1[column] } / count
    }
    var matrix = DenseMatrix(rowCount: width, columnCount: width)
    for row in 0..<width {
      for column in 0...row {
        let sum = coefficients.reduce(0) {
          $0 + ($1[row] - means[row]) * ($1[column] - means[column])
        }
        matrix[row, column] = sum / (count - 1)
        matrix[column, row] = sum / (count - 1)
      }
    }
    return matrix
  }
}

extension Estimate {
  /// Takes error and interval from draws of the quantity: their standard deviation and percentiles.
  mutating func spread(of draws: [Double]) {
    guard draws.count > 1, draws.allSatisfy(\.isFinite) else {
      reason = "the resamples do not all give a number"
      return
    }
    let count = Double(draws.count)
    let mean = draws.reduce(0, +) / count
    standardError = (draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
    let sorted = draws.sorted()
    if let low = quantile(sorted, (1 - level) / 2), let high = quantile(sorted, (1 + level) / 2) {
      interval = low...high
    }
  }
}
