#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A test for tables of which some losses are in bits and the others in nats.
///
/// A quadratic in ln N and ln D follows ln L to a few percent on any one law. If letting each run add
/// ln(1/ln 2) = 0.367 or nothing lowers the sum of squares by more than a factor of 15 and leaves nine
/// runs in ten within a quarter of that step, the runs lie on two surfaces just that far apart. On
/// published tables, several data sets in one included, the factor stays below 7.
struct MixedUnits {
  /// The lines of the runs on the upper surface.
  let linesInBits: [Int]

  private static let step: Double = -log(log(2.0))
  private static let leastRunCount = 16
  private static let largestRunCount = 2048

  /// Looks for two surfaces; `nil` where one explains the runs, or they are too few to tell.
  init?(_ all: [Run]) {
    guard all.count >= Self.leastRunCount else { return nil }
    // Evenly spread runs tell as much as all of a large table.
    let stride = (all.count + Self.largestRunCount - 1) / Self.largestRunCount
    let runs = Swift.stride(from: 0, to: all.count, by: stride).map { all[$0] }
    let surface = QuadraticSurface(runs)
    let logLosses = runs.map { log($0.loss) }
    let single = surface.residuals(logLosses)
    var best: (sum: Double, isBits: [Bool], errors: [Double])?
    for cut in [-0.25, 0, 0.25] {
      let split = Self.settled(surface, logLosses, single.map { $0 > cut * Self.step })
      let sum = split.errors.reduce(0) { $0 + $1 * $1 }
      if sum < best?.sum ?? .infinity { best = (sum, split.isBits, split.errors) }
    }
    guard let best, 15 * best.sum < single.reduce(0, { $0 + $1 * $1 }),
      let typical = quantile(best.errors.map(abs).sorted(), 0.9), typical < Self.step / 4
    else { return nil }
    linesInBits = zip(runs, best.isBits).filter(\.1).map(\.0.line)
    guard linesInBits.count >= 2, linesInBits.count <= runs.count - 2 else { return nil }
  }

  /// Alternates between the surface and who lies above it, as k-means does, until nothing changes.
  private static func settled(
    _ surface: QuadraticSurface,
    _ logLosses: [Double],
    _ start: [Bool]
  ) -> (isBits: [Bool], errors: [Double]) {
    var isBits = start
    var errors: [Double] = []
    for _ in 0..<30 {
      errors = surface.residuals(zip(logLosses, isBits).map { $0 - ($1 ? step : 0) })
      let next = zip(errors, isBits).map { $0 + ($1 ? step : 0) > step / 2 }
      if next == isBits { break }
      isBits = next
    }
    return (isBits, errors)
  }
}

/// Polynomials of degree two in ln N and ln D over a set of runs, as an orthonormal basis.
private struct QuadraticSurface {
  private var basis: [[Double]] = []

  init(_ runs: [Run]) {
    let n = Self.centered(runs.map { log($0.parameters) })
    let d = Self.centered(runs.map { log($0.tokens) })
    let columns = [
      n.map { _ in 1.0 }, n, d, zip(n, n).map(*), zip(n, d).map(*), zip(d, d).map(*),
    ]
    for column in columns {
      // Twice is enough for the rounding of Gram and Schmidt's method.
      let rest = residuals(residuals(column))
      let length = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let whole = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 1e-9 * whole { basis.append(rest.map { $0 / length }) }
    }
  }

  /// What the best polynomial leaves of some values.
  func residuals(_ values: [Double]) -> [Double] {
    var rest = values
    for direction in basis {
      var product = 0.0
      for (x, y) in zip(direction, rest) { product += x * y }
      for index in rest.indices { rest[index] -= product * direction[index] }
    }
    return rest
  }

  private static func centered(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 - mean }
  }
}
