/// A Levenberg-Marquardt solver with a trust region, bounds, and a last polish.
///
/// Moré's form (The Levenberg-Marquardt algorithm, LNM 630, 1978): steps are bounded in parameters
/// scaled by the longest column norms seen, the damping is found so that the step fills the region,
/// and the region follows the ratio of actual to predicted reduction. The damped steps come from a
/// singular value decomposition of the scaled Jacobian's triangle, so that correlations of 0.999
/// between parameters cost no digits. Each step is bent by half the geodesic acceleration (Transtrum
/// and Sethna, arXiv:1201.5885, 2012), which takes it along curved valleys.
///
///     let fit = LevenbergMarquardt().minimize(problem, from: [500, 0.0001])
///     print(fit.parameters, fit.termination.explanation)
///
/// Near the minimum the objective no longer tells steps apart: its digits end where the gradient is
/// still 1e−8. There an undamped step is taken if it lowers the gradient.
public struct LevenbergMarquardt: Sendable, Hashable {
  /// The relative gradient at which a fit is done; see ``ResidualFit/relativeGradient``.
  public var gradientTolerance = 1e-10

  /// The step, relative to the parameters in their scaling, that is too short to try.
  public var stepTolerance = 1e-15

  /// The number of steps allowed.
  public var iterationLimit = 1000

  /// The first region's radius as a multiple of the scaled length of the start.
  ///
  /// Between Moré's 0.1 and 100; of these all certified problems of the tests reach their minimum
  /// with 10, while 1 sends one and 100 two of them elsewhere.
  public var initialRadius = 10.0

  /// Creates a solver with the default tolerances.
  public init() {}

  /// Minimizes the sum of squared residuals.
  ///
  /// - Parameters:
  ///   - problem: The residuals and their derivatives.
  ///   - start: The first parameters; moved inside the problem's bounds.
  /// - Returns: Where the iteration ended and why.
  /// - Precondition: `start` has one finite number a parameter, and the problem no more parameters
  ///   than residuals.
  public func minimize(
    _ problem: some ResidualProblem,
    from start: [Double]
  ) -> ResidualFit {
    minimize(problem, from: start) { () throws(Never) in }
  }

  /// Minimizes the sum of squared residuals, asking before each step whether to go on.
  ///
  /// - Parameters:
  ///   - problem: The residuals and their derivatives.
  ///   - start: The first parameters; moved inside the problem's bounds.
  ///   - checkpoint: Throws to stop, for example when the user interrupts.
  /// - Returns: Where the iteration ended and why.
  /// - Throws: What `checkpoint` throws.
  /// - Precondition: As for ``minimize(_:from:)``.
  public func minimize<Failure: Error>(
    _ problem: some ResidualProblem,
    from start: [Double],
    checkpoint: () throws(Failure) -> Void
  ) throws(Failure) -> ResidualFit {
    precondition(start.count == problem.parameterCount, "one number a parameter")
    precondition(start.allSatisfy(\.isFinite), "a fit starts at finite parameters")
    precondition(
      problem.parameterCount <= problem.residualCount,
      "\(problem.parameterCount) parameters need as many residuals, not \(problem.residualCount)"
    )
    var state = LevenbergMarquardtState(problem: problem, start: start, options: self)
    var termination: Termination?
    while termination == nil {
      try checkpoint()
      termination = state.advance()
    }
    return state.fit(termination: termination ?? .iterationLimit)
  }
}
