#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The best parameters and tokens of each compute budget, published as two power laws.
///
/// A frontier says how to spend compute, not what loss to expect off or on it: that takes a
/// ``ScalingLaw``. N = N_1 · c^a and D = D_1 · c^b with c the compute in units of the publication.
/// The two need not multiply to C/6: where they do not, the publication counts compute otherwise.
public struct ComputeFrontier: Sendable, Hashable {
  /// The parameters at one unit of compute, N_1.
  public var parametersAtUnit: Double
  /// The exponent of the parameters, a.
  public var parameterExponent: Double
  /// The tokens at one unit of compute, D_1.
  public var tokensAtUnit: Double
  /// The exponent of the tokens, b.
  public var tokenExponent: Double
  /// The unit of compute, in FLOPs.
  public var unit: Double

  /// Creates a frontier.
  ///
  /// - Precondition: Every number is finite and above 0.
  public init(
    parametersAtUnit: Double,
    parameterExponent: Double,
    tokensAtUnit: Double,
    tokenExponent: Double,
    unit: Double
  ) {
    let all = [parametersAtUnit, parameterExponent, tokensAtUnit, tokenExponent, unit]
    precondition(all.allSatisfy { $0.isFinite && $0 > 0 }, "a frontier's numbers are positive")
    self.parametersAtUnit = parametersAtUnit
    self.parameterExponent = parameterExponent
    self.tokensAtUnit = tokensAtUnit
    self.tokenExponent = tokenExponent
    self.unit = unit
  }

  /// One petaFLOP/s for a day, in FLOPs: 10¹⁵ · 86,400.
  public static let petaflopDay = 8.64e19
}

extension ComputeFrontier {
  /// The best number of parameters for a budget in FLOPs.
  public func parameters(compute: Double) -> Double {
    parametersAtUnit * pow(compute / unit, parameterExponent)
  }

  /// The best number of tokens for a budget in FLOPs.
  public func tokens(compute: Double) -> Double {
    tokensAtUnit * pow(compute / unit, tokenExponent)
  }

  /// The budget, in FLOPs, for which this many parameters are best.
  public func compute(parameters: Double) -> Double {
    unit * pow(parameters / parametersAtUnit, 1 / parameterExponent)
  }

  /// The budget, in FLOPs, for which this many tokens are best.
  public func compute(tokens: Double) -> Double {
    unit * pow(tokens / tokensAtUnit, 1 / tokenExponent)
  }
}
