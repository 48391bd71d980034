/// The penalty of all residuals of a problem, Σ w ρ(r), as a function of its parameters.
///
/// The gradient is Σ w ρ′(r) ∇r, and the Hessian Σ w ρ″(r) ∇r ∇rᵀ + Σ w ρ′(r) ∇²r; the last part
/// comes from central differences of the Jacobian with ρ′ held, good to some nine digits.
public struct PenalizedResiduals<Problem: ResidualProblem>: CurvedFunction {
  private let problem: Problem
  private let weights: [Double]
  private let penalty: Penalty

  /// Creates the function.
  ///
  /// - Precondition: There is one weight a residual.
  public init(_ problem: Problem, weights: [Double], penalty: Penalty) {
    precondition(weights.count == problem.residualCount, "one weight a residual")
    self.problem = problem
    self.weights = weights
    self.penalty = penalty
  }

  /// That of the problem.
  public var parameterCount: Int { problem.parameterCount }
  /// Those of the problem.
  public var bounds: [ClosedRange<Double>]? { problem.bounds }

  /// Adds up penalties and their derivatives, row by row.
  public func evaluate(_ point: inout Curvature) {
    let count = parameterCount
    let (residuals, jacobian) = problem.linearized(at: point.parameters)
    var slopes = [Double](repeating: 0, count: residuals.count)
    var bends = slopes
    point.value = 0
    for (row, residual) in residuals.enumerated() {
      point.value += weights[row] * penalty.value(residual)
      slopes[row] = weights[row] * penalty.slope(residual)
      bends[row] = weights[row] * penalty.curvature(residual)
    }
    point.roundoff = 1e-31 * weights.reduce(0, +) * max(penalty.above, penalty.below)
    for column in 0..<count {
      (point.gradient[column], point.scales[column]) = (0, 0)
      for row in residuals.indices {
        let part = slopes[row] * jacobian[row, column]
        point.gradient[column] += part
        point.scales[column] += abs(part)
      }
    }
    point.hessian = problem.curvature(at: point.parameters, weights: slopes)
    for first in 0..<count {
      for second in 0..<count {
        for row in residuals.indices {
          point.hessian[first * count + second] +=
            bends[row] * jacobian[row, first] * jacobian[row, second]
        }
      }
    }
  }
}

extension ResidualProblem {
  /// Residuals and Jacobian.
  package func linearized(at parameters: [Double]) -> (residuals: [Double], jacobian: DenseMatrix) {
    var residuals = [Double](repeating: 0, count: residualCount)
    var span = residuals.mutableSpan
    self.residuals(at: parameters.span, into: &span)
    var jacobian = DenseMatrix(rowCount: residualCount, columnCount: parameterCount)
    self.jacobian(at: parameters.span, into: &jacobian)
    return (residuals, jacobian)
  }

  /// Σ w ∇²r, row by row, from central differences of Σ w ∇r.
  package func curvature(at parameters: [Double], weights: [Double]) -> [Double] {
    let count = parameterCount
    var hessian = [Double](repeating: 0, count: count * count)
    var jacobian = DenseMatrix(rowCount: residualCount, columnCount: count)
    for index in 0..<count {
      // The error of truncation, h², and of rounding, ε/h, meet near the cube root of ε.
      let h = 6e-6 * max(abs(parameters[index]), 1)
      for (sign, place) in [(1.0, parameters[index] + h), (-1, parameters[index] - h)] {
        var moved = parameters
        moved[index] = place
        self.jacobian(at: moved.span, into: &jacobian)
        for column in 0..<count {
          hessian[index * count + column] += sign * jacobian.dot(column, weights) / (2 * h)
        }
      }
    }
    // Differences along two parameters agree but for rounding; the minimizer needs symmetry.
    for row in 0..<count {
      for column in 0..<row {
        let mean = (hessian[row * count + column] + hessian[column * count + row]) / 2
        hessian[row * count + column] = mean
        hessian[column * count + row] = mean
      }
    }
    return hessian
  }
}
