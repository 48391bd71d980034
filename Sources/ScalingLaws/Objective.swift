import CurveFitting

/// What a fit minimizes: which residuals, and what they cost.
public struct Objective: Sendable, Hashable {
  /// What a residual is the difference of.
  public enum Residual: Sendable, Hashable {
    /// ln L, observed less predicted.
    case logLoss

    /// L, observed less predicted.
    case loss
  }

  /// What a residual costs.
  public enum Cost: Sendable, Hashable {
    /// Its square.
    case square

    /// Half its square up to a threshold, a line beyond (Huber).
    case huber(threshold: Double)

    /// Its size.
    case size

    /// Its size, and so many times that where the law lies above the run.
    case asymmetric(weight: Double)
  }

  /// What a residual is the difference of.
  public var residual: Residual

  /// What it costs; the sum over the runs, each by its weight, is minimized.
  public var cost: Cost

  /// Σ (ln L − ln L̂)², the default.
  ///
  /// The maximum of the likelihood if relative noise is normal.
  public static let logLeastSquares = Self(residual: .logLoss, cost: .square)

  /// Σ (L − L̂)².
  public static let leastSquares = Self(residual: .loss, cost: .square)

  /// The sum, not the mean, of Huber's penalty of ln L − ln L̂.
  ///
  /// With a threshold of 1e-3 that of Hoffmann et al. 2022.
  public static func huber(_ threshold: Double = 1e-3) -> Self {
    Self(residual: .logLoss, cost: .huber(threshold: threshold))
  }

  /// Σ |ln L − ln L̂|: least absolute deviations.
  public static let leastAbsoluteDeviations = Self(residual: .logLoss, cost: .size)

  /// Σ |L − L̂|, `weight` times where the law lies above the run: the lower envelope of the runs.
  public static func asymmetric(_ weight: Double = 10) -> Self {
    Self(residual: .loss, cost: .asymmetric(weight: weight))
  }
}

// MARK: - Names

extension Objective {
  /// The name commands and reports use, such as `log-least-squares`, `huber:0.001` or `lad`.
  public var name: String {
    switch (residual, cost) {
    case (.logLoss, .square): "log-least-squares"
    case (.loss, .square): "least-squares"
    case (.logLoss, .huber(let threshold)): "huber:\(threshold)"
    case (.loss, .huber(let threshold)): "raw-huber:\(threshold)"
    case (.logLoss, .size): "lad"
    case (.loss, .size): "raw-lad"
    case (.loss, .asymmetric(let weight)): "asymmetric:\(weight)"
    case (.logLoss, .asymmetric(let weight)): "log-asymmetric:\(weight)"
    }
  }

  /// The objectives that have a name of their own, as people write them.
  public static let spellings = [
    "log-least-squares", "least-squares", "huber[:DELTA]", "lad", "asymmetric[:WEIGHT]",
  ]

  /// The objective of a name, as ``name`` gives it; `huber` and `asymmetric` stand for their defaults.
  ///
  /// - Returns: `nil` for any other text, and where the number is not positive and finite.
  public init?(named text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var number: Double?
    if parts.count == 2 {
      guard let value = Double(parts[1]), value > 0, value.isFinite else { return nil }
      number = value
    }
    switch (parts[0], number) {
    case ("log-least-squares", nil): self = .logLeastSquares
    case ("least-squares", nil): self = .leastSquares
    case ("lad", nil): self = .leastAbsoluteDeviations
    case ("huber", let number): self = .huber(number ?? 1e-3)
    case ("asymmetric", let number): self = .asymmetric(number ?? 10)
    default: return nil
    }
  }
}

extension Objective {
  /// Whether the cost is a square, so that statistics of least squares hold.
  public var isLeastSquares: Bool { cost == .square }

  /// The penalty of the smooth costs; `nil` for those with an edge at zero.
  var penalty: Penalty? {
    switch cost {
    case .square: .squares
    case .huber(let threshold): .huber(threshold)
    case .size, .asymmetric: nil
    }
  }

  /// What a negative residual, a law above its run, costs for what a positive one does.
  var factorBelow: Double {
    if case .asymmetric(let weight) = cost { weight } else { 1 }
  }

  /// What the minimizers' value is multiplied by: they take half of a square.
  var valueFactor: Double { isLeastSquares ? 2 : 1 }
}
