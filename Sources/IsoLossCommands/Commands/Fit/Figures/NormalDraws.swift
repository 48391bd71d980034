import IsoLoss

/// Draws from a normal distribution of several variables.
struct NormalDraws {
  private let mean: [Double]

  /// Row by row, a lower triangle whose product with its transpose is the covariance.
  private let root: [[Double]]

  /// Prepares draws; a variable without variance keeps its mean.
  init(mean: [Double], covariance: DenseMatrix) {
    self.mean = mean
    // Cholesky's decomposition. A pivot that rounding made negative is one that is zero.
    var root = mean.indices.map { [Double](repeating: 0, count: $0 + 1) }
    for row in mean.indices {
      for column in 0...row {
        let known = (0..<column).reduce(0) { $0 + root[row][$1] * root[column][$1] }
        let rest = covariance[row, column] - known
        if row == column {
          root[row][column] = max(0, rest).squareRoot()
        } else {
          let pivot = root[column][column]
          root[row][column] = pivot > 0 ? rest / pivot : 0
        }
      }
    }
    self.root = root
  }

  /// Draws, the same for the same seed.
  func draws(_ count: Int, seed: UInt64) -> [[Double]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let normals = mean.map { _ in generator.nextNormal() }
      return zip(mean, root).map { mean, row in
        zip(row, normals).reduce(mean) { $0 + $1.0 * $1.1 }
      }
    }
  }
}
