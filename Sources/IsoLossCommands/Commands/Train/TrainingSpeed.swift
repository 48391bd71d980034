import IsoLoss

/// How fast the steps of a run are, and how much of the machine that is.
///
/// Model FLOPs utilization as Chowdhery et al. define it (PaLM, 2022, appendix B): the operations that the
/// model takes, whatever else was computed, over those that the machine could do in the same time.
struct TrainingSpeed {
  /// What a step, or the middle one of many, came to.
  struct Rate: Sendable, Hashable {
    /// Tokens trained on.
    var tokensPerSecond: Double

    /// Floating-point operations of the model.
    var modelFLOPsPerSecond: Double

    /// These over the machine's peak.
    var utilization: Double
  }

  private let modelFLOPsPerToken: Double
  private var peak: Double
  private var lastMeasured: Double
  private let isPeakMeasured: Bool
  private var tokensPerSecond: [Double] = []

  /// Begins to watch, and measures the machine's peak unless it is given.
  init(_ recipe: TrainingRecipe, peak: Double?, in context: CommandContext) {
    modelFLOPsPerToken = recipe.modelFLOPsPerToken
    self.peak = peak ?? context.kernels.multiplyAddPeak()
    isPeakMeasured = peak == nil
    lastMeasured = context.secondsNow()
  }

  /// Measures the peak once more, unless it is given, at most every half minute and at the end: of a core
  /// that another program had at the beginning more may be left now.
  mutating func measurePeakAgain(isLast: Bool, in context: CommandContext) {
    let now = context.secondsNow()
    guard isPeakMeasured, !context.interruption.isRaised, isLast || now - lastMeasured >= 30 else {
      return
    }
    lastMeasured = now
    peak = max(peak, context.kernels.multiplyAddPeak())
  }

  /// Takes a step.
  ///
  /// - Returns: What it came to; `nil` where the clock did not move.
  mutating func add(tokens: Int, seconds: Double) -> Rate? {
    guard seconds > 0 else { return nil }
    tokensPerSecond.append(Double(tokens) / seconds)
    return rate(Double(tokens) / seconds)
  }

  private func rate(_ tokensPerSecond: Double) -> Rate {
    let speed = tokensPerSecond * modelFLOPsPerToken
    return Rate(
      tokensPerSecond: tokensPerSecond,
      modelFLOPsPerSecond: speed,
      utilization: speed / peak
    )
  }

  /// The middle one of the steps: one that also measured the validation loss, or that another program held up,
  /// does not count for more than others.
  private var typical: Rate? {
    guard !tokensPerSecond.isEmpty else { return nil }
    return rate(tokensPerSecond.sorted()[tokensPerSecond.count / 2])
  }
}

// MARK: - Reports

extension TrainingSpeed {
  /// In words.
  var text: String {
    guard let rate = typical else { return "no step was timed" }
    let source = isPeakMeasured ? "measured" : "given"
    let share = "\(NumberText.significant(100 * rate.utilization, digits: 3)) %"
    return "\(NumberText.scaled(rate.tokensPerSecond)) tokens per second,"
      + " \(NumberText.scaled(rate.modelFLOPsPerSecond)) model FLOPs per second: \(share) of the"
      + " \(source) peak of \(NumberText.scaled(peak))"
  }

  /// Members of a report's environment; null where there is nothing to tell.
  var json: [(String, JSONValue)] {
    [
      ("tokensPerSecond", .init(typical?.tokensPerSecond)),
      ("modelFLOPsPerSecond", .init(typical?.modelFLOPsPerSecond)),
      ("modelFLOPsUtilization", .init(typical?.utilization)),
      ("peakFLOPsPerSecond", .number(peak)),
      ("isPeakMeasured", .bool(isPeakMeasured)),
    ]
  }
}
