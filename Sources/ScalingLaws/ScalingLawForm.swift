#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A formula that gives the loss of a run from its parameters, tokens or compute, apart from its numbers.
///
/// A form is what ``ScalingLaw`` and ``LawFit`` share: it names its coefficients and knows how to
/// evaluate, differentiate, start and optimize the formula. Coefficients travel as arrays in the
/// order of ``coefficients``: `coefficients` arrays hold natural values, `scaled` ones hold what a
/// fit moves (logarithms where the descriptor says so).
///
/// To add a law, write one file with a conforming type and one line in ``ScalingLaw/forms``; a sum of
/// powers is quickest as a ``PowerSumForm``.
public protocol ScalingLawForm: Sendable {
  /// The name commands and files use, such as `chinchilla`.
  var name: String { get }

  /// The formula as people write it, such as `L = E + A/N^alpha + B/D^beta`.
  var formula: String { get }

  /// The coefficients in the order of the formula.
  var coefficients: [Coefficient] { get }

  /// The quantities of a run that the loss depends on.
  var variables: Set<RunVariable> { get }

  /// How many different values of each of its variables runs need to determine the coefficients.
  var leastDistinctValues: Int { get }

  /// Whether the law says what repeated tokens are worth; others are for runs without repeats.
  var describesRepetition: Bool { get }

  /// The terms that fall with a variable.
  var terms: [LawTerm] { get }

  /// What the loss of a run would lose without each of ``terms``.
  func termLosses(_ run: LogRun, scaled: Span<Double>) -> [Double]

  /// The logarithm of the loss.
  ///
  /// Worked without leaving logarithms, so that no intermediate power overflows.
  func logLoss(_ run: LogRun, scaled: Span<Double>) -> Double

  /// The gradient of ``logLoss(_:scaled:)`` by the scaled coefficients.
  ///
  /// `gradient` is overwritten; it has one place a coefficient.
  func logLossGradient(
    _ run: LogRun,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  )

  /// The scaled coefficients of a law in the runs' own units, from those in units of their middle.
  ///
  /// A fit works on runs divided by the geometric means of their parameters, tokens, compute and
  /// losses, so that it does not depend on the units of any; the result is the law that gives the
  /// mean loss times what `scaled` gives at quantities over their means. `nil` for a law that cannot
  /// be moved so: it is fitted in the runs' own units.
  func decentered(_ scaled: [Double], from center: RunCenter) -> [Double]?

  /// The derivative of each result of ``decentered(_:from:)`` (row) by each scaled coefficient.
  func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]]

  /// Scaled coefficients to start a fit from, spread over what the runs could mean.
  ///
  /// The runs come in the units of the fit, and the starts are meant in the same.
  /// Each start gives every term a share of the loss, so that none begins on a plateau where a
  /// term has vanished and no gradient leads back.
  func starts(for runs: [Run]) -> [[Double]]

  /// Quantities that follow from the coefficients, such as the exponents of the optimum.
  func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity]

  /// The split of `compute` = k · N · D with the least loss, or `nil` where the form has none.
  ///
  /// `compute` is the budget in FLOPs; `flopsPerTokenParameter` is k, the training FLOPs for one
  /// token and one parameter, usually 6.
  func optimum(
    compute: Double,
    flopsPerTokenParameter: Double,
    coefficients: [Double]
  ) -> Allocation?
}

/// A quantity of a run that a law may depend on.
public enum RunVariable: String, Sendable, Hashable, CaseIterable {
  /// The number of parameters, *N*.
  case parameters
  /// The number of training tokens, *D*.
  case tokens
  /// The training compute, *C*.
  case compute
}

// MARK: - Most laws

extension ScalingLawForm {
  /// Parameters and tokens.
  public var variables: Set<RunVariable> { [.parameters, .tokens] }

  /// It does not.
  public var describesRepetition: Bool { false }

  /// None.
  public func derivedQuantities(coefficients: [Double]) -> [DerivedQuantity] { [] }

  /// None in closed form.
  public func optimum(
    compute: Double,
    flopsPerTokenParameter: Double,
    coefficients: [Double]
  ) -> Allocation? { nil }

  /// The scaled values of natural ones.
  public func scaled(_ coefficients: [Double]) -> [Double] {
    zip(self.coefficients, coefficients).map { $0.scale.scaled($1) }
  }

  /// The loss at a place, from natural coefficients.
  public func loss(at run: LogRun, coefficients: [Double]) -> Double {
    exp(logLoss(run, scaled: scaled(coefficients).span))
  }

  /// The loss of a run of these parameters and tokens, none of them repeated, at C = 6 N D.
  ///
  /// - Precondition: `parameters` and `tokens` are positive.
  public func loss(parameters: Double, tokens: Double, coefficients: [Double]) -> Double {
    loss(at: LogRun(parameters: parameters, tokens: tokens), coefficients: coefficients)
  }
}

/// A term of a law's formula that falls with parameters or tokens.
public struct LawTerm: Sendable, Hashable {
  /// The term as people write it, such as `A/N^alpha`.
  public var name: String

  /// The places of the coefficients that stand in no other term.
  public var coefficients: [Int]

  /// Names a term.
  public init(name: String, coefficients: [Int]) {
    self.name = name
    self.coefficients = coefficients
  }
}

/// A quantity computed from a law's coefficients, with what the delta method needs.
public struct DerivedQuantity: Sendable, Hashable {
  /// The name, such as `a` for the exponent of the optimal number of parameters.
  public var name: String

  /// The natural value.
  public var value: Double

  /// The scale on which its interval is formed.
  public var scale: Coefficient.Scale

  /// The derivative of the value on ``scale`` by each scaled coefficient.
  public var gradient: [Double]

  /// Creates a derived quantity.
  public init(name: String, value: Double, scale: Coefficient.Scale, gradient: [Double]) {
    self.name = name
    self.value = value
    self.scale = scale
    self.gradient = gradient
  }
}
