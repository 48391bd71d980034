public import ScalingLaws

/// What is fixed; the plan says the rest.
public enum PlanQuestion: Sendable, Hashable {
  /// A compute budget, in FLOPs: how should it be spent?
  case compute(Double)
  /// A loss to reach, in the law's unit: what is the least compute for it?
  case loss(Double)
  /// A number of parameters: for which budget, and with how many tokens, is it the best?
  case parameters(Double)
  /// A number of tokens: for which budget, and with how many parameters, is it the best?
  case tokens(Double)
}

extension PlanQuestion {
  /// The number that is fixed.
  public var value: Double {
    switch self {
    case .compute(let value), .loss(let value), .parameters(let value), .tokens(let value): value
    }
  }

  /// The name of what is fixed, as reports write it.
  public var quantity: String {
    switch self {
    case .compute: "compute"
    case .loss: "loss"
    case .parameters: "parameters"
    case .tokens: "tokens"
    }
  }
}

/// Where a plan's law comes from.
public enum LawSource: Sendable, Hashable {
  /// A published set of coefficients.
  case published(CoefficientSet)
  /// A law of one's own, with the name reports give it, the extent of the runs behind it, and what
  /// there is to doubt about it.
  case law(
    ScalingLaw,
    name: String,
    fittedRange: CoefficientSet.FittedRange,
    caveats: [CoefficientSet.Caveat] = []
  )
  /// The law of a fit, whose errors and warnings become the plan's.
  case fit(FitResult, name: String)
  /// The law of a file, whose errors and warnings become the plan's as far as it holds them.
  case fitted(FittedLaw)
}

extension LawSource {
  /// The name reports give the law.
  public var name: String {
    switch self {
    case .published(let set): set.name
    case .law(_, let name, _, _), .fit(_, let name): name
    case .fitted(let fitted): fitted.name
    }
  }

  /// The law or frontier.
  public var model: CoefficientSet.Model {
    switch self {
    case .published(let set): set.model
    case .law(let law, _, _, _): .surface(law)
    case .fit(let result, _): .surface(result.law)
    case .fitted(let fitted): .surface(fitted.law)
    }
  }

  /// The extent of the runs behind the law.
  public var fittedRange: CoefficientSet.FittedRange {
    switch self {
    case .published(let set): set.fittedRange
    case .law(_, _, let range, _): range
    case .fit(let result, _): result.table.fittedRange
    case .fitted(let fitted): fitted.fittedRange
    }
  }

  /// Reasons for doubt in the law itself.
  var caveats: [CoefficientSet.Caveat] {
    switch self {
    case .published(let set): set.caveats
    case .law(_, _, _, let caveats): caveats
    case .fit(let result, _):
      result.warnings.map { CoefficientSet.Caveat(id: $0.id, message: $0.message) }
    case .fitted(let fitted): fitted.caveats
    }
  }
}
