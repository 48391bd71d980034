/// Why two laws cannot be compared by compute.
public enum LawComparisonError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The losses are in two units.
  case lossUnits(first: String, LossUnit, second: String, LossUnit)

  /// The losses were measured on two texts.
  case validations(first: String, String, second: String, String)

  /// The parameters are counted in two ways.
  case conventions(first: String, ParameterConvention, second: String, ParameterConvention)

  /// No budget was given, and the two fitted ranges have none in common.
  case nothingCommon(first: String, ClosedRange<Double>?, second: String, ClosedRange<Double>?)

  /// A law has no optimum of a budget.
  case noOptimum(name: String, law: String)

  /// The error in words.
  public var description: String {
    switch self {
    case .lossUnits(let first, let firstUnit, let second, let secondUnit):
      "`\(first)` predicts \(firstUnit.displayName), `\(second)` \(secondUnit.displayName): compute is"
        + " compared at equal loss, and these have no loss in common"
    case .validations(let first, let firstText, let second, let secondText):
      "the losses of `\(first)` were measured on `\(firstText)`, those of `\(second)` on `\(secondText)`:"
        + " compute is compared at equal loss on one text"
    case .conventions(let first, let firstCount, let second, let secondCount):
      "`\(first)` counts \(firstCount.words), `\(second)` \(secondCount.words): their compute is not the"
        + " same quantity"
    case .nothingCommon(let first, let firstRange, let second, let secondRange):
      "no budget lies in both fitted ranges (`\(first)`: \(Self.words(firstRange)); `\(second)`:"
        + " \(Self.words(secondRange))): say at which to compare"
    case .noOptimum(let name, let law):
      "`\(name)`: the law \(law) has no compute-optimal split in closed form, so it has no frontier"
    }
  }

  private static func words(_ range: ClosedRange<Double>?) -> String {
    range.map { "\(sixDigits($0.lowerBound)) to \(sixDigits($0.upperBound)) FLOPs" } ?? "not known"
  }
}

extension ParameterConvention {
  /// What is counted, in words.
  var words: String {
    switch self {
    case .total: "all parameters"
    case .nonEmbedding: "parameters without embeddings"
    case .undeclared: "parameters of an undeclared kind"
    }
  }
}
