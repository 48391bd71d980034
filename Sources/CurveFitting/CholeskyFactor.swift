/// The Cholesky factor of a small symmetric matrix, in memory that is used again.
package struct CholeskyFactor {
  private var count = 0

  /// L with L Lᵀ the matrix, row by row; what is above its diagonal means nothing.
  private var lower: [Double] = []

  /// Creates a factor of nothing.
  package init() {}

  /// Factors a matrix given row by row, with a shift added to its diagonal.
  ///
  /// - Returns: Whether the sum is visibly positive definite; there is no factor otherwise.
  package mutating func factor(_ matrix: [Double], count: Int, shift: Double = 0) -> Bool {
    self.count = count
    if lower.count < count * count { lower = Array(repeating: 0, count: count * count) }
    var lower = self.lower.mutableSpan
    let matrix = matrix.span
    for row in 0..<count {
      for column in 0..<row {
        var sum = matrix[row * count + column]
        for k in 0..<column { sum -= lower[row * count + k] * lower[column * count + k] }
        lower[row * count + column] = sum / lower[column * (count + 1)]
      }
      let diagonal = matrix[row * (count + 1)] + shift
      var pivot = diagonal
      for k in 0..<row { pivot -= lower[row * count + k] * lower[row * count + k] }
      // A pivot that is rounding of its diagonal is none.
      guard pivot > 1e-14 * diagonal, pivot.isFinite else { return false }
      lower[row * (count + 1)] = pivot.squareRoot()
    }
    return true
  }

  /// Replaces x by L⁻¹ x.
  package func solveLower(_ x: inout [Double]) {
    let lower = lower.span
    var x = x.mutableSpan
    for row in 0..<count {
      var sum = x[row]
      for k in 0..<row { sum -= lower[row * count + k] * x[k] }
      x[row] = sum / lower[row * (count + 1)]
    }
  }

  /// Replaces x by L⁻ᵀ x.
  package func solveUpper(_ x: inout [Double]) {
    let lower = lower.span
    var x = x.mutableSpan
    for row in (0..<count).reversed() {
      var sum = x[row]
      for k in (row + 1)..<max(count, row + 1) { sum -= lower[k * count + row] * x[k] }
      x[row] = sum / lower[row * (count + 1)]
    }
  }

  /// Replaces x by the solution of A y = x.
  package func solve(_ x: inout [Double]) {
    solveLower(&x)
    solveUpper(&x)
  }
}
