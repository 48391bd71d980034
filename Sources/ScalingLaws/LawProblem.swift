import CurveFitting
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A law and runs as residuals of the scaled coefficients, in units of the runs' middle.
///
/// This is the plain way, row by row; ``PowerSumFunction`` is the fast one for sums of powers.
struct LawProblem: ResidualProblem {
  let form: any ScalingLawForm
  let residual: Objective.Residual
  private(set) var places: [LogRun]

  /// ln L of each run, less that of the middle.
  private(set) var logLosses: [Double]

  /// L of each run, over that of the middle.
  private(set) var losses: [Double]

  private(set) var weights: [Double]

  /// The same for the kernels, where the law is a sum of powers.
  private(set) var powers: PowerSum?

  let kernels: KernelVariant
  let parameterCount: Int
  let bounds: [ClosedRange<Double>]?

  init(
    form: any ScalingLawForm,
    runs: [Run],
    center: RunCenter,
    residual: Objective.Residual,
    kernels: KernelVariant,
    bounds: [ClosedRange<Double>]
  ) {
    self.form = form
    self.residual = residual
    places = runs.map { center.centered(LogRun($0)) }
    logLosses = runs.map { log($0.loss) - center.logLoss }
    losses = logLosses.map { exp($0) }
    weights = runs.map(\.weight)
    self.kernels = kernels
    parameterCount = form.coefficients.count
    self.bounds = bounds
    powers = PowerSum(self)
  }

  var residualCount: Int { places.count }

  /// Observed minus predicted.
  func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>) {
    for (row, place) in places.enumerated() {
      let predicted = form.logLoss(place, scaled: parameters)
      residuals[row] =
        switch residual {
        case .logLoss: logLosses[row] - predicted
        case .loss: losses[row] - exp(predicted)
        }
    }
  }

  /// Minus the gradient of ln L̂, times L̂ for residuals of L.
  func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix) {
    var gradient = [Double](repeating: 0, count: parameterCount)
    for (row, place) in places.enumerated() {
      var span = gradient.mutableSpan
      form.logLossGradient(place, scaled: parameters, gradient: &span)
      let factor =
        switch residual {
        case .logLoss: 1.0
        case .loss: exp(form.logLoss(place, scaled: parameters))
        }
      for column in gradient.indices { jacobian[row, column] = -gradient[column] * factor }
    }
  }
}

extension LawProblem {
  /// The same runs in their own units.
  func inOwnUnits(_ center: RunCenter) -> Self {
    var problem = self
    problem.places = places.map(center.decentered)
    problem.logLosses = logLosses.map { $0 + center.logLoss }
    problem.losses = problem.logLosses.map { exp($0) }
    problem.powers = PowerSum(problem)
    return problem
  }

  /// The runs of a resample: each as often as its count says, those of none left out.
  func resampled(_ counts: [Double]) -> Self {
    let rows = counts.indices.filter { counts[$0] > 0 }
    var problem = self
    problem.places = rows.map { places[$0] }
    problem.logLosses = rows.map { logLosses[$0] }
    problem.losses = rows.map { losses[$0] }
    problem.weights = rows.map { counts[$0] * weights[$0] }
    problem.powers = powers?.resampled(rows, weights: problem.weights)
    return problem
  }

  /// The sum of the runs' penalties as a function to be minimized, the fast one where there is one.
  func function(_ penalty: Penalty) -> any CurvedFunction {
    if let powers { return PowerSumFunction(powers, penalty) }
    return PenalizedResiduals(self, weights: weights, penalty: penalty)
  }
}
