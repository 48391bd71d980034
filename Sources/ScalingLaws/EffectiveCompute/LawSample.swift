import CurveFitting
import LossNumerics

/// Laws that a fit could have found as well: the draws of a bootstrap, or of its covariance.
public struct LawSample: Sendable {
  /// Where the laws come from.
  public enum Source: String, Sendable, Hashable {
    /// Fits to resamples of the runs.
    case bootstrap

    /// Normal draws of the scaled coefficients from their covariance.
    case covariance
  }

  /// Where the laws come from.
  public var source: Source

  /// One law a draw; `nil` for coefficients that make none, such as a negative exponent.
  public var laws: [ScalingLaw?]
}

extension FittedLaw {
  /// Where a sample of the law would come from; `nil` without draws and without a covariance.
  public var sampleSource: LawSample.Source? {
    draws != nil ? .bootstrap : covariance != nil ? .covariance : nil
  }

  /// The law's draws, or as many from its covariance.
  ///
  /// - Parameters:
  ///   - count: How many are drawn from a covariance; draws of a bootstrap are taken as they are.
  ///   - seed: The seed of those from a covariance.
  ///   - stream: Which of the seed's streams they are taken from: two laws take two.
  /// - Returns: The sample, or `nil` where nothing says how uncertain the law is.
  public func sample(count: Int, seed: UInt64, stream: UInt64 = 0) -> LawSample? {
    if let draws {
      return LawSample(source: .bootstrap, laws: draws.map { Self.law(law.form, $0) })
    }
    guard let covariance, let factor = LowerFactor(covariance) else { return nil }
    let center = law.form.scaled(law.coefficients)
    let scales = law.form.coefficients.map(\.scale)
    var generator = SeededGenerator(seed: seed, stream: stream)
    let laws = (0..<count).map { _ in
      let normals = center.map { _ in generator.nextNormal() }
      let scaled = zip(center, factor.times(normals)).map { $0 + $1 }
      return Self.law(law.form, zip(scales, scaled).map { $0.natural($1) })
    }
    return LawSample(source: .covariance, laws: laws)
  }

  /// The law of some coefficients; `nil` where they make none.
  private static func law(_ form: any ScalingLawForm, _ coefficients: [Double]) -> ScalingLaw? {
    let isLaw = zip(form.coefficients, coefficients).allSatisfy { coefficient, value in
      value.isFinite && (value > 0 || !coefficient.isPositive)
    }
    return isLaw ? ScalingLaw(form: form, coefficients: coefficients) : nil
  }
}

/// Cholesky's factor of a covariance, L with L Lᵀ = V, columns of zeros where V has no variance left.
struct LowerFactor {
  private var rows: [[Double]]

  /// Factors a matrix; `nil` of one that is no covariance: not symmetric, or with negative variances.
  init?(_ matrix: DenseMatrix) {
    let count = matrix.rowCount
    rows = Array(repeating: Array(repeating: 0, count: count), count: count)
    guard matrix.columnCount == count else { return nil }
    for row in 0..<count {
      for column in 0..<row {
        let scale = (abs(matrix[row, row]) * abs(matrix[column, column])).squareRoot()
        guard abs(matrix[row, column] - matrix[column, row]) <= 1e-9 * scale,
          abs(matrix[row, column]) <= (1 + 1e-9) * scale
        else { return nil }
      }
    }
    for column in 0..<count {
      let diagonal = matrix[column, column]
      var pivot = diagonal
      for k in 0..<column { pivot -= rows[column][k] * rows[column][k] }
      guard diagonal >= 0, diagonal.isFinite, pivot >= -1e-8 * diagonal else { return nil }
      // What rounding leaves of a variance is none.
      guard pivot > 1e-14 * diagonal else { continue }
      rows[column][column] = pivot.squareRoot()
      for row in (column + 1)..<max(count, column + 1) {
        var sum = matrix[row, column]
        for k in 0..<column { sum -= rows[row][k] * rows[column][k] }
        rows[row][column] = sum / rows[column][column]
      }
    }
  }

  /// L z.
  func times(_ vector: [Double]) -> [Double] {
    rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}
