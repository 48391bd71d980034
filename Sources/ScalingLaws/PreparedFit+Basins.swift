import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension PreparedFit {
  /// Scans the two exponents of a law for basins.
  ///
  /// - Parameters:
  ///   - minimum: A minimum, from which the grid is worked outward.
  ///   - count: The number of values of each exponent.
  ///   - range: The exponents' range; 0.02 halves a term in 15 decades, 2.5 in an eighth of one.
  ///   - checkpoint: Throws to stop, asked once a row.
  /// - Returns: The grid and where its local minima lead, in units of the middle.
  /// - Throws: What `checkpoint` throws.
  /// - Precondition: ``BasinScan/reasonAgainst(_:)`` has nothing to say of the fit.
  func basinScan(
    around minimum: LocalMinimum,
    count: Int = 24,
    range: ClosedRange<Double> = 0.02...2.5,
    checkpoint: () throws -> Void
  ) throws -> BasinScan {
    guard let form = problem.form as? any PowerSumForm, form.exponentPlaces.count == 2,
      let penalty = fit.objective.penalty, let powers = problem.powers
    else { preconditionFailure("a scan needs a smooth objective and two exponents") }
    let step = log(range.upperBound / range.lowerBound) / Double(count - 1)
    let exponents = (0..<count).map { range.lowerBound * exp(step * Double($0)) }
    var grid = ExponentGrid(powers, penalty, places: form.exponentPlaces, exponents: exponents)
    try grid.fill(from: minimum.parameters, checkpoint: checkpoint)
    let found = grid.localMinima.map { self.minimum(of: problem, from: grid.coefficients(at: $0)) }
    let gathered = fit.search.gathered(found)
    return BasinScan(
      names: form.exponentPlaces.map { form.coefficients[$0].name },
      exponents: exponents,
      objectives: grid.values.map { fit.objective.valueFactor * $0 },
      localMinima: grid.localMinima,
      minima: found,
      basins: gathered.minima,
      evaluations: .init(
        grid: grid.evaluations,
        descents: found.reduce(0) { $0 + $1.evaluations }
      )
    )
  }

  /// A scan in the runs' own units.
  func decentered(_ scan: BasinScan) -> BasinScan {
    var scan = scan
    scan.objectives = scan.objectives.map { $0 * objectiveUnit }
    scan.minima = scan.minima.map(decentered)
    for index in scan.basins.indices {
      scan.basins[index].point = decentered(scan.basins[index].point)
    }
    return scan
  }
}
