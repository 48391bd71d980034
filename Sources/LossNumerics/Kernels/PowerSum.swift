internal import CLossKernels

/// Observations of a sum of powers, ready for the pass that adds up their penalty and its derivatives.
///
/// The model of row i is z = ln Σ_k exp(a_k − e_k x_ki). A residual r (observed less z, or less exp z)
/// costs w s r²/2 up to the threshold and w s t (|r| − t/2) beyond, with s `above` for positive r and
/// `below` for negative.
package struct PowerSumRows: Sendable {
  /// The most terms there may be.
  package static let mostTerms = Int(CLOSS_POWER_TERMS_MOST)

  /// x: the rows of the first term, then those of the second.
  package var logarithms: [Double]

  /// Whether the first of several terms is a constant, whose x is zero.
  package var hasFloor: Bool

  /// Logarithms, or the values themselves.
  package var observed: [Double]

  /// What each row counts.
  package var weights: [Double]

  /// Whether residuals are of values and not of logarithms.
  package var isOfValues: Bool

  /// Where a penalty turns from a square into a line; may be infinite.
  package var threshold = Double.infinity

  /// The factor of positive residuals.
  package var above = 1.0

  /// The factor of negative residuals.
  package var below = 1.0

  /// Collects observations, for least squares until a threshold is given.
  ///
  /// - Precondition: Every row has a logarithm for each of 1 to ``mostTerms`` terms, and a weight.
  package init(
    logarithms: [[Double]],
    hasFloor: Bool = false,
    observed: [Double],
    weights: [Double],
    isOfValues: Bool = false
  ) {
    precondition(
      (1...Self.mostTerms).contains(logarithms.count),
      "\(logarithms.count) terms, not 1 to \(Self.mostTerms)"
    )
    precondition(
      weights.count == observed.count && logarithms.allSatisfy { $0.count == observed.count },
      "every row has a weight and a logarithm for each term"
    )
    self.logarithms = logarithms.flatMap(\.self)
    self.hasFloor = hasFloor
    self.observed = observed
    self.weights = weights
    self.isOfValues = isOfValues
  }

  /// The number of terms.
  package var termCount: Int { observed.isEmpty ? 1 : logarithms.count / observed.count }

  /// The number of sums of a penalty for so many terms.
  package static func sumCount(terms: Int) -> Int { closs_power_sum_count(terms) }

  /// The number of sums of squares for so many terms.
  package static func squareCount(terms: Int) -> Int { closs_power_square_count(terms) }

  /// The numbers that a pass of squares leaves: its sums, then each term's share at each row.
  package var squaresSize: Int { Self.squareCount(terms: termCount) + logarithms.count }
}

// On one thread: rows are few, and what fits them runs many at a time.
extension KernelVariant {
  /// Adds up the penalty of all rows and what its gradient and Hessian follow from.
  ///
  /// The sums are: the penalty; for each term Σ F′p, Σ F′px, Σ F′px², Σ |F′p| and Σ |F′px|; then
  /// Σ (F″ − F′) v_i v_j for i ≤ j with v = (p₁, p₁x₁, p₂, …), where p is a term's share in exp z and F′, F″ are derivatives
  /// of a row's penalty by z.
  ///
  /// - Precondition: One amplitude and one exponent a term, and ``PowerSumRows/sumCount(terms:)`` sums.
  package func addPowerSums(
    _ rows: PowerSumRows,
    amplitudes: Span<Double>,
    exponents: Span<Double>,
    into sums: inout MutableSpan<Double>
  ) {
    rows.checkTerms(amplitudes, exponents)
    let count = PowerSumRows.sumCount(terms: rows.termCount)
    precondition(sums.count == count, "\(sums.count) places for \(count) sums")
    unsafe rows.withKernelRows { kernel in
      unsafe amplitudes.withUnsafeBufferPointer { amplitudes in
        unsafe exponents.withUnsafeBufferPointer { exponents in
          unsafe sums.withUnsafeMutableBufferPointer { sums in
            // SAFETY: the lengths of all arrays were checked; they outlive the call.
            unsafe closs_power_sum(
              code,
              kernel,
              amplitudes.baseAddress,
              exponents.baseAddress,
              sums.baseAddress
            )
          }
        }
      }
    }
  }

  /// Adds up the squares of all residuals of logarithms, whatever the penalty, with the normal equations.
  ///
  /// The sums are Σ w r²/2, then Σ w r v_i, then Σ w v_i v_j for i ≤ j, with v as for a penalty.
  ///
  /// - Parameters:
  ///   - rows: The observations, of logarithms.
  ///   - amplitudes: a, one a term.
  ///   - exponents: e, one a term.
  ///   - squares: Gets the sums, then the shares for ``addPowerBends(_:squares:amplitudes:exponents:into:)``.
  /// - Precondition: One amplitude and one exponent a term, and ``PowerSumRows/squaresSize`` places.
  package func addPowerSquares(
    _ rows: PowerSumRows,
    amplitudes: Span<Double>,
    exponents: Span<Double>,
    into squares: inout MutableSpan<Double>
  ) {
    rows.checkTerms(amplitudes, exponents)
    precondition(squares.count == rows.squaresSize, "\(squares.count) places for sums and shares")
    let sumCount = PowerSumRows.squareCount(terms: rows.termCount)
    unsafe rows.withKernelRows { kernel in
      unsafe amplitudes.withUnsafeBufferPointer { amplitudes in
        unsafe exponents.withUnsafeBufferPointer { exponents in
          unsafe squares.withUnsafeMutableBufferPointer { squares in
            guard let sums = squares.baseAddress else { return }
            // SAFETY: the lengths of all arrays were checked; they outlive the call.
            unsafe closs_power_squares(
              code,
              kernel,
              amplitudes.baseAddress,
              exponents.baseAddress,
              sums + sumCount,
              sums
            )
          }
        }
      }
    }
  }

  /// Adds up w z″ v_i, with z″ the second derivative of z along a line.
  ///
  /// - Parameters:
  ///   - rows: The observations.
  ///   - squares: What the last pass of squares left.
  ///   - amplitudes: How a changes along the line, one a term.
  ///   - exponents: How e changes along the line, one a term.
  ///   - sums: Gets a sum for each component of v, two a term.
  /// - Precondition: One change of each kind a term, ``PowerSumRows/squaresSize`` numbers in `squares`
  ///   and at least two places a term.
  package func addPowerBends(
    _ rows: PowerSumRows,
    squares: Span<Double>,
    amplitudes: Span<Double>,
    exponents: Span<Double>,
    into sums: inout MutableSpan<Double>
  ) {
    rows.checkTerms(amplitudes, exponents)
    precondition(sums.count >= 2 * rows.termCount, "\(sums.count) places for two sums a term")
    precondition(squares.count == rows.squaresSize, "\(squares.count) numbers of sums and shares")
    let sumCount = PowerSumRows.squareCount(terms: rows.termCount)
    unsafe rows.withKernelRows { kernel in
      unsafe squares.withUnsafeBufferPointer { squares in
        unsafe amplitudes.withUnsafeBufferPointer { amplitudes in
          unsafe exponents.withUnsafeBufferPointer { exponents in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
              guard let shares = squares.baseAddress else { return }
              // SAFETY: the lengths of all arrays were checked; they outlive the call.
              unsafe closs_power_bend(
                code,
                kernel,
                shares + sumCount,
                amplitudes.baseAddress,
                exponents.baseAddress,
                sums.baseAddress
              )
            }
          }
        }
      }
    }
  }
}

extension PowerSumRows {
  fileprivate func checkTerms(_ amplitudes: Span<Double>, _ exponents: Span<Double>) {
    precondition(
      amplitudes.count == termCount && exponents.count == termCount,
      "\(termCount) terms meet \(amplitudes.count) amplitudes and \(exponents.count) exponents"
    )
  }

  /// Calls with the rows as the kernels take them.
  func withKernelRows(_ body: (UnsafePointer<closs_power_rows>) -> Void) {
    // SAFETY: the arrays have the lengths checked in the initializer and outlive the call.
    unsafe logarithms.withUnsafeBufferPointer { logarithms in
      unsafe observed.withUnsafeBufferPointer { observed in
        unsafe weights.withUnsafeBufferPointer { weights in
          var kernel = unsafe closs_power_rows()
          unsafe kernel.count = observed.count
          unsafe kernel.terms = termCount
          unsafe kernel.has_floor = hasFloor
          unsafe kernel.logarithms = logarithms.baseAddress
          unsafe kernel.observed = observed.baseAddress
          unsafe kernel.weights = weights.baseAddress
          unsafe kernel.is_value = isOfValues
          unsafe kernel.threshold = threshold
          unsafe kernel.above = above
          unsafe kernel.below = below
          unsafe body(&kernel)
        }
      }
    }
  }
}
