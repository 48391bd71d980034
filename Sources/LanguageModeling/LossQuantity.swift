import LossNumerics
import Tokenization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// One of the ways to state a loss: what it is divided by, and on which scale it is shown.
public struct LossQuantity: Sendable, Hashable {
  /// The scale a mean loss is shown on.
  public enum Scale: Sendable, Hashable {
    /// As it is, in nats.
    case nats

    /// Divided by ln 2.
    case bits

    /// Its exponential.
    case perplexity
  }

  /// The key in JSON and the name of the property of ``CrossEntropy``.
  public var key: String

  /// The name in reports.
  public var title: String

  /// What the loss is divided by.
  public var denominator: LossDenominator

  /// The scale it is shown on.
  public var scale: Scale

  /// Whether it only means something if the tokens determine the bytes of the text.
  public var needsFidelity: Bool { denominator == .bytes || denominator == .characters }
}

extension LossQuantity {
  /// All quantities of a report, in its order.
  public static let all: [LossQuantity] = [
    .init("natsPerToken", "nats per token", .tokens, .nats),
    .init("bitsPerToken", "bits per token", .tokens, .bits),
    .init("perplexity", "perplexity", .tokens, .perplexity),
    .init("bitsPerByte", "bits per byte", .bytes, .bits),
    .init("bitsPerCharacter", "bits per character", .characters, .bits),
    .init("wordPerplexity", "word perplexity", .words, .perplexity),
    .init("bytePerplexity", "byte perplexity", .bytes, .perplexity),
  ]

  private init(_ key: String, _ title: String, _ denominator: LossDenominator, _ scale: Scale) {
    self.key = key
    self.title = title
    self.denominator = denominator
    self.scale = scale
  }

  /// The quantity of a loss; `nil` where there is nothing to divide by.
  public func value(of loss: CrossEntropy) -> Double? {
    natsPerUnit(of: loss).map(onScale)
  }

  /// The mean loss in nats per unit; `nil` where there is nothing to divide by.
  public func natsPerUnit(of loss: CrossEntropy) -> Double? {
    let units = loss.count(of: denominator)
    return units == 0 ? nil : loss.totalNats / Double(units)
  }

  /// The quantity's standard error and interval, from the spread over clusters.
  ///
  /// The interval is formed on the mean loss in nats with Student's t and then put on the scale, so
  /// that a perplexity's interval is not symmetric.
  ///
  /// - Returns: `nil` where the clusters hold too little.
  public func uncertainty(_ clusters: ErrorClusters, level: Double) -> Uncertainty? {
    guard let mean = ClusteredMean(clusters.clusters, per: denominator) else { return nil }
    let t = StudentT(degreesOfFreedom: mean.degreesOfFreedom).quantile((1 + level) / 2)
    let reach = t * mean.standardError
    return Uncertainty(
      standardError: onScale(standardError: mean.standardError, at: mean.mean),
      interval: onScale(mean.mean - reach)...onScale(mean.mean + reach),
      level: level
    )
  }

  /// A mean loss in nats, put on the scale.
  public func onScale(_ nats: Double) -> Double {
    switch scale {
    case .nats: nats
    case .bits: nats / log(2)
    case .perplexity: exp(nats)
    }
  }

  /// A standard error in nats, put on the scale by the scale's derivative.
  private func onScale(standardError: Double, at nats: Double) -> Double {
    switch scale {
    case .nats: standardError
    case .bits: standardError / log(2)
    case .perplexity: exp(nats) * standardError
    }
  }
}

/// How far off a measured value may be.
public struct Uncertainty: Sendable, Hashable {
  /// The standard error, in the value's unit.
  public var standardError: Double

  /// The confidence interval.
  public var interval: ClosedRange<Double>

  /// The interval's level, such as 0.95.
  public var level: Double
}

extension CrossEntropy {
  /// How many units of a kind the scored text holds.
  public func count(of denominator: LossDenominator) -> Int {
    switch denominator {
    case .tokens: tokenCount
    case .bytes: text.byteCount
    case .characters: text.characterCount
    case .words: text.wordCount
    }
  }
}
