/// What the Jacobian at a minimum says about the parameters' uncertainty.
///
/// With the columns scaled to length one, J = Q U Σ Vᵀ, and (JᵀJ)⁻¹ follows from Σ and V without
/// ever forming JᵀJ, whose condition number is the square.
public struct ParameterCovariance: Sendable, Hashable {
  /// (JᵀJ)⁻¹, with zeros for parameters held fixed; `nil` where J is singular.
  public var inverseNormalMatrix: DenseMatrix?

  /// Largest over smallest singular value of J with its columns scaled to length one.
  ///
  /// Above about 100 the parameters trade against each other; infinite where J is singular.
  public var conditionNumber: Double

  /// Computes the covariance of the parameters that are not fixed.
  ///
  /// - Precondition: At least as many rows as columns.
  public init(jacobian: DenseMatrix, fixed: [Int] = []) {
    let free = (0..<jacobian.columnCount).filter { !fixed.contains($0) }
    let norms = free.map { jacobian.norm(ofColumn: $0) }
    conditionNumber = .infinity
    inverseNormalMatrix = nil
    guard norms.allSatisfy({ $0 > 0 && $0.isFinite }) else { return }

    let factors = PivotedQR(jacobian.selecting(columns: free, dividedBy: norms))
    let singular = SingularValueDecomposition(factors.triangle)
    conditionNumber = singular.conditionNumber
    // Below this the smallest singular value is rounding noise of the largest.
    let limit = Double(jacobian.rowCount) * .ulpOfOne
    guard singular.smallest > limit * singular.largest else {
      conditionNumber = .infinity
      return
    }
    var inverse = DenseMatrix(rowCount: jacobian.columnCount, columnCount: jacobian.columnCount)
    for (row, rowPlace) in factors.permutation.enumerated() {
      for (column, columnPlace) in factors.permutation.enumerated() {
        var sum = 0.0
        for (index, value) in singular.values.enumerated() {
          sum += singular.right[row, index] / value * (singular.right[column, index] / value)
        }
        inverse[free[rowPlace], free[columnPlace]] = sum / (norms[rowPlace] * norms[columnPlace])
      }
    }
    inverseNormalMatrix = inverse
  }

  /// The covariance for residuals of one variance; `nil` where J is singular.
  public func scaled(by variance: Double) -> DenseMatrix? {
    guard var matrix = inverseNormalMatrix else { return nil }
    for column in 0..<matrix.columnCount { matrix.scale(column: column, by: variance) }
    return matrix
  }

  /// The covariance for residuals each with a variance of its own (HC3).
  ///
  /// (JᵀJ)⁻¹ Jᵀ diag(rᵢ²/(1−hᵢ)²) J (JᵀJ)⁻¹ with hᵢ the leverage of row i: MacKinnon and White,
  /// J. Econometrics 29, 1985, in the form of Long and Ervin, Am. Stat. 54, 2000.
  ///
  /// - Returns: `nil` where J is singular or a row alone determines a parameter.
  public func heteroscedasticityRobust(
    jacobian: DenseMatrix,
    residuals: [Double]
  ) -> DenseMatrix? {
    guard let inverse = inverseNormalMatrix else { return nil }
    let count = jacobian.columnCount
    var result = DenseMatrix(rowCount: count, columnCount: count)
    for row in 0..<jacobian.rowCount {
      let gradient = (0..<count).map { jacobian[row, $0] }
      let influence = inverse.times(gradient)
      let leverage = zip(gradient, influence).reduce(0) { $0 + $1.0 * $1.1 }
      // A leverage of one comes out short of it by rounding.
      guard leverage < 1 - Double(jacobian.rowCount) * .ulpOfOne else { return nil }
      let weight = residuals[row] / (1 - leverage)
      for first in 0..<count {
        for second in 0..<count {
          result[first, second] += weight * weight * influence[first] * influence[second]
        }
      }
    }
    return result
  }
}

extension DenseMatrix {
  /// Some columns, each divided by a number.
  func selecting(columns: [Int], dividedBy divisors: [Double]) -> DenseMatrix {
    var selection = DenseMatrix(rowCount: rowCount, columnCount: columns.count)
    for (place, column) in columns.enumerated() {
      for row in 0..<rowCount { selection[row, place] = self[row, column] / divisors[place] }
    }
    return selection
  }
}
