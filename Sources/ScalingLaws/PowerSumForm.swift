#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A law that is a sum of power terms, L = Σ A_k X_k^(−alpha_k), each X a product of powers of N, D, C.
///
/// Naming the terms is all such a law needs: its value, gradient, units and the fast path of fits
/// follow from them. A term without an exponent is a floor. In logarithms ln L is the log-sum-exp of
/// expressions linear in the scaled coefficients, which is what makes these laws easy to fit.
public protocol PowerSumForm: ScalingLawForm {
  /// The terms in the order of the formula.
  var powerTerms: [PowerTerm] { get }
}

/// One term of a sum of powers, A X^(−alpha).
public struct PowerTerm: Sendable, Hashable {
  /// The term as people write it, such as `A/N^alpha`.
  public var name: String

  /// The place of A among the law's coefficients; A is fitted through its logarithm.
  public var amplitude: Int

  /// The place of alpha, which terms may share; `nil` for a floor.
  public var exponent: Int?

  /// X.
  public var variable: LogVariable

  /// A floor, such as E.
  public static func floor(_ name: String, amplitude: Int) -> Self {
    Self(name: name, amplitude: amplitude, exponent: nil, variable: LogVariable())
  }

  /// A term that falls as X grows.
  public static func power(
    _ name: String,
    amplitude: Int,
    of variable: LogVariable,
    exponent: Int
  ) -> Self {
    Self(name: name, amplitude: amplitude, exponent: exponent, variable: variable)
  }

  /// ln A − alpha ln X.
  func logValue(at run: LogRun, scaled: Span<Double>) -> Double {
    guard let exponent else { return scaled[amplitude] }
    return scaled[amplitude] - scaled[exponent] * variable.value(at: run)
  }
}

// MARK: - The loss

extension PowerSumForm {
  /// The log-sum-exp of the terms' logarithms, shifted by the largest.
  public func logLoss(_ run: LogRun, scaled: Span<Double>) -> Double {
    var largest = -Double.infinity
    for term in powerTerms { largest = max(largest, term.logValue(at: run, scaled: scaled)) }
    guard largest.isFinite else { return largest }
    var sum = 0.0
    for term in powerTerms { sum += exp(term.logValue(at: run, scaled: scaled) - largest) }
    return largest + log(sum)
  }

  /// Each term's share of the loss, times the derivative of the term's logarithm.
  ///
  /// With p the share A X^(−alpha)/L: ∂ ln L/∂ ln A = p and ∂ ln L/∂ alpha = −p ln X, added up over
  /// the terms that have the coefficient.
  public func logLossGradient(
    _ run: LogRun,
    scaled: Span<Double>,
    gradient: inout MutableSpan<Double>
  ) {
    for index in gradient.indices { gradient[index] = 0 }
    let total = logLoss(run, scaled: scaled)
    for term in powerTerms {
      let share = exp(term.logValue(at: run, scaled: scaled) - total)
      gradient[term.amplitude] += share
      if let exponent = term.exponent { gradient[exponent] -= share * term.variable.value(at: run) }
    }
  }

  /// Everything but the floor; an exponent that terms share belongs to none of them.
  public var terms: [LawTerm] {
    powerTerms.compactMap { term in
      guard let exponent = term.exponent else { return nil }
      let isShared = powerTerms.count { $0.exponent == exponent } > 1
      return LawTerm(
        name: term.name,
        coefficients: isShared ? [term.amplitude] : [term.amplitude, exponent]
      )
    }
  }

  /// The terms themselves.
  public func termLosses(_ run: LogRun, scaled: Span<Double>) -> [Double] {
    var losses: [Double] = []
    for term in powerTerms where term.exponent != nil {
      losses.append(exp(term.logValue(at: run, scaled: scaled)))
    }
    return losses
  }
}

// MARK: - Units

extension PowerSumForm {
  /// ln A + m + alpha x, with m the mean of ln L and x that of ln X.
  public func decentered(_ scaled: [Double], from center: RunCenter) -> [Double]? {
    var moved = scaled
    for term in powerTerms {
      moved[term.amplitude] += center.logLoss
      if let exponent = term.exponent {
        moved[term.amplitude] += scaled[exponent] * term.variable.value(at: center.place)
      }
    }
    return moved
  }

  /// The unit matrix, with x for each amplitude by its exponent.
  public func decenteringSlopes(_ scaled: [Double], from center: RunCenter) -> [[Double]] {
    var slopes = scaled.indices.map { row in scaled.indices.map { $0 == row ? 1.0 : 0 } }
    for term in powerTerms {
      guard let exponent = term.exponent else { continue }
      slopes[term.amplitude][exponent] += term.variable.value(at: center.place)
    }
    return slopes
  }
}
