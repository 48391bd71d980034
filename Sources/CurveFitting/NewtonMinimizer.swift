/// Newton's method in a trust region, with bounds, for functions whose Hessian is at hand.
///
/// Robust penalties have few residuals on their curved part, so that what bends the objective is the
/// second derivative of the model; methods that learn it from gradients alone (L-BFGS) stop early
/// there. With the exact Hessian a fit takes a dozen steps, and ends where the gradient has lost all
/// the digits that can cancel.
///
/// Steps minimize the quadratic model within a radius (Moré and Sorensen 1983), so that a saddle or a
/// plateau is left along its most negative curvature. Too near the minimum for the objective to judge,
/// a step counts if it lowers the gradient.
public struct NewtonMinimizer: Sendable, Hashable {
  /// The relative gradient at which a minimum is reached; see ``LocalMinimum/relativeGradient``.
  public var gradientTolerance = 1e-10

  /// The number of steps allowed.
  public var iterationLimit = 300

  /// The first radius, in units in which the most important parameter moves by one.
  public var initialRadius = 1.0

  /// The share of the largest scale below which a parameter has no effect.
  public var flatScale = 1e-12

  /// Creates a minimizer with the default tolerances.
  public init() {}

  /// Minimizes a function.
  ///
  /// - Parameters:
  ///   - function: The function.
  ///   - start: The first parameters; moved inside the function's bounds.
  /// - Returns: Where the iteration ended and why.
  /// - Precondition: `start` has one finite number a parameter.
  public func minimize(_ function: any CurvedFunction, from start: [Double]) -> LocalMinimum {
    precondition(start.count == function.parameterCount, "one number a parameter")
    precondition(start.allSatisfy(\.isFinite), "a minimization starts at finite parameters")
    var state = NewtonState(function: function, start: start, options: self)
    while true {
      if let termination = state.advance() { return state.minimum(termination) }
    }
  }
}
