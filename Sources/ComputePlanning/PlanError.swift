import ScalingLaws

/// A question that has no answer.
public enum PlanError: Error, Hashable, CustomStringConvertible {
  /// A number that has to be finite and above 0 is not.
  case notPositive(quantity: String, value: Double)
  /// No model reaches the loss: the law's irreducible loss E is not below it.
  case belowIrreducibleLoss(loss: Double, irreducibleLoss: Double, law: String)
  /// The law would need more, or less, compute for the loss than any number can mean.
  case lossOutOfReach(loss: Double, attainable: ClosedRange<Double>, law: String)
  /// A frontier was asked about loss.
  case noLoss(law: String)
  /// The law has no optimum that is known in closed form.
  case noOptimum(law: String)
  /// The answer is too large or too small for a number.
  case outOfRange(question: PlanQuestion, law: String)
  /// The answer is less than one parameter or one token.
  case belowOne(question: PlanQuestion, law: String)
  /// The law's optimum does not multiply to the budget: its numbers are beyond double precision.
  case budgetNotSpent(compute: Double, spent: Double, law: String)

  /// The error in words.
  public var description: String {
    switch self {
    case .notPositive(let quantity, let value):
      "expected a finite number above 0 for \(quantity), found `\(sixDigits(value))`"
    case .belowIrreducibleLoss(let loss, let irreducible, let law):
      "a loss of \(sixDigits(loss)) is out of reach: the irreducible loss E of `\(law)` is "
        + "\(sixDigits(irreducible)), "
        + "and no compute goes below it"
    case .lossOutOfReach(let loss, let attainable, let law):
      "no compute that makes sense gives a loss of \(sixDigits(loss)) under `\(law)`; its optima run from "
        + "\(sixDigits(attainable.lowerBound)) to \(sixDigits(attainable.upperBound))"
    case .noLoss(let law):
      "`\(law)` gives parameters and tokens for a budget but no loss; ask a set that has one, such "
        + "as `epoch`"
    case .noOptimum(let law):
      "`\(law)` has no compute-optimal split in closed form"
    case .outOfRange(let question, let law):
      "\(question.quantity) of \(sixDigits(question.value)) leads to numbers beyond all bounds under "
        + "`\(law)`"
    case .belowOne(let question, let law):
      "\(question.quantity) of \(sixDigits(question.value)) leads to less than one parameter or token "
        + "under `\(law)`"
    case .budgetNotSpent(let compute, let spent, let law):
      "the optimum of `\(law)` spends \(sixDigits(spent)) FLOPs where \(sixDigits(compute)) were asked: its coefficients "
        + "are beyond double precision"
    }
  }
}

/// Something a reader of a plan should know before trusting it.
public enum PlanWarning: Sendable, Hashable {
  /// The utilization is above what whole runs report.
  case highUtilization(Double)
  /// A quantity lies outside the fitted runs by a factor.
  case extrapolation(quantity: String, factor: Double, isAbove: Bool, bound: Double)
  /// N and D as published do not multiply to the budget; the factor is k·N·D over it.
  case frontierProduct(factor: Double, flopsPerTokenParameter: Double)
  /// A reason for doubt in the coefficient set itself.
  case caveat(id: String, message: String)

  /// A name for programs.
  public var id: String {
    switch self {
    case .highUtilization: "high-utilization"
    case .extrapolation: "extrapolation"
    case .frontierProduct: "frontier-product"
    case .caveat(let id, _): id
    }
  }

  /// The warning in words.
  public var message: String {
    switch self {
    case .highUtilization(let value):
      "a utilization of \(value) is above what whole training runs report (0.3 to 0.55)"
    case .extrapolation(let quantity, let factor, let isAbove, let bound):
      "\(quantity) is \(Self.rounded(factor)) times \(isAbove ? "above" : "below") the "
        + "\(isAbove ? "largest" : "smallest") fitted run (\(Self.rounded(bound)))"
    case .frontierProduct(let factor, let k):
      "the published N and D give \(Self.rounded(k))·N·D = \(Self.rounded(factor)) times the "
        + "budget: this source counts its compute otherwise"
    case .caveat(_, let message): message
    }
  }

  /// A number with two significant digits: `540`, `1.8`, `1.5e+9`.
  private static func rounded(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return "\(value)" }
    var (scaled, exponent) = (value, 0)
    while scaled >= 9.95 { (scaled, exponent) = (scaled / 10, exponent + 1) }
    let digits = (scaled * 10).rounded() / 10
    guard exponent < 6 else { return "\(shortest(digits))e+\(exponent < 10 ? "0" : "")\(exponent)" }
    return shortest((0..<exponent).reduce(digits) { power, _ in power * 10 })
  }

  /// A number without `.0` at its end.
  private static func shortest(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}
