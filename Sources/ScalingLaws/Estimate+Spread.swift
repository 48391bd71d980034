import CurveFitting
import LossNumerics

extension DenseMatrix {
  /// gᵀ V g, the variance of a quantity with the gradient g; what rounding takes below zero is none.
  func variance(along gradient: [Double]) -> Double {
    max(0, zip(gradient, times(gradient)).reduce(0) { $0 + $1.0 * $1.1 })
  }
}

extension Estimate {
  /// How many standard errors an interval reaches: Student's t, or the normal where nobody says how
  /// many degrees of freedom there are.
  static func reach(level: Double, degreesOfFreedom: Int?) -> Double {
    guard let degreesOfFreedom, degreesOfFreedom > 0 else {
      return NormalDistribution.standard.quantile((1 + level) / 2)
    }
    return StudentT(degreesOfFreedom: degreesOfFreedom).quantile((1 + level) / 2)
  }

  /// Takes error and interval from the error of the scaled quantity, the delta method's.
  mutating func spread(
    ofScaledError error: Double,
    on scale: Coefficient.Scale,
    degreesOfFreedom: Int?
  ) {
    let scaled = scale.scaled(value)
    standardError = scale.naturalSlope(at: scaled) * error
    let reach = Self.reach(level: level, degreesOfFreedom: degreesOfFreedom)
    let low = scale.natural(scaled - reach * error)
    let high = scale.natural(scaled + reach * error)
    if low.isFinite && high.isFinite {
      interval = low...high
    } else {
      reason = "the interval leaves the range of numbers"
    }
  }
}
