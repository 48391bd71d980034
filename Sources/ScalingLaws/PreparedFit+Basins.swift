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
  ///   - count: The number of values of each exponent.
  ///   - range: The exponents' range; 0.02 halves a term in 15 decades, 2.5 in an eighth of one.
  ///   - checkpoint: Throws to stop, asked once a row.
  /// - Precondition: ``BasinScan/reasonAgainst(_:)`` has nothing to say of the fit.
  func basinScan(
    count: Int = 24,
    range: ClosedRange<Double> = 0.02...2.5,
    checkpoint: () throws -> Void
  ) throws -> BasinScan {
    guard let form = problem.form as? any PowerSumForm, form.exponentPlaces.count == 2,
      let penalty = fit.objective.penalty
    else { preconditionFailure("a scan needs a smooth objective and two exponents") }
    let step = log(range.upperBound / range.lowerBound) / Double(count - 1)
    let exponents = (0..<count).map { range.lowerBound * exp(step * Double($0)) }
    var grid = ExponentGrid(
      function: problem.function(penalty),
      places: form.exponentPlaces,
      amplitudes: form.powerTerms.map(\.amplitude),
      exponents: exponents
    )
    try grid.fill(checkpoint: checkpoint)
    let found = grid.localMinima.map { minimum(of: problem, from: grid.points[$0]) }
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

/// The best amplitudes on a grid of exponents, each point started from its neighbors.
struct ExponentGrid {
  private let function: LawFunction
  private let places: [Int]
  private let amplitudes: [Int]
  private let exponents: [Double]
  private let minimizer: NewtonMinimizer

  /// The objective at each point, the first exponent's values row by row.
  private(set) var values: [Double] = []

  /// All scaled coefficients at each point.
  private(set) var points: [[Double]] = []

  private(set) var evaluations = 0
  private var point: Curvature

  init(function: LawFunction, places: [Int], amplitudes: [Int], exponents: [Double]) {
    self.function = function
    self.places = places
    self.amplitudes = amplitudes
    self.exponents = exponents
    var minimizer = NewtonMinimizer()
    // Two digits beyond what tells neighbors apart.
    minimizer.gradientTolerance = Self.tolerance
    minimizer.iterationLimit = 60
    self.minimizer = minimizer
    point = Curvature(parameters: Array(repeating: 0, count: function.parameterCount))
  }

  private static var tolerance: Double { 1e-5 }

  /// Finds the best amplitudes everywhere.
  mutating func fill(checkpoint: () throws -> Void) throws {
    let count = exponents.count
    values.reserveCapacity(count * count)
    points.reserveCapacity(count * count)
    // Each term a share of the middle's loss, one.
    var first = [Double](repeating: 0, count: function.parameterCount)
    for place in amplitudes { first[place] = -log(Double(amplitudes.count)) }
    for row in 0..<count {
      try checkpoint()
      for column in 0..<count {
        var start = predicted(row, column) ?? first
        start[places[0]] = exponents[row]
        start[places[1]] = exponents[column]
        descend(from: start)
      }
    }
  }

  /// The amplitudes of the neighbor, continued in a straight line from the one before it.
  private func predicted(_ row: Int, _ column: Int) -> [Double]? {
    let count = exponents.count
    let place = row * count + column
    let stride = column > 0 ? 1 : count
    guard place >= stride else { return nil }
    var start = points[place - stride]
    let hasTwo = column > 0 ? column > 1 : row > 1
    if column > 0, row > 0 {
      // Both directions: the neighbor's change from the row above.
      for index in amplitudes {
        start[index] +=
          points[place - count][index] - points[place - count - 1][index]
      }
    } else if hasTwo {
      for index in amplitudes { start[index] += start[index] - points[place - 2 * stride][index] }
    }
    return start
  }

  /// Newton steps in the amplitudes alone; the careful minimizer where they do not come down.
  private mutating func descend(from start: [Double]) {
    point.parameters = start
    for _ in 0..<8 {
      function.evaluate(&point)
      evaluations += 1
      guard point.isFinite else { break }
      let gradient = amplitudes.reduce(0) {
        max($0, point.scales[$1] > 0 ? abs(point.gradient[$1]) / point.scales[$1] : 0)
      }
      if gradient <= Self.tolerance, isInside {
        values.append(point.value)
        points.append(point.parameters)
        return
      }
      guard let step = newtonStep else { break }
      for (place, index) in amplitudes.enumerated() { point.parameters[index] += step[place] }
    }
    careful(from: start)
  }

  private var newtonStep: [Double]? {
    let count = function.parameterCount
    var matrix: [Double] = []
    for row in amplitudes {
      for column in amplitudes { matrix.append(point.hessian[row * count + column]) }
    }
    let step = choleskySolution(matrix, amplitudes.map { -point.gradient[$0] })
    // Beyond a factor of e in an amplitude the quadratic is no guide.
    guard let step, step.allSatisfy({ abs($0) <= 1 }) else { return nil }
    return step
  }

  private var isInside: Bool {
    guard let bounds = function.bounds else { return true }
    return amplitudes.allSatisfy { bounds[$0].contains(point.parameters[$0]) }
  }

  /// Minimizes by the trust region, with the exponents held by their bounds.
  private mutating func careful(from start: [Double]) {
    let free = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    var bounds = function.bounds ?? Array(repeating: free, count: function.parameterCount)
    for place in places { bounds[place] = start[place]...start[place] }
    let found = minimizer.minimize(function.bounded(by: bounds), from: start)
    evaluations += found.evaluations
    values.append(found.objective)
    points.append(found.parameters)
  }

  /// The points no higher than their neighbors.
  var localMinima: [Int] {
    let count = exponents.count
    return values.indices.filter { place in
      let (row, column) = (place / count, place % count)
      guard values[place].isFinite else { return false }
      for other in max(row - 1, 0)...min(row + 1, count - 1) {
        for beside in max(column - 1, 0)...min(column + 1, count - 1)
        where values[other * count + beside] < values[place] { return false }
      }
      return true
    }
  }
}

extension LawFunction {
  /// The same function under other bounds.
  func bounded(by bounds: [ClosedRange<Double>]) -> Self {
    switch self {
    case .powers(var function):
      function.bounds = bounds
      return .powers(function)
    case .residuals: return self
    }
  }
}
