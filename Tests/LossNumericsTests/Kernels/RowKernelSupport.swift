import Execution
import LossNumerics
import Testing

/// Every variant on one thread, and the fastest on three.
enum Contexts {
  static let variants = KernelVariant.supported.map {
    KernelContext(variant: $0, pool: WorkerPool(threadCount: 1))
  }

  static let threads = [1, 2, 3].map { KernelContext(pool: WorkerPool(threadCount: $0)) }

  /// The variants that round each multiply-add once.
  static let fused = variants.filter { $0.variant != .portable }
}

/// Widths around the lanes and their groups.
let oddWidths = [1, 15, 16, 17, 31, 33, 63, 64, 65, 100, 1000, 1025]

/// Normal draws of a seed.
func normals(_ count: Int, seed: UInt64, mean: Double = 0, deviation: Double = 1) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float(mean + deviation * generator.nextNormal()) }
}

/// Whether values agree within `ulps` units in the last place of the larger scale.
func isClose(_ value: Float, _ reference: Double, ulps: Double, scale: Double = 0) -> Bool {
  if reference.isNaN { return value.isNaN }
  return abs(Double(value) - reference) <= ulps * 0x1p-24 * max(abs(reference), scale)
}

/// The largest distance of values from references, in units of 2^-24 of the scale.
func worst(_ values: [Float], _ references: [Double], scale: Double? = nil) -> Double {
  zip(values, references).reduce(0) { worst, pair in
    let size = scale ?? max(abs(pair.1), 0x1p-100)
    let error = abs(Double(pair.0) - pair.1) / size * 0x1p24
    return error.isNaN ? .infinity : max(worst, error)
  }
}

/// The central difference of a function of many numbers along one of them.
func centralDifference(
  at point: [Double],
  along index: Int,
  step: Double = 1e-5,
  of function: ([Double]) -> Double
) -> Double {
  var above = point
  var below = point
  above[index] += step
  below[index] -= step
  return (function(above) - function(below)) / (2 * step)
}

/// The sum of products, in double.
func dot(_ left: [Double], _ right: [Float]) -> Double {
  zip(left, right).reduce(0) { $0 + $1.0 * Double($1.1) }
}
