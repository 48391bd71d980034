/// A small dense matrix of doubles, kept column by column.
///
/// Columns are contiguous because everything here works on columns: norms, reflections, rotations.
public struct DenseMatrix: Sendable, Hashable {
  /// The number of rows.
  public let rowCount: Int

  /// The number of columns.
  public let columnCount: Int

  /// The entries, first column first.
  public private(set) var entries: [Double]

  /// Creates a matrix of zeros.
  ///
  /// - Precondition: Neither count is negative.
  public init(rowCount: Int, columnCount: Int) {
    precondition(rowCount >= 0 && columnCount >= 0, "a matrix has no negative shape")
    self.rowCount = rowCount
    self.columnCount = columnCount
    entries = Array(repeating: 0, count: rowCount * columnCount)
  }

  /// Creates a matrix with 1 on the diagonal.
  public static func identity(_ count: Int) -> Self {
    var matrix = Self(rowCount: count, columnCount: count)
    for index in 0..<count { matrix[index, index] = 1 }
    return matrix
  }

  /// The entry of a row and a column, both counted from 0.
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rowCount, "row \(row) is outside \(rowCount) rows")
      return entries[column * rowCount + row]
    }
    set {
      precondition(row >= 0 && row < rowCount, "row \(row) is outside \(rowCount) rows")
      entries[column * rowCount + row] = newValue
    }
  }
}

extension DenseMatrix {
  /// The Euclidean length of a column.
  public func norm(ofColumn column: Int) -> Double {
    let square = dot(column, column)
    // Squares leave the range of Double beyond 1e154, and lose digits below 1e-154.
    if square.isNormal && square > 1e-280 { return square.squareRoot() }
    var largest = 0.0
    for row in 0..<rowCount { largest = max(largest, abs(entries[column * rowCount + row])) }
    guard largest > 0, largest.isFinite else { return square.squareRoot() }
    var sum = 0.0
    for row in 0..<rowCount {
      let share = entries[column * rowCount + row] / largest
      sum += share * share
    }
    return largest * sum.squareRoot()
  }

  /// The inner product of two columns.
  public func dot(_ first: Int, _ second: Int) -> Double {
    var sum = 0.0
    for row in 0..<rowCount {
      sum += entries[first * rowCount + row] * entries[second * rowCount + row]
    }
    return sum
  }

  /// The inner product of a column and a vector.
  public func dot(_ column: Int, _ vector: [Double]) -> Double {
    precondition(vector.count == rowCount, "a column meets a vector of its length")
    var sum = 0.0
    for row in 0..<rowCount { sum += entries[column * rowCount + row] * vector[row] }
    return sum
  }

  /// The matrix times a vector.
  public func times(_ vector: [Double]) -> [Double] {
    precondition(vector.count == columnCount, "a matrix meets a vector of its width")
    var product = [Double](repeating: 0, count: rowCount)
    for column in 0..<columnCount {
      for row in 0..<rowCount { product[row] += entries[column * rowCount + row] * vector[column] }
    }
    return product
  }

  /// Multiplies a column by a number.
  mutating func scale(column: Int, by factor: Double) {
    for row in 0..<rowCount { entries[column * rowCount + row] *= factor }
  }

  /// Replaces two columns x and y by c x − s y and s x + c y.
  mutating func rotate(_ first: Int, _ second: Int, cosine: Double, sine: Double) {
    for row in 0..<rowCount {
      let x = entries[first * rowCount + row]
      let y = entries[second * rowCount + row]
      entries[first * rowCount + row] = cosine * x - sine * y
      entries[second * rowCount + row] = sine * x + cosine * y
    }
  }

  /// Exchanges two columns.
  mutating func exchange(_ first: Int, _ second: Int) {
    guard first != second else { return }
    for row in 0..<rowCount {
      entries.swapAt(first * rowCount + row, second * rowCount + row)
    }
  }
}
