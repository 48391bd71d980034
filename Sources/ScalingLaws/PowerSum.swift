import CurveFitting
import LossNumerics

/// Runs under a law that is a sum of powers, ready for the kernels: what its terms read, and which coefficients they use.
struct PowerSum: Sendable {
  private(set) var rows: PowerSumRows
  let kernels: KernelVariant
  let parameterCount: Int
  let bounds: [ClosedRange<Double>]?

  let termCount: Int

  /// The coefficient that is each term's amplitude; a floor comes first.
  ///
  /// Inline, as threads that share the start of an array spend their time counting references.
  let amplitudes: InlineArray<3, Int>

  /// The coefficient that is each term's exponent, −1 for a floor.
  let exponents: InlineArray<3, Int>

  /// Prepares a law's runs; `nil` if it is no sum of powers, or one of more terms than kernels take.
  init?(_ problem: LawProblem) {
    guard let form = problem.form as? any PowerSumForm else { return nil }
    let floors = form.powerTerms.filter { $0.exponent == nil }
    let terms = floors + form.powerTerms.filter { $0.exponent != nil }
    guard terms.count <= PowerSumRows.mostTerms else { return nil }
    rows = PowerSumRows(
      logarithms: terms.map { term in
        problem.places.map { term.exponent == nil ? 0 : term.variable.value(at: $0) }
      },
      hasFloor: !floors.isEmpty,
      observed: problem.residual == .logLoss ? problem.logLosses : problem.losses,
      weights: problem.weights,
      isOfValues: problem.residual == .loss
    )
    kernels = problem.kernels
    parameterCount = problem.parameterCount
    bounds = problem.bounds
    termCount = terms.count
    amplitudes = InlineArray { $0 < terms.count ? terms[$0].amplitude : -1 }
    exponents = InlineArray { $0 < terms.count ? terms[$0].exponent ?? -1 : -1 }
  }

  /// Some of the runs, with weights of their own.
  func resampled(_ runs: [Int], weights: [Double]) -> Self {
    let all = rows
    let count = all.observed.count
    var sum = self
    sum.rows = PowerSumRows(
      logarithms: (0..<termCount).map { term in runs.map { all.logarithms[term * count + $0] } },
      hasFloor: all.hasFloor,
      observed: runs.map { all.observed[$0] },
      weights: weights,
      isOfValues: all.isOfValues
    )
    return sum
  }

  /// The same for residuals of ln L, whatever those of the fit.
  func ofLogarithms(_ logLosses: [Double]) -> Self {
    guard rows.isOfValues else { return self }
    var sum = self
    sum.rows.observed = logLosses
    sum.rows.isOfValues = false
    return sum
  }

  /// Each term's amplitude and exponent among the values of coefficients, or among their changes.
  func termValues(
    _ values: [Double]
  ) -> (amplitudes: InlineArray<3, Double>, exponents: InlineArray<3, Double>) {
    var terms = (
      amplitudes: InlineArray<3, Double>(repeating: 0),
      exponents: InlineArray<3, Double>(repeating: 0)
    )
    for term in 0..<termCount {
      terms.amplitudes[term] = values[amplitudes[term]]
      if exponents[term] >= 0 { terms.exponents[term] = values[exponents[term]] }
    }
    return terms
  }

  /// Clears derivatives and makes room for sums.
  func prepare(_ point: inout Curvature, scratch count: Int) {
    if point.scratch.count != count { point.scratch = Array(repeating: 0, count: count) }
    for index in point.gradient.indices { (point.gradient[index], point.scales[index]) = (0, 0) }
    for index in point.hessian.indices { point.hessian[index] = 0 }
  }

  /// Adds the kernel's products of first derivatives, a triangle over amplitude and exponent of each
  /// term, to the Hessian.
  func addProducts(from first: Int, _ point: inout Curvature) {
    var place = first
    for row in 0..<(2 * termCount) {
      let one = coefficient(row)
      for column in row..<(2 * termCount) {
        defer { place += 1 }
        let other = coefficient(column)
        guard one >= 0, other >= 0 else { continue }
        let value = (row + column) % 2 == 0 ? point.scratch[place] : -point.scratch[place]
        point.hessian[one * parameterCount + other] += value
        if row != column { point.hessian[other * parameterCount + one] += value }
      }
    }
  }

  /// The coefficient behind a place of the triangle, −1 for the exponent of a floor.
  private func coefficient(_ place: Int) -> Int {
    place % 2 == 0 ? amplitudes[place / 2] : exponents[place / 2]
  }
}
