import CurveFitting
import LossNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The best amplitudes on a grid of two exponents, from a known minimum outward.
///
/// Steps are taken in the amplitudes themselves, in which residuals of L are linear and one step is
/// enough; in logarithms a term that vanishes would never come back. They lead to the bottom of a bowl
/// that touches the objective from above (iteratively reweighted least squares), which gets most of
/// the way at once. A point that would not come below a neighbor with four times what its next step
/// promises is left there: away from the minimum two steps are enough to see that.
struct ExponentGrid {
  private let sum: PowerSum
  private let rows: PowerSumRows

  /// The same penalty as a function of all coefficients.
  private let function: PowerSumFunction
  private let table: PowerTable

  /// The coefficients that are the exponents of rows and columns.
  private let places: [Int]
  private let exponents: [Double]

  /// The logarithms that each amplitude may have.
  private let limits: [ClosedRange<Double>]

  /// The objective at each point, the first exponent's values row by row; at points left early an upper
  /// bound of it.
  private(set) var values: [Double]

  /// The logarithms of each point's amplitudes.
  private var amplitudes: [InlineArray<3, Double>]

  /// Whether a point was taken down as far as it goes.
  private var isResolved: [Bool]

  /// Whether the neighbors of a point that seemed a minimum were taken down.
  private var isVerified: [Bool]

  private(set) var evaluations = 0

  // The step under way.
  private var sums = InlineArray<10, Double>(repeating: 0)
  private var free: [Int] = []
  private var matrix: [Double] = []
  private var step: [Double] = []
  private var factor = CholeskyFactor()

  init(_ sum: PowerSum, _ penalty: Penalty, places: [Int], exponents: [Double]) {
    self.sum = sum
    function = PowerSumFunction(sum, penalty)
    rows = function.rows
    table = PowerTable(rows, exponents: exponents)
    self.places = places
    self.exponents = exponents
    limits = (0..<sum.termCount).map { term in
      let bound = sum.bounds?[sum.amplitudes[term]] ?? Self.smallest...700
      return max(bound.lowerBound, min(Self.smallest, bound.upperBound))...bound.upperBound
    }
    let count = exponents.count * exponents.count
    values = Array(repeating: .infinity, count: count)
    amplitudes = Array(repeating: InlineArray(repeating: 0), count: count)
    isResolved = Array(repeating: false, count: count)
    isVerified = isResolved
  }

  /// ln 1e-12 of the mean loss: a term that has vanished for all that losses can show.
  private static var smallest: Double { -27.6 }

  /// What a step may still promise, as a share of the objective, to be taken without looking.
  private static var tolerance: Double { 1e-3 }

  private static var longestDescent: Int { 20 }

  /// Finds the best amplitudes everywhere, or as much as it takes.
  ///
  /// - Parameters:
  ///   - minimum: All coefficients of a minimum, from which the grid is worked outward.
  ///   - checkpoint: Throws to stop, asked now and then.
  /// - Throws: What `checkpoint` throws.
  mutating func fill(from minimum: [Double], checkpoint: () throws -> Void) throws {
    let center = (row: nearest(minimum[places[0]]), column: nearest(minimum[places[1]]))
    let middle = center.row * exponents.count + center.column
    var first = InlineArray<3, Double>(repeating: 0)
    for term in 0..<sum.termCount { first[term] = minimum[sum.amplitudes[term]] }
    amplitudes[middle] = first
    let order = values.indices.sorted { one, other in
      (distance(one, center), one) < (distance(other, center), other)
    }
    for (index, place) in order.enumerated() {
      if index % exponents.count == 0 { try checkpoint() }
      if place != middle { amplitudes[place] = predicted(place, center) }
      descend(at: place, rival: lowestNeighbor(place))
    }
    // A neighbor taken down may seem a minimum in its turn.
    while try verifyMinima(checkpoint) {}
  }

  /// Verifies what seems a minimum; whether there was any that had not been.
  private mutating func verifyMinima(_ checkpoint: () throws -> Void) throws -> Bool {
    var wasThereAny = false
    for place in values.indices where !isVerified[place] && isLowest(place) {
      try checkpoint()
      verify(place)
      wasThereAny = true
    }
    return wasThereAny
  }

  /// Takes the neighbors of a point that seems a minimum down until they are seen to lie above it.
  ///
  /// They may have been left early for being above another point.
  private mutating func verify(_ place: Int) {
    isVerified[place] = true
    let (rows, columns) = around(place)
    for row in rows {
      for column in columns {
        let neighbor = row * exponents.count + column
        guard !isResolved[neighbor], isLowest(place) else { continue }
        descend(at: neighbor, rival: values[place])
      }
    }
  }

  private func nearest(_ exponent: Double) -> Int {
    exponents.indices.min { abs(exponents[$0] - exponent) < abs(exponents[$1] - exponent) } ?? 0
  }

  private func distance(_ place: Int, _ center: (row: Int, column: Int)) -> Int {
    let row = place / exponents.count - center.row
    let column = place % exponents.count - center.column
    return row * row + column * column
  }

  /// The amplitudes of the neighbor towards the center, changed as from the one before it.
  private func predicted(
    _ place: Int,
    _ center: (row: Int, column: Int)
  ) -> InlineArray<3, Double> {
    let count = exponents.count
    let (row, column) = (place / count, place % count)
    let (down, right) = ((center.row - row).signum(), (center.column - column).signum())
    var start = amplitudes[(row + down) * count + column + right]
    let (second, beside) = (row + 2 * down, column + 2 * right)
    guard (0..<count).contains(second), (0..<count).contains(beside),
      values[second * count + beside].isFinite
    else { return start }
    let before = amplitudes[second * count + beside]
    for term in 0..<sum.termCount {
      let change = start[term] - before[term]
      // A term that appears or vanishes says nothing of the next point.
      if abs(change) <= 1 { start[term] += change }
    }
    return start
  }

  // MARK: - One point

  /// Steps in the amplitudes; the careful minimizer where they do not come down.
  ///
  /// - Parameters:
  ///   - place: The point.
  ///   - rival: An objective that matters: once the point cannot come below it, it is left.
  private mutating func descend(at place: Int, rival: Double) {
    values[place] = .infinity
    var current = amplitudes[place]
    for term in 0..<sum.termCount { current[term] = limits[term].clamped(current[term]) }
    var lowest = current
    for _ in 0..<Self.longestDescent {
      let value = evaluate(current, at: place)
      guard value.isFinite else { break }
      guard value <= values[place] else {
        // Half of the way back, in logarithms.
        for term in 0..<sum.termCount { current[term] = (current[term] + lowest[term]) / 2 }
        continue
      }
      (lowest, values[place]) = (current, value)
      guard findStep(current) else { break }
      var promise = 0.0
      for (row, term) in free.enumerated() { promise -= sums[1 + term] * step[row] / 2 }
      let isWhole = apply(&current)
      if promise >= 0, value - 4 * promise > rival {
        amplitudes[place] = current
        return
      }
      if isWhole, promise >= 0, promise <= Self.tolerance * value {
        amplitudes[place] = current
        values[place] = max(0, value - promise)
        isResolved[place] = true
        return
      }
    }
    careful(from: lowest, at: place)
  }

  private mutating func evaluate(_ logarithms: InlineArray<3, Double>, at place: Int) -> Double {
    let (row, column) = (place / exponents.count, place % exponents.count)
    var powers = InlineArray<3, Int>(repeating: 0)
    var values = InlineArray<3, Double>(repeating: 0)
    for term in 0..<sum.termCount {
      powers[term] = sum.exponents[term] == places[0] ? row : column
      values[term] = exp(logarithms[term])
    }
    evaluations += 1
    sum.kernels.addAmplitudeSums(rows, table, exponents: powers, amplitudes: values, into: &sums)
    return sums[0]
  }

  /// Finds the relative changes δ of the free amplitudes with M δ = −g; whether they are determined.
  private mutating func findStep(_ current: InlineArray<3, Double>) -> Bool {
    let count = sum.termCount
    free.removeAll(keepingCapacity: true)
    matrix.removeAll(keepingCapacity: true)
    step.removeAll(keepingCapacity: true)
    for term in 0..<count where mayMove(term, current) { free.append(term) }
    for one in free {
      step.append(-sums[1 + one])
      for other in free {
        let (low, high) = (min(one, other), max(one, other))
        // The place of (low, high) in a triangle that follows the gradient.
        matrix.append(sums[1 + count + low * count - low * (low - 1) / 2 + high - low])
      }
    }
    guard factor.factor(matrix, count: free.count) else { return false }
    factor.solve(&step)
    return true
  }

  /// Whether an amplitude is not held by a limit that the objective pushes against.
  private func mayMove(_ term: Int, _ current: InlineArray<3, Double>) -> Bool {
    let limit = limits[term]
    if limit.lowerBound == limit.upperBound { return false }
    if current[term] <= limit.lowerBound { return sums[1 + term] < 0 }
    if current[term] >= limit.upperBound { return sums[1 + term] > 0 }
    return true
  }

  /// Changes amplitudes by the relative step, inside their limits; whether the whole step fits.
  private func apply(_ current: inout InlineArray<3, Double>) -> Bool {
    var isWhole = true
    for (row, term) in free.enumerated() {
      let limit = limits[term]
      let target = 1 + step[row] > 0 ? current[term] + log1p(step[row]) : limit.lowerBound
      current[term] = limit.clamped(target)
      if current[term] != target { isWhole = false }
    }
    return isWhole
  }

  /// Minimizes by the trust region, with the exponents held by their bounds.
  private mutating func careful(from start: InlineArray<3, Double>, at place: Int) {
    var minimizer = NewtonMinimizer()
    minimizer.gradientTolerance = 1e-5
    minimizer.iterationLimit = 60
    amplitudes[place] = start
    let parameters = coefficients(at: place)
    var held = function
    held.bounds = parameters.map { $0...$0 }
    for term in 0..<sum.termCount { held.bounds?[sum.amplitudes[term]] = limits[term] }
    let found = minimizer.minimize(held, from: parameters)
    evaluations += found.evaluations
    values[place] = found.objective
    isResolved[place] = true
    for term in 0..<sum.termCount {
      amplitudes[place][term] = found.parameters[sum.amplitudes[term]]
    }
  }

  // MARK: - The grid

  private func lowestNeighbor(_ place: Int) -> Double {
    let (rows, columns) = around(place)
    var lowest = Double.infinity
    for row in rows {
      for column in columns { lowest = min(lowest, values[row * exponents.count + column]) }
    }
    return lowest
  }

  /// Whether a point is no higher than its neighbors.
  private func isLowest(_ place: Int) -> Bool {
    values[place].isFinite && lowestNeighbor(place) >= values[place]
  }

  /// The rows and columns of the points around one, itself among them.
  private func around(_ place: Int) -> (rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
    let last = exponents.count - 1
    let (row, column) = (place / exponents.count, place % exponents.count)
    return (max(row - 1, 0)...min(row + 1, last), max(column - 1, 0)...min(column + 1, last))
  }

  /// All coefficients of a point.
  func coefficients(at place: Int) -> [Double] {
    var coefficients = [Double](repeating: 0, count: sum.parameterCount)
    coefficients[places[0]] = exponents[place / exponents.count]
    coefficients[places[1]] = exponents[place % exponents.count]
    for term in 0..<sum.termCount {
      coefficients[sum.amplitudes[term]] = amplitudes[place][term]
    }
    return coefficients
  }

  /// The points no higher than their neighbors.
  var localMinima: [Int] { values.indices.filter(isLowest) }
}
