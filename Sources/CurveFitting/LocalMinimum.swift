/// Where a minimization ended, as facts.
///
/// One that stopped early is a result, not an error: read ``termination`` before trusting
/// ``parameters``.
public struct LocalMinimum: Sendable, Hashable {
  /// The parameters at the end.
  public var parameters: [Double]

  /// The objective there.
  public var objective: Double

  /// How much each parameter matters there, for telling minima apart: differences are taken in it.
  public var scales: [Double]

  /// The parameters that ended at one of their bounds, by index.
  public var parametersAtBound: [Int]

  /// How far from zero the gradient is, as a share of what its parts would come to without canceling.
  public var relativeGradient: Double

  /// Why the iteration stopped.
  public var termination: Termination

  /// The number of steps taken.
  public var iterations: Int

  /// The number of times the function was computed.
  public var evaluations: Int

  /// Collects the facts.
  public init(
    parameters: [Double],
    objective: Double,
    scales: [Double],
    parametersAtBound: [Int],
    relativeGradient: Double,
    termination: Termination,
    iterations: Int,
    evaluations: Int
  ) {
    self.parameters = parameters
    self.objective = objective
    self.scales = scales
    self.parametersAtBound = parametersAtBound
    self.relativeGradient = relativeGradient
    self.termination = termination
    self.iterations = iterations
    self.evaluations = evaluations
  }
}

extension LocalMinimum {
  /// Whether the iteration reached a minimum.
  public var isConverged: Bool { termination.isConverged }
}
