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

  /// Logarithms, or the values themselves.
  package var observed: [Double]

  /// What each row counts.
  package var weights: [Double]

  /// Whether residuals are of values and not of logarithms.
  package var isOfValues: Bool

  /// Where a penalty turns from a square into a line; may be infinite.
  package var threshold: Double

  /// The factor of positive residuals.
  package var above: Double

  /// The factor of negative residuals.
  package var below: Double

  /// Collects observations.
  ///
  /// - Precondition: Every row has a logarithm for each of 1 to ``mostTerms`` terms, and a weight.
  package init(
    logarithms: [[Double]],
    observed: [Double],
    weights: [Double],
    isOfValues: Bool,
    threshold: Double,
    above: Double = 1,
    below: Double = 1
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
    self.observed = observed
    self.weights = weights
    self.isOfValues = isOfValues
    self.threshold = threshold
    self.above = above
    self.below = below
  }

  /// The number of terms.
  package var termCount: Int { observed.isEmpty ? 1 : logarithms.count / observed.count }

  /// The number of sums for so many terms.
  package static func sumCount(terms: Int) -> Int { closs_power_sum_count(terms) }
}

extension KernelVariant {
  /// Adds up the penalty of all rows and what its gradient and Hessian follow from.
  ///
  /// The sums are: the penalty; for each term Σ F′p, Σ F′px, Σ F′px², Σ |F′p| and Σ |F′px|; then
  /// Σ (F″ − F′) v_i v_j for i ≤ j with v = (p₁, p₁x₁, p₂, …), where p is a term's share in exp z and F′, F″ are derivatives
  /// of a row's penalty by z. On one thread: rows are few, and what fits them runs many at a time.
  ///
  /// - Precondition: One amplitude and one exponent a term, and ``PowerSumRows/sumCount(terms:)`` sums.
  package func addPowerSums(
    _ rows: PowerSumRows,
    amplitudes: Span<Double>,
    exponents: Span<Double>,
    into sums: inout MutableSpan<Double>
  ) {
    let terms = rows.termCount
    precondition(
      amplitudes.count == terms && exponents.count == terms
        && sums.count == PowerSumRows.sumCount(terms: terms),
      "\(terms) terms meet \(amplitudes.count) amplitudes and \(exponents.count) exponents"
    )
    var kernel = unsafe closs_power_rows()
    unsafe kernel.count = rows.observed.count
    unsafe kernel.terms = terms
    unsafe kernel.is_value = rows.isOfValues
    unsafe kernel.threshold = rows.threshold
    unsafe kernel.above = rows.above
    unsafe kernel.below = rows.below
    // SAFETY: the arrays have the lengths checked here and in the initializer, and outlive the call.
    unsafe rows.logarithms.withUnsafeBufferPointer { logarithms in
      unsafe rows.observed.withUnsafeBufferPointer { observed in
        unsafe rows.weights.withUnsafeBufferPointer { weights in
          unsafe kernel.logarithms = logarithms.baseAddress
          unsafe kernel.observed = observed.baseAddress
          unsafe kernel.weights = weights.baseAddress
          unsafe amplitudes.withUnsafeBufferPointer { amplitudes in
            unsafe exponents.withUnsafeBufferPointer { exponents in
              unsafe sums.withUnsafeMutableBufferPointer { sums in
                guard let target = sums.baseAddress else { return }
                unsafe closs_power_sum(
                  code,
                  &kernel,
                  amplitudes.baseAddress,
                  exponents.baseAddress,
                  target
                )
              }
            }
          }
        }
      }
    }
  }
}
