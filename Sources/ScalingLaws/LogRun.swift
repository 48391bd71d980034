#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where a run lies on the logarithmic scales in which laws are simple.
///
/// In a fit the logarithms are those of quantities in units of the runs' middle (``RunCenter``).
public struct LogRun: Sendable, Hashable {
  /// ln N, of the number of parameters.
  public var parameters: Double

  /// ln D, of the number of training tokens.
  public var tokens: Double

  /// ln C, of the training compute in FLOPs.
  public var compute: Double

  /// ln U, of the number of different tokens; ln D where none is repeated.
  public var uniqueTokens: Double

  /// Creates a place from its logarithms; `uniqueTokens` is `tokens` where none is given.
  public init(
    parameters: Double,
    tokens: Double,
    compute: Double,
    uniqueTokens: Double? = nil
  ) {
    self.parameters = parameters
    self.tokens = tokens
    self.compute = compute
    self.uniqueTokens = uniqueTokens ?? tokens
  }
}

extension LogRun {
  /// The place of a run of these parameters and tokens, at C = k · N · D.
  ///
  /// - Precondition: All are positive.
  public init(
    parameters: Double,
    tokens: Double,
    uniqueTokens: Double? = nil,
    flopsPerTokenParameter: Double = 6
  ) {
    let (n, d) = (log(parameters), log(tokens))
    self.init(
      parameters: n,
      tokens: d,
      compute: log(flopsPerTokenParameter) + n + d,
      uniqueTokens: uniqueTokens.map { log($0) }
    )
  }

  /// The place of a run as its table gives it.
  public init(_ run: Run) {
    self.init(
      parameters: log(run.parameters),
      tokens: log(run.tokens),
      compute: log(run.compute),
      uniqueTokens: run.uniqueTokens.map { log($0) }
    )
  }
}

/// A quantity that a law raises to a power, by its logarithm: n ln N + d ln D + c ln C.
public struct LogVariable: Sendable, Hashable {
  /// The weight of ln N.
  public var parameters: Double

  /// The weight of ln D.
  public var tokens: Double

  /// The weight of ln C.
  public var compute: Double

  /// Creates a combination.
  public init(parameters: Double = 0, tokens: Double = 0, compute: Double = 0) {
    self.parameters = parameters
    self.tokens = tokens
    self.compute = compute
  }

  /// N itself.
  public static let parameters = Self(parameters: 1)

  /// D itself.
  public static let tokens = Self(tokens: 1)

  /// C itself.
  public static let compute = Self(compute: 1)

  /// The logarithm at a place.
  public func value(at run: LogRun) -> Double {
    // Weights of zero skip their logarithm, which may not be finite where a law does not read it.
    var sum = 0.0
    if parameters != 0 { sum += parameters * run.parameters }
    if tokens != 0 { sum += tokens * run.tokens }
    if compute != 0 { sum += compute * run.compute }
    return sum
  }
}
