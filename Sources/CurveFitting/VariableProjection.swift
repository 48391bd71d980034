/// Least squares with the linear parameters projected out.
///
/// Minimizes |y − Φ(a) c|² over both by minimizing |P y|² over a alone, P = I − Φ Φ⁺ the projection
/// on what the columns of Φ cannot reach (Golub and Pereyra, SIAM J. Numer. Anal. 10, 1973). Linear
/// parameters need no start, and the valleys in which they trade against the nonlinear ones are
/// gone.
///
///     let fit = VariableProjection().minimize(decays, from: [0.01, 0.02])
///     print(fit.nonlinear, fit.linear)
public struct VariableProjection: Sendable, Hashable {
  /// Which derivative of the projected residuals is used.
  ///
  /// On certified problems of NIST both end within 1e-10 of the parameters; Lanczos3 takes 20 and
  /// 16 steps from its two starts with all of it, 21 and 24 without.
  public enum Derivative: String, Sendable, Hashable, CaseIterable {
    /// All of it.
    case golubPereyra

    /// Without the part that falls with the residuals (Kaufman, BIT 15, 1975): a little less work a
    /// step for more steps.
    case kaufman
  }

  /// The solver of the projected problem.
  public var solver = LevenbergMarquardt()

  /// Which derivative of the projected residuals is used.
  public var derivative = Derivative.golubPereyra

  /// Creates a solver with the default tolerances.
  public init() {}

  /// Minimizes the sum of squared residuals.
  ///
  /// - Parameters:
  ///   - problem: The model's columns and their derivatives.
  ///   - start: The first nonlinear parameters; moved inside the problem's bounds.
  /// - Returns: Where the iteration ended and why.
  /// - Precondition: `start` has one finite number a nonlinear parameter, and the problem at least
  /// as
  ///   many rows as parameters of both kinds.
  public func minimize(
    _ problem: some SeparableProblem,
    from start: [Double]
  ) -> SeparableFit {
    precondition(
      problem.linearCount + problem.nonlinearCount <= problem.observations.count,
      "a separable problem needs as many rows as parameters"
    )
    let projected = ProjectedResiduals(problem, derivative)
    let outer = solver.minimize(projected, from: start)
    let basis = problem.basis(at: outer.parameters.span)
    guard basis.entries.allSatisfy(\.isFinite) else {
      let linear = [Double](repeating: .nan, count: problem.linearCount)
      return SeparableFit(linear: linear, rank: 0, projected: outer)
    }
    let factors = PivotedQR(basis)
    let linear = factors.solution(factors.transposedProduct(problem.observations))
    return SeparableFit(linear: linear, rank: factors.rank, projected: outer)
  }
}

/// Where a variable projection ended, as facts.
public struct SeparableFit: Sendable, Hashable {
  /// The linear parameters, with zeros for columns of Φ that depend on others.
  public var linear: [Double]

  /// The number of independent columns of Φ.
  public var rank: Int

  /// The fit of the nonlinear parameters; its residuals are those of the whole problem, its
  /// covariance that of the nonlinear parameters with the linear ones let go.
  public var projected: ResidualFit
}

extension SeparableFit {
  /// The nonlinear parameters.
  public var nonlinear: [Double] { projected.parameters }

  /// The sum of squared residuals.
  public var residualSumOfSquares: Double { projected.residualSumOfSquares }

  /// Whether the iteration reached a minimum at which all columns of Φ matter.
  public var isConverged: Bool { projected.isConverged && rank == linear.count }
}

/// A separable problem as one in its nonlinear parameters.
struct ProjectedResiduals<Problem: SeparableProblem>: ResidualProblem {
  private let problem: Problem
  private let derivative: VariableProjection.Derivative

  init(_ problem: Problem, _ derivative: VariableProjection.Derivative) {
    self.problem = problem
    self.derivative = derivative
  }

  var residualCount: Int { problem.observations.count }
  var parameterCount: Int { problem.nonlinearCount }
  var bounds: [ClosedRange<Double>]? { problem.bounds }

  /// r = P y, by clearing the first entries of Qᵀ y: what Φ can reach.
  func residuals(at parameters: Span<Double>, into residuals: inout MutableSpan<Double>) {
    let basis = problem.basis(at: parameters)
    guard basis.entries.allSatisfy(\.isFinite) else {
      for row in residuals.indices { residuals[row] = .nan }
      return
    }
    let left = PivotedQR(basis).rejection(of: problem.observations)
    for row in residuals.indices { residuals[row] = left[row] }
  }

  /// ∂r/∂a = −P (∂Φ/∂a) c − Φ⁺ᵀ (∂Φ/∂a)ᵀ r.
  ///
  /// From P = I − Φ Φ⁺ and its symmetry: dP = −P dΦ Φ⁺ − (P dΦ Φ⁺)ᵀ, and Φ⁺ y = c. With Φ = Q R the
  /// second part is Q (Rᵀ)⁻¹ applied to (∂Φ/∂a)ᵀ r.
  func jacobian(at parameters: Span<Double>, into jacobian: inout DenseMatrix) {
    let factors = PivotedQR(problem.basis(at: parameters))
    let linear = factors.solution(factors.transposedProduct(problem.observations))
    let residuals = factors.rejection(of: problem.observations)
    for column in 0..<parameterCount {
      let change = problem.basisDerivative(at: parameters, by: column)
      var slope = factors.wholeTransposedProduct(change.times(linear))
      var reached = [Double](repeating: 0, count: linear.count)
      if derivative == .golubPereyra {
        reached = factors.transposedSolution(linear.indices.map { change.dot($0, residuals) })
      }
      for index in 0..<factors.rank { slope[index] = reached[index] }
      slope = factors.product(slope)
      for row in slope.indices { jacobian[row, column] = -slope[row] }
    }
  }
}

extension PivotedQR {
  /// The part of a vector at right angles to all columns.
  func rejection(of vector: [Double]) -> [Double] {
    var rotated = wholeTransposedProduct(vector)
    for index in 0..<rank { rotated[index] = 0 }
    return product(rotated)
  }
}
