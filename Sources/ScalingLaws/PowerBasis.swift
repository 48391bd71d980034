import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The losses of runs as a sum of powers, linear in the amplitudes: a column X^(−alpha) a term.
struct PowerBasis: SeparableProblem {
  let observations: [Double]
  let bounds: [ClosedRange<Double>]?
  private let terms: [PowerTerm]

  /// The places of the exponents among the law's coefficients.
  let exponents: [Int]

  /// ln X of each term at each run.
  private let logarithms: [[Double]]

  /// The root of each run's weight.
  private let roots: [Double]

  /// Takes terms and runs from a law's problem; `nil` if the law is not linear in its amplitudes.
  init?(_ problem: LawProblem) {
    guard let form = problem.form as? any PowerSumForm, form.isSeparable else { return nil }
    terms = form.powerTerms
    let exponents = form.exponentPlaces
    self.exponents = exponents
    bounds = problem.bounds.map { bounds in exponents.map { bounds[$0] } }
    roots = problem.weights.map { $0.squareRoot() }
    observations = zip(problem.losses, roots).map { $0 * $1 }
    logarithms = terms.map { term in problem.places.map { term.variable.value(at: $0) } }
  }

  var linearCount: Int { terms.count }
  var nonlinearCount: Int { exponents.count }

  func basis(at nonlinear: Span<Double>, into basis: inout DenseMatrix) {
    for (column, term) in terms.enumerated() {
      guard let exponent = place(of: term) else {
        for (row, root) in roots.enumerated() { basis[row, column] = root }
        continue
      }
      for (row, logarithm) in logarithms[column].enumerated() {
        basis[row, column] = roots[row] * exp(-nonlinear[exponent] * logarithm)
      }
    }
  }

  /// −ln X · X^(−alpha).
  func basisDerivative(
    at nonlinear: Span<Double>,
    by parameter: Int,
    into derivative: inout DenseMatrix
  ) {
    for (column, term) in terms.enumerated() where place(of: term) == parameter {
      for (row, logarithm) in logarithms[column].enumerated() {
        derivative[row, column] =
          -roots[row] * logarithm * exp(-nonlinear[parameter] * logarithm)
      }
    }
  }

  /// The scaled coefficients of amplitudes and exponents; `nil` where an amplitude is not positive.
  func scaled(amplitudes: [Double], exponents values: [Double]) -> [Double]? {
    guard amplitudes.allSatisfy({ $0 > 0 }) else { return nil }
    var scaled = [Double](repeating: 0, count: terms.count + exponents.count)
    for (term, amplitude) in zip(terms, amplitudes) { scaled[term.amplitude] = log(amplitude) }
    for (place, value) in zip(exponents, values) { scaled[place] = value }
    return scaled
  }

  private func place(of term: PowerTerm) -> Int? {
    term.exponent.flatMap { exponents.firstIndex(of: $0) }
  }
}

extension PreparedFit {
  /// The minimum that the exponents of a start lead to by variable projection.
  ///
  /// Amplitudes are free of sign on the way. One that is not positive at the end leaves no law: the
  /// result then has it at its lower bound, and says that it is no minimum.
  func projectedMinimum(from start: [Double]) -> LocalMinimum {
    guard let basis = PowerBasis(problem) else { return minimum(of: problem, from: start) }
    var projection = VariableProjection()
    projection.solver = fit.polisher
    let found = projection.minimize(basis, from: basis.exponents.map { start[$0] })
    var minimum = found.projected.point
    if let scaled = basis.scaled(amplitudes: found.linear, exponents: found.nonlinear) {
      minimum.parameters = scaled
      if minimum.isConverged, !found.isConverged { minimum.termination = .flat }
    } else {
      let tiny = Double.leastNormalMagnitude
      let positive = found.linear.map { $0 > 0 ? $0 : tiny }
      minimum.parameters =
        basis.scaled(amplitudes: positive, exponents: found.nonlinear) ?? start
      minimum.termination = found.projected.isConverged ? .infeasible : minimum.termination
    }
    return completed(minimum, exponents: basis.exponents)
  }

  /// A minimum of the exponents with objective, scales and bounds of all coefficients.
  private func completed(_ minimum: LocalMinimum, exponents: [Int]) -> LocalMinimum {
    var minimum = minimum
    minimum.parametersAtBound = minimum.parametersAtBound.map { exponents[$0] }
    if let bounds = problem.bounds, minimum.termination == .infeasible {
      minimum.parameters = zip(minimum.parameters, bounds).map { max($0, $1.lowerBound) }
    }
    let (residuals, jacobian) = weightedProblem.linearized(at: minimum.parameters)
    minimum.objective = residuals.reduce(0) { $0 + $1 * $1 }
    minimum.scales = minimum.parameters.indices.map { jacobian.norm(ofColumn: $0) }
    return minimum
  }
}
