#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A power of one quantity, with or without a floor: L = (X_c/X)^alpha_X, or E more.
///
/// X is the parameters, the tokens or the compute; the other quantities are taken to be no limit.
/// (Kaplan et al. 2020, Scaling laws for neural language models, arXiv:2001.08361, equations 1.1 to
/// 1.3; with a floor, Henighan et al. 2020, arXiv:2010.14701, equation 1.1.)
///
/// The coefficients are the published ones, X_c and alpha_X. The amplitude X_c^alpha_X would make
/// this a ``PowerSumForm``, but the estimates would then hold a number that nobody publishes, and
/// X_c would not be among the coefficients that files carry.
public struct PowerLaw: ScalingLawForm {
  private let variable: RunVariable
  private let hasFloor: Bool

  /// Creates the law of a quantity.
  public init(of variable: RunVariable, hasFloor: Bool = false) {
    self.variable = variable
    self.hasFloor = hasFloor
  }

  /// `power-n`, `power-d` or `power-c`, then `-floor` where there is one.
  public var name: String { "power-\(variable.symbol.lowercased())\(hasFloor ? "-floor" : "")" }

  /// The formula as people write it.
  public var formula: String { "L = \(hasFloor ? "E + " : "")\(term)" }

  /// E where there is a floor, then X_c and alpha_X.
  public var coefficients: [Coefficient] {
    let symbol = variable.symbol
    let floor = Coefficient(
      name: "E",
      unit: "nats per token",
      scale: .logarithmic,
      bounds: 1e-6...1e3
    )
    return (hasFloor ? [floor] : []) + [
      Coefficient(
        name: "\(symbol)_c",
        unit: variable.unit,
        scale: .logarithmic,
        bounds: 1e-120...1e120
      ),
      Coefficient(name: "alpha_\(symbol)", unit: "", scale: .linear, bounds: 1e-3...5),
    ]
  }

  /// X alone.
  public var variables: Set<RunVariable> { [variable] }

  private var term: String {
    "(\(variable.symbol)_c/\(variable.symbol))^alpha_\(variable.symbol)"
  }

  /// The place of X_c; alpha_X is next.
  private var scalePlace: Int { hasFloor ? 1 : 0 }
}

// MARK: - The loss

extension PowerLaw {
  /// alpha (ln X_c − ln X), and ln E added to it as logarithms.
  public func logLoss(_ run: LogRun, scaled: Span<Double>) -> Double {
    let power = logPower(run, scaled)
    return hasFloor ? logAddExp(scaled[0], power) : power
  }

  /// With p the share of the power: ∂/∂ ln X_c = p alpha, ∂/∂ alpha = p (ln X_c − ln X).
  public func logLossGradient(
    _ run: LogRun,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  ) {
    let total = logLoss(run, scaled: scaled)
    let share = exp(logPower(run, scaled) - total)
    if hasFloor { gradient[0] = exp(scaled[0] - total) }
    gradient[scalePlace] = share * scaled[scalePlace + 1]
    gradient[scalePlace + 1] = share * (scaled[scalePlace] - variable.value(at: run))
  }

  private func logPower(_ run: LogRun, _ scaled: Span<Double>) -> Double {
    scaled[scalePlace + 1] * (scaled[scalePlace] - variable.value(at: run))
  }
}

// MARK: - What runs must show

extension PowerLaw {
  /// As many as coefficients.
  public var leastDistinctValues: Int { hasFloor ? 3 : 2 }

  /// (X_c/X)^alpha_X.
  public var terms: [LawTerm] {
    [LawTerm(name: term, coefficients: [scalePlace, scalePlace + 1])]
  }

  /// The power itself.
  public func termLosses(_ run: LogRun, scaled: Span<Double>) -> [Double] {
    [exp(logPower(run, scaled))]
  }
}

// MARK: - Units

extension PowerLaw {
  /// ln X_c + x + m/alpha and ln E + m, with x and m the means of ln X and ln L.
  public func decentered(_ scaled: [Double], from center: RunCenter) -> [Double]? {
    var moved = scaled
    moved[scalePlace] +=
      variable.value(at: center.place) + center.logLoss / scaled[scalePlace + 1]
    if hasFloor { moved[0] += center.logLoss }
    return moved
  }

  /// The unit matrix, with −m/alpha² for X_c by alpha.
  public func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]] {
    var slopes = scaled.indices.map { row in scaled.indices.map { $0 == row ? 1.0 : 0 } }
    let alpha = scaled[scalePlace + 1]
    slopes[scalePlace][scalePlace + 1] = -center.logLoss / (alpha * alpha)
    return slopes
  }
}

// MARK: - Starting a fit

extension PowerLaw {
  /// Starts that meet the middle of the runs, over the exponents that tables have shown.
  public func starts(for runs: [Run]) -> [[Double]] {
    guard let middle = RunCenter(runs) else { return [] }
    let exponents = [0.03, 0.06, 0.12, 0.25, 0.5, 1]
    let place = variable.value(at: middle.place)
    guard hasFloor else { return exponents.map { [place + middle.logLoss / $0, $0] } }
    return middle.floors.flatMap { floor, rest in
      exponents.map { [log(floor), place + log(rest) / $0, $0] }
    }
  }
}
