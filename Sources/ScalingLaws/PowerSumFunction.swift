import CurveFitting
import LossNumerics

/// The penalty of all runs under a law that is a sum of powers, in one pass over the runs.
///
/// ln L is log-sum-exp of expressions linear in the scaled coefficients; a kernel adds up the
/// derivatives by each term's amplitude and exponent, and this maps them to the law's coefficients,
/// which terms may share.
struct PowerSumFunction: CurvedFunction {
  private let sum: PowerSum
  let rows: PowerSumRows
  private let totalWeight: Double
  var bounds: [ClosedRange<Double>]?

  /// Prepares a sum of powers.
  init(_ sum: PowerSum, _ penalty: Penalty) {
    self.sum = sum
    var rows = sum.rows
    rows.threshold = penalty.threshold
    rows.above = penalty.above
    rows.below = penalty.below
    self.rows = rows
    totalWeight = rows.weights.reduce(0, +) * max(penalty.above, penalty.below)
    bounds = sum.bounds
  }

  var parameterCount: Int { sum.parameterCount }

  func evaluate(_ point: inout Curvature) {
    sum.prepare(&point, scratch: PowerSumRows.sumCount(terms: sum.termCount))
    let (amplitudes, exponents) = sum.termValues(point.parameters)
    var sums = point.scratch.mutableSpan
    sum.kernels.addPowerSums(
      rows,
      amplitudes: amplitudes.span.extracting(0..<sum.termCount),
      exponents: exponents.span.extracting(0..<sum.termCount),
      into: &sums
    )
    point.value = point.scratch[0]
    point.roundoff = 1e-31 * totalWeight
    gather(&point)
  }

  /// Adds the sums of each term up to those of the coefficients.
  private func gather(_ point: inout Curvature) {
    let count = parameterCount
    for term in 0..<sum.termCount {
      let (base, amplitude, exponent) = (1 + 5 * term, sum.amplitudes[term], sum.exponents[term])
      add(amplitude, point.scratch[base], point.scratch[base + 3], &point)
      point.hessian[amplitude * count + amplitude] += point.scratch[base]
      guard exponent >= 0 else { continue }
      // The term's logarithm falls by x for each unit of its exponent.
      add(exponent, -point.scratch[base + 1], point.scratch[base + 4], &point)
      point.hessian[amplitude * count + exponent] -= point.scratch[base + 1]
      point.hessian[exponent * count + amplitude] -= point.scratch[base + 1]
      point.hessian[exponent * count + exponent] += point.scratch[base + 2]
    }
    sum.addProducts(from: 1 + 5 * sum.termCount, &point)
  }

  private func add(_ index: Int, _ slope: Double, _ size: Double, _ point: inout Curvature) {
    point.gradient[index] += slope
    point.scales[index] += size
  }
}

/// The squared residuals of ln L under a law that is a sum of powers, whatever the objective of its fit.
struct PowerSumSquares: SummedSquares {
  let sum: PowerSum

  var parameterCount: Int { sum.parameterCount }
  var bounds: [ClosedRange<Double>]? { sum.bounds }
  var residualCount: Int { sum.rows.observed.count }

  func evaluate(_ point: inout Curvature) {
    sum.prepare(&point, scratch: sum.rows.squaresSize)
    let (amplitudes, exponents) = sum.termValues(point.parameters)
    var squares = point.scratch.mutableSpan
    sum.kernels.addPowerSquares(
      sum.rows,
      amplitudes: amplitudes.span.extracting(0..<sum.termCount),
      exponents: exponents.span.extracting(0..<sum.termCount),
      into: &squares
    )
    point.value = point.scratch[0]
    for term in 0..<sum.termCount {
      point.gradient[sum.amplitudes[term]] -= point.scratch[1 + 2 * term]
      let exponent = sum.exponents[term]
      if exponent >= 0 { point.gradient[exponent] += point.scratch[2 + 2 * term] }
    }
    sum.addProducts(from: 1 + 2 * sum.termCount, &point)
  }

  func bend(along change: [Double], at point: inout Curvature, into bend: inout [Double]) {
    let (amplitudes, exponents) = sum.termValues(change)
    for index in bend.indices { bend[index] = 0 }
    var sums = InlineArray<6, Double>(repeating: 0)
    var span = sums.mutableSpan
    sum.kernels.addPowerBends(
      sum.rows,
      squares: point.scratch.span,
      amplitudes: amplitudes.span.extracting(0..<sum.termCount),
      exponents: exponents.span.extracting(0..<sum.termCount),
      into: &span
    )
    // The residual falls as z rises: −J is v, and −r″ is z″.
    for term in 0..<sum.termCount {
      bend[sum.amplitudes[term]] -= sums[2 * term]
      let exponent = sum.exponents[term]
      if exponent >= 0 { bend[exponent] += sums[2 * term + 1] }
    }
  }
}
