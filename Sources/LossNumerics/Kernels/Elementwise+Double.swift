import CLossKernels

// Elementary functions of every value of an array of doubles. A value's result depends on that value
// alone; a NaN gives a NaN; results below the smallest normal number are rounded as such.

extension KernelContext {
  /// Computes eˣ of every value: infinite above 709.78, zero below −745.13.
  ///
  /// The error is below one unit in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func exp(_ values: Span<Double>, into results: inout MutableSpan<Double>) {
    apply(CLOSS_EXP, values, into: &results)
  }

  /// Replaces every value by eˣ, as the form with `into:` does.
  public func exp(inPlace values: inout MutableSpan<Double>) {
    apply(CLOSS_EXP, inPlace: &values)
  }

  /// Computes the natural logarithm of every value: minus infinity at zero, not a number below.
  ///
  /// The error is below one unit in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func log(_ values: Span<Double>, into results: inout MutableSpan<Double>) {
    apply(CLOSS_LOG, values, into: &results)
  }

  /// Replaces every value by the natural logarithm, as the form with `into:` does.
  public func log(inPlace values: inout MutableSpan<Double>) {
    apply(CLOSS_LOG, inPlace: &values)
  }

  /// Computes the hyperbolic tangent of every value: of the sign of its argument, zeros too.
  ///
  /// The error is below two units in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func tanh(_ values: Span<Double>, into results: inout MutableSpan<Double>) {
    apply(CLOSS_TANH, values, into: &results)
  }

  /// Replaces every value by the hyperbolic tangent, as the form with `into:` does.
  public func tanh(inPlace values: inout MutableSpan<Double>) {
    apply(CLOSS_TANH, inPlace: &values)
  }
}

// MARK: - Doubles, checked and cut

extension KernelContext {
  private func apply(
    _ function: closs_function,
    _ values: Span<Double>,
    into results: inout MutableSpan<Double>
  ) {
    let (code, count) = (variant.code, values.count)
    precondition(
      count == results.count,
      "\(count) values do not fit \(results.count) results"
    )
    // SAFETY: both spans have `count` elements, the blocks lie within them and do not overlap, and
    // `forEachElementBlock` returns when all are done.
    unsafe values.withUnsafeBufferPointer { values in
      unsafe results.withUnsafeMutableBufferPointer { results in
        guard let x = values.baseAddress, let y = results.baseAddress else { return }
        nonisolated(unsafe) let (source, target) = unsafe (x, y)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_apply_doubles(code, function, source + start, block.count, target + start)
        }
      }
    }
  }

  private func apply(_ function: closs_function, inPlace values: inout MutableSpan<Double>) {
    let (code, count) = (variant.code, values.count)
    // SAFETY: as above; the kernel reads each element before it writes it.
    unsafe values.withUnsafeMutableBufferPointer { values in
      guard let x = values.baseAddress else { return }
      nonisolated(unsafe) let target = unsafe x
      forEachElementBlock(of: count) { block in
        let start = unsafe target + block.lowerBound
        unsafe closs_apply_doubles(code, function, start, block.count, start)
      }
    }
  }
}
