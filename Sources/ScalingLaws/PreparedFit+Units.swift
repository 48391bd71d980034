import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

// A fit works in units of the runs' middle; what it finds is told in the runs' own.

extension PreparedFit {
  /// Scaled coefficients in the runs' own units.
  func decentered(_ scaled: [Double]) -> [Double] {
    problem.form.decentered(scaled, from: center) ?? scaled
  }

  /// Scaled coefficients in units of the middle, from those in the runs' own; `nil` if none are found.
  func centered(_ scaled: [Double]) -> [Double]? { Self.centered(scaled, problem.form, center) }

  /// The inverse of ``ScalingLawForm/decentered(_:from:)`` by fixed-point steps: exponents are the
  /// same in all units, and amplitudes move by what exponents say, so two steps do.
  static func centered(
    _ scaled: [Double],
    _ form: any ScalingLawForm,
    _ center: RunCenter
  ) -> [Double]? {
    var point = scaled
    for _ in 0..<8 {
      let image = form.decentered(point, from: center) ?? point
      let next = zip(point, zip(scaled, image)).map { $0 + ($1.0 - $1.1) }
      guard next.allSatisfy(\.isFinite) else { return nil }
      if zip(next, point).allSatisfy({ abs($0 - $1) <= 1e-12 * max(1, abs($0)) }) { return next }
      point = next
    }
    return nil
  }

  /// Everything a search found, in the runs' own units.
  func decentered(_ search: MultistartResult) -> MultistartResult {
    var search = search
    for index in search.minima.indices {
      search.minima[index].point = decentered(search.minima[index].point)
    }
    search.unfinished = search.unfinished.map(decentered)
    return search
  }

  func decentered(_ point: LocalMinimum) -> LocalMinimum {
    var moved = point
    moved.parameters = decentered(point.parameters)
    moved.objective *= objectiveUnit
    return moved
  }

  /// What a unit of the objective is in the runs' own units: residuals of L are in units of the middle.
  var objectiveUnit: Double {
    guard problem.residual == .loss else { return 1 }
    return exp((isLeastSquares ? 2 : 1) * center.logLoss)
  }

  /// A fit with its parameters, residuals, Jacobian and covariance in the runs' own units.
  ///
  /// The condition number stays that of the centered problem: in other units it would grow with the
  /// distance of the runs from one parameter and one token, which is not theirs to answer for.
  func decentered(_ fit: ResidualFit) -> ResidualFit {
    let unit = problem.residual == .loss ? exp(center.logLoss) : 1
    var moved = fit
    moved.parameters = decentered(fit.parameters)
    moved.objective *= objectiveUnit
    moved.residuals = fit.residuals.map { $0 * unit }
    moved.jacobian = jacobian(at: moved.parameters)
    let slopes = problem.form.decenteringSlopes(fit.parameters, from: center)
    guard center.place != LogRun(parameters: 0, tokens: 0, compute: 0) else { return moved }
    moved.covariance.inverseNormalMatrix = fit.covariance.inverseNormalMatrix.map {
      transformed($0, by: slopes, over: unit * unit)
    }
    return moved
  }

  /// The Jacobian in the runs' own units, each row by the root of its weight.
  private func jacobian(at scaled: [Double]) -> DenseMatrix {
    WeightedProblem(problem.inOwnUnits(center), weights: problem.weights).linearized(at: scaled)
      .jacobian
  }

  /// T V Tᵀ / u.
  private func transformed(
    _ matrix: DenseMatrix,
    by slopes: [[Double]],
    over unit: Double
  ) -> DenseMatrix {
    let images = slopes.map(matrix.times)
    var result = matrix
    for (row, image) in images.enumerated() {
      for (column, slope) in slopes.enumerated() {
        result[row, column] = zip(image, slope).reduce(0) { $0 + $1.0 * $1.1 } / unit
      }
    }
    return result
  }
}
