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
  /// A law of one's own, with the name reports give it and the extent of the runs behind it.
  case law(ScalingLaw, name: String, fittedRange: CoefficientSet.FittedRange)
}

extension LawSource {
  /// The name reports give the law.
  public var name: String {
    switch self {
    case .published(let set): set.name
    case .law(_, let name, _): name
    }
  }

  /// The law or frontier.
  public var model: CoefficientSet.Model {
    switch self {
    case .published(let set): set.model
    case .law(let law, _, _): .surface(law)
    }
  }

  /// The extent of the runs behind the law.
  public var fittedRange: CoefficientSet.FittedRange {
    switch self {
    case .published(let set): set.fittedRange
    case .law(_, _, let range): range
    }
  }

  /// Reasons for doubt in the law itself.
  var caveats: [CoefficientSet.Caveat] {
    switch self {
    case .published(let set): set.caveats
    case .law: []
    }
  }
}
