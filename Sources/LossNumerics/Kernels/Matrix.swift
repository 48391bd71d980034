/// A matrix that owns its memory: rows one after another, starting on a cache line, freed with the value.
///
///     var weights = Matrix<Float>(rows: 128, columns: 512)
///     weights[3, 7] = 0.5
///     var elements = weights.mutableSpan
///     kernels.multiply(product, input.span, output.span, into: &elements)
///
/// A matrix cannot be copied by accident. Kernels take its ``span``, which is bounds-checked and
/// cannot outlive it.
@safe
public struct Matrix<Element: BitwiseCopyable & Numeric & Sendable>: ~Copyable, Sendable {
  /// How many rows there are.
  public let rows: Int

  /// How many columns there are.
  public let columns: Int

  let memory: AlignedMemory<Element>

  /// Creates a matrix whose bytes are all zero.
  ///
  /// - Precondition: Neither count is negative, and the system has the memory.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "no matrix has \(rows) rows and \(columns) columns")
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    precondition(!overflow, "\(rows) × \(columns) elements are more than memory can hold")
    self.rows = rows
    self.columns = columns
    memory = AlignedMemory(zeros: count)
  }

  /// Creates a matrix from a function of row and column.
  public init(rows: Int, columns: Int, _ element: (_ row: Int, _ column: Int) -> Element) {
    self.init(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = element(row, column) }
    }
  }
}

// MARK: - Elements

extension Matrix {
  /// How many elements there are.
  public var count: Int { memory.count }

  /// All elements, row by row.
  public var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      // SAFETY: the memory holds `count` elements and lives as long as the matrix is borrowed.
      let elements = unsafe Span(_unsafeStart: memory.start, count: memory.count)
      return unsafe _overrideLifetime(elements, borrowing: self)
    }
  }

  /// All elements, row by row, to be written.
  public var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      // SAFETY: as above, and the matrix is borrowed for writing by the span alone.
      let elements = unsafe MutableSpan(_unsafeStart: memory.start, count: memory.count)
      return unsafe _overrideLifetime(elements, mutating: &self)
    }
  }

  /// One element.
  ///
  /// - Precondition: The row and the column exist.
  public subscript(row: Int, column: Int) -> Element {
    get { span[offset(row, column)] }
    set {
      let offset = offset(row, column)
      var elements = mutableSpan
      elements[offset] = newValue
    }
  }

  private func offset(_ row: Int, _ column: Int) -> Int {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "there is no element [\(row), \(column)] in a matrix of \(rows) × \(columns)"
    )
    return row * columns + column
  }
}
