/// What a residual costs: a square, or a square that turns into a line.
///
/// ρ(r) = s r²/2 for |r| ≤ threshold and s · threshold (|r| − threshold/2) beyond, with s ``above`` for
/// positive residuals and ``below`` for negative ones (Huber, Ann. Math. Statist. 35, 1964).
public struct Penalty: Sendable, Hashable {
  /// Where the square turns into a line; infinite for least squares.
  public var threshold: Double

  /// The factor of residuals above zero.
  public var above: Double

  /// The factor of residuals below zero.
  public var below: Double

  /// Creates a penalty.
  ///
  /// - Precondition: All are positive, the factors finite.
  public init(threshold: Double, above: Double = 1, below: Double = 1) {
    precondition(threshold > 0 && above > 0 && below > 0, "a penalty is positive")
    precondition(above.isFinite && below.isFinite, "factors of a penalty are finite")
    self.threshold = threshold
    self.above = above
    self.below = below
  }

  /// Half the square.
  public static let squares = Self(threshold: .infinity)

  /// Huber's, a square up to `threshold`.
  public static func huber(_ threshold: Double) -> Self { Self(threshold: threshold) }
}

extension Penalty {
  /// The cost of a residual.
  public func value(_ residual: Double) -> Double {
    let size = abs(residual)
    let reach = min(size, threshold)
    return factor(residual) * reach * (size - reach / 2)
  }

  /// The derivative of the cost.
  public func slope(_ residual: Double) -> Double {
    factor(residual) * min(max(residual, -threshold), threshold)
  }

  /// The second derivative: zero on the lines.
  public func curvature(_ residual: Double) -> Double {
    abs(residual) > threshold ? 0 : factor(residual)
  }

  private func factor(_ residual: Double) -> Double { residual > 0 ? above : below }
}
