import CurveFitting
import LossNumerics

/// The penalty of all runs under a law that is a sum of powers, in one pass over the runs.
///
/// ln L is log-sum-exp of expressions linear in the scaled coefficients; a kernel adds up the
/// derivatives by each term's amplitude and exponent, and this maps them to the law's coefficients,
/// which terms may share.
struct PowerSumFunction: CurvedFunction {
  private let terms: [PowerTerm]
  private let rows: PowerSumRows
  private let variant: KernelVariant
  private let totalWeight: Double
  let parameterCount: Int
  var bounds: [ClosedRange<Double>]?

  /// Prepares a law; `nil` if it is no sum of powers, or one of more terms than the kernel takes.
  init?(_ problem: LawProblem, _ penalty: Penalty) {
    guard let form = problem.form as? any PowerSumForm else { return nil }
    terms = form.powerTerms
    guard terms.count <= PowerSumRows.mostTerms else { return nil }
    rows = PowerSumRows(
      logarithms: terms.map { term in
        problem.places.map { term.exponent == nil ? 0 : term.variable.value(at: $0) }
      },
      observed: problem.residual == .logLoss ? problem.logLosses : problem.losses,
      weights: problem.weights,
      isOfValues: problem.residual == .loss,
      threshold: penalty.threshold,
      above: penalty.above,
      below: penalty.below
    )
    variant = problem.kernels
    totalWeight = problem.weights.reduce(0, +) * max(penalty.above, penalty.below)
    parameterCount = problem.parameterCount
    bounds = problem.bounds
  }

  func evaluate(_ point: inout Curvature) {
    let sumCount = PowerSumRows.sumCount(terms: terms.count)
    var amplitudes = InlineArray<4, Double>(repeating: 0)
    var exponents = InlineArray<4, Double>(repeating: 0)
    for (place, term) in terms.enumerated() {
      amplitudes[place] = point.parameters[term.amplitude]
      if let exponent = term.exponent { exponents[place] = point.parameters[exponent] }
    }
    if point.scratch.count != sumCount { point.scratch = Array(repeating: 0, count: sumCount) }
    var sums = point.scratch.mutableSpan
    variant.addPowerSums(
      rows,
      amplitudes: amplitudes.span.extracting(0..<terms.count),
      exponents: exponents.span.extracting(0..<terms.count),
      into: &sums
    )
    gather(&point)
  }

  /// Adds the sums of each term up to those of the coefficients.
  private func gather(_ point: inout Curvature) {
    let count = parameterCount
    point.value = point.scratch[0]
    point.roundoff = 1e-31 * totalWeight
    for index in 0..<count { (point.gradient[index], point.scales[index]) = (0, 0) }
    for index in 0..<(count * count) { point.hessian[index] = 0 }
    for (place, term) in terms.enumerated() {
      let base = 1 + 5 * place
      add(term.amplitude, point.scratch[base], point.scratch[base + 3], &point)
      point.hessian[term.amplitude * count + term.amplitude] += point.scratch[base]
      guard let exponent = term.exponent else { continue }
      // The term's logarithm falls by x for each unit of its exponent.
      add(exponent, -point.scratch[base + 1], point.scratch[base + 4], &point)
      point.hessian[term.amplitude * count + exponent] -= point.scratch[base + 1]
      point.hessian[exponent * count + term.amplitude] -= point.scratch[base + 1]
      point.hessian[exponent * count + exponent] += point.scratch[base + 2]
    }
    addOuterProducts(&point)
  }

  private func add(_ index: Int, _ slope: Double, _ size: Double, _ point: inout Curvature) {
    point.gradient[index] += slope
    point.scales[index] += size
  }

  /// The part of the Hessian from products of first derivatives.
  private func addOuterProducts(_ point: inout Curvature) {
    let count = parameterCount
    var place = 1 + 5 * terms.count
    for row in 0..<(2 * terms.count) {
      for column in row..<(2 * terms.count) {
        defer { place += 1 }
        guard let first = coefficient(row), let second = coefficient(column) else { continue }
        let value = (row + column) % 2 == 0 ? point.scratch[place] : -point.scratch[place]
        point.hessian[first * count + second] += value
        if row != column { point.hessian[second * count + first] += value }
      }
    }
  }

  /// The coefficient behind a place of the kernel's triangle: amplitude and exponent of each term.
  private func coefficient(_ place: Int) -> Int? {
    place % 2 == 0 ? terms[place / 2].amplitude : terms[place / 2].exponent
  }
}
