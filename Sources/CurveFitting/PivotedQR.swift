/// A Householder QR decomposition with column pivoting: A P = Q R.
///
/// Each step moves the longest remaining column to the front, so that the diagonal of R falls and
/// dependent columns end at the back (Businger and Golub, Numer. Math. 7, 1965). Q is kept as its
/// reflections, since all that is asked of it are products with a vector.
package struct PivotedQR: Sendable {
  /// Reflection vectors on and below the diagonal, R above it.
  private var packed: DenseMatrix

  /// The diagonal of R.
  private var diagonal: [Double]

  /// Which column of A stands at each place.
  package private(set) var permutation: [Int]

  /// Decomposes a matrix.
  ///
  /// - Precondition: At least as many rows as columns.
  package init(_ matrix: DenseMatrix) {
    precondition(matrix.rowCount >= matrix.columnCount, "a QR decomposition needs enough rows")
    packed = matrix
    diagonal = Array(repeating: 0, count: matrix.columnCount)
    permutation = Array(0..<matrix.columnCount)
    for step in 0..<matrix.columnCount {
      moveLongestColumn(to: step)
      reflect(step)
    }
  }

  /// The triangular factor, with zeros below the diagonal.
  package var triangle: DenseMatrix {
    let count = packed.columnCount
    var triangle = DenseMatrix(rowCount: count, columnCount: count)
    for column in 0..<count {
      for row in 0..<column { triangle[row, column] = packed[row, column] }
      triangle[column, column] = diagonal[column]
    }
    return triangle
  }

  /// The first entries of Qᵀ times a vector, one a column of A.
  package func transposedProduct(_ vector: [Double]) -> [Double] {
    Array(wholeTransposedProduct(vector).prefix(packed.columnCount))
  }

  /// Qᵀ times a vector, all of its entries.
  package func wholeTransposedProduct(_ vector: [Double]) -> [Double] {
    precondition(vector.count == packed.rowCount, "Q meets a vector of its length")
    var product = vector
    for step in 0..<packed.columnCount { apply(step, to: &product) }
    return product
  }

  /// Q times a vector: the reflections in reverse, each its own inverse.
  package func product(_ vector: [Double]) -> [Double] {
    precondition(vector.count == packed.rowCount, "Q meets a vector of its length")
    var product = vector
    for step in (0..<packed.columnCount).reversed() { apply(step, to: &product) }
    return product
  }

  /// How many columns are independent: those whose diagonal entry is above rounding of the first.
  package var rank: Int {
    let limit = Double(packed.rowCount) * .ulpOfOne * abs(diagonal.first ?? 0)
    return diagonal.prefix { abs($0) > limit }.count
  }

  /// The solution x of R x = z in the order of A's columns, with zeros for dependent ones.
  package func solution(_ z: [Double]) -> [Double] {
    let rank = rank
    var solution = [Double](repeating: 0, count: packed.columnCount)
    for row in (0..<rank).reversed() {
      var sum = z[row]
      for column in (row + 1)..<max(rank, row + 1) {
        sum -= packed[row, column] * solution[permutation[column]]
      }
      solution[permutation[row]] = sum / diagonal[row]
    }
    return solution
  }

  /// The solution z of Rᵀ z = x, x in the order of A's columns; dependent ones are left out.
  package func transposedSolution(_ x: [Double]) -> [Double] {
    let rank = rank
    var solution = [Double](repeating: 0, count: packed.columnCount)
    for row in 0..<rank {
      var sum = x[permutation[row]]
      for column in 0..<row { sum -= packed[column, row] * solution[column] }
      solution[row] = sum / diagonal[row]
    }
    return solution
  }

  /// Applies the reflection of a step.
  private func apply(_ step: Int, to vector: inout [Double]) {
    let pivot = packed[step, step]
    guard pivot != 0 else { return }
    var sum = 0.0
    for row in step..<packed.rowCount { sum += packed[row, step] * vector[row] }
    let factor = sum / pivot
    for row in step..<packed.rowCount { vector[row] -= factor * packed[row, step] }
  }

  private mutating func moveLongestColumn(to step: Int) {
    var longest = step
    var greatest = -1.0
    for column in step..<packed.columnCount {
      // Recomputed rather than downdated: with a handful of columns exactness is cheap.
      let norm = remainingNorm(of: column, from: step)
      if norm > greatest { (longest, greatest) = (column, norm) }
    }
    packed.exchange(step, longest)
    permutation.swapAt(step, longest)
  }

  private func remainingNorm(of column: Int, from row: Int) -> Double {
    var sum = 0.0
    for row in row..<packed.rowCount { sum += packed[row, column] * packed[row, column] }
    return sum.squareRoot()
  }

  /// Turns the column of a step onto the axis by I − v vᵀ/v₀, v scaled so that |v|² = 2 v₀.
  private mutating func reflect(_ step: Int) {
    let norm = remainingNorm(of: step, from: step)
    guard norm > 0 else {
      packed[step, step] = 0
      return
    }
    // The sign that avoids cancellation in v₀.
    let signed = packed[step, step] < 0 ? -norm : norm
    for row in step..<packed.rowCount { packed[row, step] /= signed }
    packed[step, step] += 1
    diagonal[step] = -signed
    for column in (step + 1)..<max(packed.columnCount, step + 1) {
      var sum = 0.0
      for row in step..<packed.rowCount { sum += packed[row, step] * packed[row, column] }
      let factor = sum / packed[step, step]
      for row in step..<packed.rowCount { packed[row, column] -= factor * packed[row, step] }
    }
  }
}
