/// A singular value decomposition A = U Σ Vᵀ by one-sided Jacobi rotations.
///
/// Slower than bidiagonalization on big matrices and more accurate on small ones: the least singular
/// values of a matrix with scaled columns keep their digits (Demmel and Veselić, SIAM J. Matrix Anal.
/// Appl. 13, 1992), which is what condition numbers of 1e8 need.
package struct SingularValueDecomposition: Sendable {
  /// U Σ: orthogonal columns whose lengths are the singular values.
  private var scaledLeft: DenseMatrix

  /// V, one column a singular value.
  package private(set) var right: DenseMatrix

  /// The singular values, in no particular order; the columns of ``right`` go with them.
  package private(set) var values: [Double]

  /// Decomposes a matrix.
  ///
  /// - Precondition: At least as many rows as columns.
  package init(_ matrix: DenseMatrix) {
    precondition(matrix.rowCount >= matrix.columnCount, "a decomposition needs enough rows")
    scaledLeft = matrix
    right = .identity(matrix.columnCount)
    values = []
    // Convergence is quadratic; a dozen sweeps is far beyond what ten columns take.
    for _ in 0..<60 where !sweep() { break }
    values = (0..<matrix.columnCount).map { scaledLeft.norm(ofColumn: $0) }
  }

  /// The largest singular value; 0 for a matrix without columns.
  package var largest: Double { values.max() ?? 0 }

  /// The smallest singular value.
  package var smallest: Double { values.min() ?? 0 }

  /// Largest over smallest; infinite for a singular matrix.
  package var conditionNumber: Double {
    smallest > 0 ? largest / smallest : (largest > 0 ? .infinity : 1)
  }

  /// Uᵀ times a vector, one entry a singular value; 0 where that is 0.
  package func leftProduct(_ vector: [Double]) -> [Double] {
    values.indices.map { values[$0] > 0 ? scaledLeft.dot($0, vector) / values[$0] : 0 }
  }

  /// Rotates every pair of columns once.
  ///
  /// - Returns: Whether any pair was still visibly not orthogonal.
  private mutating func sweep() -> Bool {
    var rotated = false
    for first in 0..<scaledLeft.columnCount {
      for second in (first + 1)..<max(scaledLeft.columnCount, first + 1) {
        let alpha = scaledLeft.dot(first, first)
        let beta = scaledLeft.dot(second, second)
        let gamma = scaledLeft.dot(first, second)
        guard abs(gamma) > .ulpOfOne * (alpha * beta).squareRoot(), gamma != 0 else { continue }
        rotated = true
        let zeta = (beta - alpha) / (2 * gamma)
        let size = 1 / (abs(zeta) + (1 + zeta * zeta).squareRoot())
        let tangent = zeta < 0 ? -size : size
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        scaledLeft.rotate(first, second, cosine: cosine, sine: cosine * tangent)
        right.rotate(first, second, cosine: cosine, sine: cosine * tangent)
      }
    }
    return rotated
  }
}
