#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The middle of a set of runs: where fits start, and the units they work in.
public struct RunCenter: Sendable, Hashable {
  /// The means of ln N, ln D and ln C; different tokens are measured in the unit of all tokens.
  public var place: LogRun

  /// The mean of ln L.
  public var logLoss: Double

  /// The smallest loss of all.
  public var smallestLoss: Double

  /// Finds the middle.
  ///
  /// - Returns: `nil` for no runs at all.
  public init?(_ runs: [Run]) {
    guard var smallest = runs.first?.loss else { return nil }
    var sum = LogRun(parameters: 0, tokens: 0, compute: 0)
    var logLoss = 0.0
    for run in runs {
      sum.parameters += log(run.parameters)
      sum.tokens += log(run.tokens)
      sum.compute += log(run.compute)
      logLoss += log(run.loss)
      smallest = min(smallest, run.loss)
    }
    let count = Double(runs.count)
    place = LogRun(
      parameters: sum.parameters / count,
      tokens: sum.tokens / count,
      compute: sum.compute / count
    )
    self.logLoss = logLoss / count
    smallestLoss = smallest
  }

  /// The origin: one parameter, one token, one FLOP and a loss of one, which leaves units as they are.
  static func origin(smallestLoss: Double) -> Self {
    Self(place: LogRun(parameters: 0, tokens: 0, compute: 0), smallestLoss: smallestLoss)
  }

  private init(place: LogRun, smallestLoss: Double) {
    self.place = place
    self.logLoss = 0
    self.smallestLoss = smallestLoss
  }
}

extension RunCenter {
  /// The mean of ln N.
  public var logParameters: Double { place.parameters }

  /// The mean of ln D.
  public var logTokens: Double { place.tokens }

  /// A place relative to the middle.
  func centered(_ run: LogRun) -> LogRun {
    LogRun(
      parameters: run.parameters - place.parameters,
      tokens: run.tokens - place.tokens,
      compute: run.compute - place.compute,
      uniqueTokens: run.uniqueTokens - place.tokens
    )
  }

  /// The place that one relative to the middle means.
  func decentered(_ run: LogRun) -> LogRun {
    LogRun(
      parameters: run.parameters + place.parameters,
      tokens: run.tokens + place.tokens,
      compute: run.compute + place.compute,
      uniqueTokens: run.uniqueTokens + place.tokens
    )
  }

  /// A run in units of the middle: a run at the middle has one parameter, one token and a loss of one.
  func centered(_ run: Run) -> Run {
    let place = centered(LogRun(run))
    return Run(
      parameters: exp(place.parameters),
      tokens: exp(place.tokens),
      compute: exp(place.compute),
      loss: exp(log(run.loss) - logLoss),
      uniqueTokens: run.uniqueTokens.map { _ in exp(place.uniqueTokens) },
      weight: run.weight
    )
  }
}
