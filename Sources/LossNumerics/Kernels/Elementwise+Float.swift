import CLossKernels

// Elementary functions of every value of an array of floats. A value's result depends on that value
// alone; a NaN gives a NaN; results below the smallest normal number are rounded as such.

extension KernelContext {
  /// Computes eˣ of every value: infinite above 88.72, zero below −103.97.
  ///
  /// The error is at most 1.02 units in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func exp(_ values: Span<Float>, into results: inout MutableSpan<Float>) {
    apply(CLOSS_EXP, values, into: &results)
  }

  /// Replaces every value by eˣ, as the form with `into:` does.
  public func exp(inPlace values: inout MutableSpan<Float>) {
    apply(CLOSS_EXP, inPlace: &values)
  }

  /// Computes the natural logarithm of every value: minus infinity at zero, not a number below.
  ///
  /// The error is at most 0.89 units in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func log(_ values: Span<Float>, into results: inout MutableSpan<Float>) {
    apply(CLOSS_LOG, values, into: &results)
  }

  /// Replaces every value by the natural logarithm, as the form with `into:` does.
  public func log(inPlace values: inout MutableSpan<Float>) {
    apply(CLOSS_LOG, inPlace: &values)
  }

  /// Computes the hyperbolic tangent of every value: of the sign of its argument, zeros too.
  ///
  /// The error is at most 1.96 units in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func tanh(_ values: Span<Float>, into results: inout MutableSpan<Float>) {
    apply(CLOSS_TANH, values, into: &results)
  }

  /// Replaces every value by the hyperbolic tangent, as the form with `into:` does.
  public func tanh(inPlace values: inout MutableSpan<Float>) {
    apply(CLOSS_TANH, inPlace: &values)
  }

  /// Computes the logistic function 1/(1 + e⁻ˣ) of every value: of full relative accuracy in either tail.
  ///
  /// The error is at most 1.97 units in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func logistic(_ values: Span<Float>, into results: inout MutableSpan<Float>) {
    apply(CLOSS_LOGISTIC, values, into: &results)
  }

  /// Replaces every value by the logistic function 1/(1 + e⁻ˣ), as the form with `into:` does.
  public func logistic(inPlace values: inout MutableSpan<Float>) {
    apply(CLOSS_LOGISTIC, inPlace: &values)
  }

  /// Computes the error function of every value: of the sign of its argument, zeros too.
  ///
  /// The error is at most 1.5 units in the last place.
  ///
  /// - Precondition: There are as many results as values.
  public func erf(_ values: Span<Float>, into results: inout MutableSpan<Float>) {
    apply(CLOSS_ERF, values, into: &results)
  }

  /// Replaces every value by the error function, as the form with `into:` does.
  public func erf(inPlace values: inout MutableSpan<Float>) {
    apply(CLOSS_ERF, inPlace: &values)
  }
}

// MARK: - Floats, checked and cut

extension KernelContext {
  private func apply(
    _ function: closs_function,
    _ values: Span<Float>,
    into results: inout MutableSpan<Float>
  ) {
    let (code, count) = (variant.code, values.count)
    precondition(
      count == results.count,
      "\(count) values do not fit \(results.count) results"
    )
    // SAFETY: both spans have `count` elements, the blocks lie within them and do not overlap, and
    // `forEachElementBlock` returns when all are done.
    unsafe withInput(values) { values in
      unsafe withOutput(&results) { results in
        guard let values = unsafe values, let results = unsafe results else { return }
        nonisolated(unsafe) let (x, y) = unsafe (values, results)
        forEachElementBlock(of: count) { block in
          let start = block.lowerBound
          unsafe closs_apply_floats(code, function, x + start, block.count, y + start)
        }
      }
    }
  }

  private func apply(_ function: closs_function, inPlace values: inout MutableSpan<Float>) {
    let (code, count) = (variant.code, values.count)
    // SAFETY: as above; the kernel reads each element before it writes it.
    unsafe withOutput(&values) { values in
      guard let values = unsafe values else { return }
      nonisolated(unsafe) let target = unsafe values
      forEachElementBlock(of: count) { block in
        let start = unsafe target + block.lowerBound
        unsafe closs_apply_floats(code, function, start, block.count, start)
      }
    }
  }
}
