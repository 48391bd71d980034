public import ScalingLaws

/// A budget, its best split, and what to expect of it, under one law.
public struct PlanAnswer: Sendable, Hashable {
  /// The time the training takes on some hardware.
  public struct Time: Sendable, Hashable {
    /// The hardware.
    public var hardware: Hardware
    /// From start to end, in hours.
    public var hours: Double
    /// Hours summed over the accelerators.
    public var deviceHours: Double
  }

  /// What was asked.
  public var question: PlanQuestion
  /// The name of the law or coefficient set.
  public var coefficientSet: String
  /// Training compute *C*, in FLOPs.
  public var compute: Double
  /// Parameters *N*.
  public var parameters: Double
  /// Training tokens *D*.
  public var tokens: Double
  /// The expected loss, in the law's unit; `nil` where the source gives none.
  public var loss: Double?
  /// Why there is no loss; `nil` where there is one.
  public var lossAbsence: String?
  /// The optimum with the errors of the fit behind the law; `nil` unless a fit, or the file of one, was
  /// asked about a compute budget: what else is fixed leaves the budget itself uncertain.
  public var uncertainty: OptimumEstimate?
  /// The time on the stated hardware; `nil` where none was stated.
  public var time: Time?
  /// What to know before trusting the answer.
  public var warnings: [PlanWarning]
}

extension PlanAnswer {
  /// Training tokens for each parameter, *D* / *N*.
  public var tokensPerParameter: Double { tokens / parameters }
}
