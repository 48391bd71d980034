public import ScalingLaws

/// A question about training compute and the laws to answer it with.
///
///     var plan = ComputePlan(.compute(1e24))
///     plan.hardware = Hardware(try AcceleratorCatalog.accelerator(named: "H100"), count: 1024)
///     let answer = try plan.answer(from: .published(.epoch))
///     print(answer.parameters, answer.tokens, answer.time?.hours ?? .nan)
public struct ComputePlan: Sendable, Hashable {
  /// What is fixed.
  public var question: PlanQuestion
  /// The laws to ask, one answer each.
  public var sources: [LawSource]
  /// Training FLOPs for each parameter and token, k in C = k · N · D; 6 by convention.
  public var flopsPerTokenParameter: Double
  /// Where the training is to run; answers then say how long it takes.
  public var hardware: Hardware?

  /// How far beyond the fitted runs a plan may go without a warning, as a factor.
  public static let tolerableExtrapolation = 10.0

  /// Creates a plan.
  ///
  /// - Precondition: `flopsPerTokenParameter` is finite and above 0.
  public init(
    _ question: PlanQuestion,
    sources: [LawSource] = [.published(.epoch)],
    flopsPerTokenParameter: Double = 6,
    hardware: Hardware? = nil
  ) {
    precondition(
      flopsPerTokenParameter.isFinite && flopsPerTokenParameter > 0,
      "FLOPs per token and parameter are positive, found \(flopsPerTokenParameter)"
    )
    self.question = question
    self.sources = sources
    self.flopsPerTokenParameter = flopsPerTokenParameter
    self.hardware = hardware
  }
}

extension ComputePlan {
  /// Creates the plan for what some hardware computes in some time.
  public init(
    _ budget: HardwareBudget,
    sources: [LawSource] = [.published(.epoch)],
    flopsPerTokenParameter: Double = 6
  ) {
    self.init(
      .compute(budget.compute),
      sources: sources,
      flopsPerTokenParameter: flopsPerTokenParameter,
      hardware: budget.hardware
    )
  }
}

// MARK: - Answers

extension ComputePlan {
  /// One answer for each source, in order; a source without one does not silence the others.
  public var answers: [Result<PlanAnswer, PlanError>] {
    sources.map { source in
      Result { () throws(PlanError) in try answer(from: source) }
    }
  }

  /// The answer under one law.
  ///
  /// - Throws: ``PlanError`` where there is none.
  public func answer(from source: LawSource) throws(PlanError) -> PlanAnswer {
    guard question.value.isFinite, question.value > 0 else {
      throw .notPositive(quantity: question.quantity, value: question.value)
    }
    let split =
      switch source.model {
      case .surface(let law): try split(law, name: source.name)
      case .frontier(let frontier): try split(frontier, name: source.name)
      }
    guard [split.compute, split.parameters, split.tokens].allSatisfy({ $0.isNormal && $0 > 0 })
    else { throw .outOfRange(question: question, law: source.name) }
    guard split.parameters >= 1, split.tokens >= 1 else {
      throw .belowOne(question: question, law: source.name)
    }
    if case .surface = source.model { try checkBudget(split, law: source.name) }
    return PlanAnswer(
      question: question,
      coefficientSet: source.name,
      compute: split.compute,
      parameters: split.parameters,
      tokens: split.tokens,
      loss: split.loss,
      lossAbsence: split.loss == nil
        ? "`\(source.name)` was published as parameters and tokens of a budget, without a loss"
        : nil,
      uncertainty: uncertainty(source),
      time: hardware.map { PlanAnswer.Time(compute: split.compute, hardware: $0) },
      warnings: warnings(split, source)
    )
  }

  /// The errors of the optimum where a fit, or a file that tells of its fit's, is asked about a budget.
  private func uncertainty(_ source: LawSource) -> OptimumEstimate? {
    guard case .compute(let compute) = question else { return nil }
    let k = flopsPerTokenParameter
    return switch source {
    case .published, .law: nil
    case .fit(let result, _): result.optimum(compute: compute, flopsPerTokenParameter: k)
    case .fitted(let law):
      law.tellsErrors ? law.optimum(compute: compute, flopsPerTokenParameter: k) : nil
    }
  }

  /// Refuses a split that does not spend its budget: its digits are rounding errors.
  private func checkBudget(_ split: BudgetSplit, law: String) throws(PlanError) {
    let spent = flopsPerTokenParameter * split.parameters * split.tokens
    guard abs(spent / split.compute - 1) < 1e-6 else {
      throw .budgetNotSpent(compute: split.compute, spent: spent, law: law)
    }
    guard split.loss.map(\.isFinite) ?? true else {
      throw .outOfRange(question: question, law: law)
    }
  }

  private func split(_ law: ScalingLaw, name: String) throws(PlanError) -> BudgetSplit {
    let curve = OptimumCurve(law: law, name: name, flopsPerTokenParameter: flopsPerTokenParameter)
    switch question {
    case .compute(let compute): return try curve.split(compute: compute)
    case .loss(let loss): return try curve.split(loss: loss)
    case .parameters(let parameters): return try curve.split(parameters: parameters)
    case .tokens(let tokens): return try curve.split(tokens: tokens)
    }
  }

  private func split(
    _ frontier: ComputeFrontier,
    name: String
  ) throws(PlanError) -> BudgetSplit {
    let compute: Double
    switch question {
    case .compute(let value): compute = value
    case .parameters(let value): compute = frontier.compute(parameters: value)
    case .tokens(let value): compute = frontier.compute(tokens: value)
    case .loss: throw .noLoss(law: name)
    }
    var split = BudgetSplit(
      compute: compute,
      parameters: frontier.parameters(compute: compute),
      tokens: frontier.tokens(compute: compute)
    )
    // What was given is given back to the last digit.
    if case .parameters(let value) = question { split.parameters = value }
    if case .tokens(let value) = question { split.tokens = value }
    return split
  }
}

// MARK: - Warnings

extension ComputePlan {
  private func warnings(_ split: BudgetSplit, _ source: LawSource) -> [PlanWarning] {
    var warnings = source.caveats.map { PlanWarning.caveat(id: $0.id, message: $0.message) }
    warnings += extrapolation(split, source.fittedRange)
    if case .frontier = source.model {
      let product = flopsPerTokenParameter * split.parameters * split.tokens / split.compute
      if abs(product - 1) > 0.02 {
        warnings.append(
          .frontierProduct(factor: product, flopsPerTokenParameter: flopsPerTokenParameter)
        )
      }
    }
    return warnings + (hardware?.warnings ?? [])
  }

  /// The first quantity of the answer that lies far outside the fitted runs.
  ///
  /// Compute says it best; parameters and tokens stand in where the runs' compute is not known.
  private func extrapolation(
    _ split: BudgetSplit,
    _ range: CoefficientSet.FittedRange
  ) -> [PlanWarning] {
    let quantities = [
      ("compute", split.compute, range.compute),
      ("parameters", split.parameters, range.compute == nil ? range.parameters : nil),
      ("tokens", split.tokens, range.compute == nil ? range.tokens : nil),
    ]
    for case (let name, let value, let range?) in quantities {
      let (above, below) = (value / range.upperBound, range.lowerBound / value)
      let isAbove = above > 1
      let factor = max(above, below)
      guard factor > Self.tolerableExtrapolation else { continue }
      return [
        .extrapolation(
          quantity: name,
          factor: factor,
          isAbove: isAbove,
          bound: isAbove ? range.upperBound : range.lowerBound
        )
      ]
    }
    return []
  }
}

/// A budget with its best split.
struct BudgetSplit {
  var compute: Double
  var parameters: Double
  var tokens: Double
  var loss: Double?
}

extension PlanAnswer.Time {
  /// The time of some compute on some hardware.
  init(compute: Double, hardware: Hardware) {
    self.hardware = hardware
    hours = hardware.seconds(for: compute) / 3600
    deviceHours = hours * Double(hardware.count)
  }
}
