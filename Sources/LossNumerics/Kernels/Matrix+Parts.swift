extension Matrix {
  /// Some of the elements, row by row.
  ///
  /// - Precondition: The matrix has them.
  @_lifetime(borrow self)
  package func part(_ range: Range<Int>) -> Span<Element> {
    span.extracting(range)
  }

  /// Some of the elements, or none where none are named.
  @_lifetime(borrow self)
  package func part(ifAny range: Range<Int>?) -> Span<Element>? {
    guard let range else { return nil }
    return part(range)
  }

  /// Some of the elements, to be written while others are read.
  ///
  /// For memory that is divided once into parts, of which kernels read some and write others.
  ///
  /// - Precondition: The matrix has them; nobody else reads or writes them as long as the part is used.
  @_lifetime(borrow self)
  package func writablePart(_ range: Range<Int>) -> MutableSpan<Element> {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "elements \(range) of \(count)"
    )
    // SAFETY: the elements exist as long as the matrix is borrowed; that no other access overlaps is
    // what the caller answers for.
    let part = unsafe MutableSpan(_unsafeStart: memory.start + range.lowerBound, count: range.count)
    return unsafe _overrideLifetime(part, borrowing: self)
  }
}
