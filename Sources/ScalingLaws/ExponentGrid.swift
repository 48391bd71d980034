import CurveFitting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The best amplitudes on a grid of two exponents, each point started from its neighbors.
///
/// Newton steps are taken in the amplitudes themselves, in which residuals of L are linear and one
/// step is enough; in logarithms a term that vanishes would never come back. With g and H the
/// derivatives by logarithms, the relative change δ of the amplitudes solves (H − diag g) δ = −g.
struct ExponentGrid {
  private let function: LawFunction
  private let places: [Int]
  private let amplitudes: [Int]
  private let exponents: [Double]

  /// The logarithms that each amplitude may have.
  private let limits: [ClosedRange<Double>]

  /// The objective at each point, the first exponent's values row by row.
  private(set) var values: [Double] = []

  /// All scaled coefficients at each point.
  private(set) var points: [[Double]] = []

  private(set) var evaluations = 0
  private var point: Curvature

  init(
    function: LawFunction,
    places: [Int],
    amplitudes: [Int],
    exponents: [Double]
  ) {
    self.function = function
    self.places = places
    self.amplitudes = amplitudes
    self.exponents = exponents
    limits = amplitudes.map { index in
      let bound = function.bounds?[index] ?? Self.smallest...700
      return max(bound.lowerBound, min(Self.smallest, bound.upperBound))...bound.upperBound
    }
    point = Curvature(parameters: Array(repeating: 0, count: function.parameterCount))
  }

  /// ln 1e-12 of the mean loss: a term that has vanished for all that losses can show.
  private static var smallest: Double { -27.6 }

  /// What a step may still promise, as a share of the objective, to be taken without looking.
  private static var tolerance: Double { 1e-3 }

  /// Finds the best amplitudes everywhere.
  mutating func fill(checkpoint: () throws -> Void) throws {
    let count = exponents.count
    values.reserveCapacity(count * count)
    points.reserveCapacity(count * count)
    for row in 0..<count {
      try checkpoint()
      for column in 0..<count {
        var start = predicted(row, column)
        start[places[0]] = exponents[row]
        start[places[1]] = exponents[column]
        clamp(&start)
        descend(from: start)
      }
    }
  }

  /// The amplitudes of the neighbor, changed as those of the neighbors before.
  private func predicted(_ row: Int, _ column: Int) -> [Double] {
    let count = exponents.count
    let place = row * count + column
    let stride = column > 0 ? 1 : count
    guard place >= stride else {
      // Each term an equal share of the middle's loss, which is one.
      var first = [Double](repeating: 0, count: function.parameterCount)
      for index in amplitudes { first[index] = -log(Double(amplitudes.count)) }
      return first
    }
    var start = points[place - stride]
    let other =
      if column > 0 && row > 0 {
        (points[place - count], points[place - count - 1])
      } else if place >= 2 * stride {
        (points[place - stride], points[place - 2 * stride])
      } else {
        (start, start)
      }
    for index in amplitudes {
      let change = other.0[index] - other.1[index]
      // A term that appears or vanishes says nothing of the next point.
      if abs(change) <= 1 { start[index] += change }
    }
    return start
  }

  private func clamp(_ parameters: inout [Double]) {
    for (place, index) in amplitudes.enumerated() {
      let limit = limits[place]
      parameters[index] = min(max(parameters[index], limit.lowerBound), limit.upperBound)
    }
  }

  /// Newton steps in the amplitudes; the careful minimizer where they do not come down.
  private mutating func descend(from start: [Double]) {
    var lowest = start
    var lowestValue = Double.infinity
    point.parameters = start
    for _ in 0..<Self.longestDescent {
      function.evaluate(&point)
      evaluations += 1
      guard point.isFinite else { break }
      guard point.value <= lowestValue else {
        // Half of the way back, in logarithms.
        for index in amplitudes {
          point.parameters[index] = (point.parameters[index] + lowest[index]) / 2
        }
        continue
      }
      (lowest, lowestValue) = (point.parameters, point.value)
      let free = amplitudes.indices.filter(mayMove)
      guard let step = relativeStep(free) else { break }
      let promise = zip(free, step).reduce(0) {
        $0 - point.gradient[amplitudes[$1.0]] * $1.1 / 2
      }
      let isWhole = apply(step, free)
      let isLast = promise <= Self.tolerance * point.value
      if isWhole, promise >= 0, isLast {
        values.append(max(0, point.value - promise))
        points.append(point.parameters)
        return
      }
    }
    careful(from: lowest)
  }

  private static var longestDescent: Int { 20 }

  /// Whether an amplitude is not held by a limit that the objective pushes against.
  private func mayMove(_ place: Int) -> Bool {
    let (index, limit) = (amplitudes[place], limits[place])
    if limit.lowerBound == limit.upperBound { return false }
    if point.parameters[index] <= limit.lowerBound { return point.gradient[index] < 0 }
    if point.parameters[index] >= limit.upperBound { return point.gradient[index] > 0 }
    return true
  }

  /// δ with (H − diag g) δ = −g in the free amplitudes; `nil` where that has no minimum.
  private func relativeStep(_ free: [Int]) -> [Double]? {
    let count = function.parameterCount
    var matrix: [Double] = []
    matrix.reserveCapacity(free.count * free.count)
    for row in free {
      for column in free {
        let (first, second) = (amplitudes[row], amplitudes[column])
        let slope = row == column ? point.gradient[first] : 0
        matrix.append(point.hessian[first * count + second] - slope)
      }
    }
    return choleskySolution(matrix, free.map { -point.gradient[amplitudes[$0]] })
  }

  /// Changes amplitudes by a relative step, inside their limits; whether the whole step fits.
  private mutating func apply(_ step: [Double], _ free: [Int]) -> Bool {
    var isWhole = true
    for (place, change) in zip(free, step) {
      let (index, limit) = (amplitudes[place], limits[place])
      let target =
        1 + change > 0 ? point.parameters[index] + log1p(change) : limit.lowerBound
      point.parameters[index] = min(max(target, limit.lowerBound), limit.upperBound)
      if point.parameters[index] != target { isWhole = false }
    }
    return isWhole
  }

  /// Minimizes by the trust region, with the exponents held by their bounds.
  private mutating func careful(from start: [Double]) {
    var minimizer = NewtonMinimizer()
    minimizer.gradientTolerance = 1e-5
    minimizer.iterationLimit = 60
    var bounds = start.map { $0...$0 }
    for (place, index) in amplitudes.enumerated() { bounds[index] = limits[place] }
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
