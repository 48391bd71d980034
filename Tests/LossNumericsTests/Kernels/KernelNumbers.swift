import LossNumerics

/// Sizes around the sixteen lanes of a vector, and one past the blocks that threads share.
let kernelSizes = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1000]

/// Seeded numbers between two bounds.
func uniformFloats(_ count: Int, from low: Float, to high: Float, seed: UInt64) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in low + (high - low) * Float(generator.nextUniform()) }
}

/// The distance to a reference in units in the last place of a float of the reference's size.
func floatULPs(_ value: Float, _ reference: Double) -> Double {
  if value.isNaN || reference.isNaN { return value.isNaN && reference.isNaN ? 0 : .infinity }
  let nearest = Float(reference)
  if Double(value) == reference || value == nearest { return 0 }
  guard value.isFinite, nearest.isFinite else { return .infinity }
  return abs(Double(value) - reference) / Double(nearest.ulp)
}

/// The bits of numbers, one pattern for all that are no numbers: the sign and payload of a NaN are the
/// compiler's choice.
func bits(_ values: [Float]) -> [UInt32] {
  values.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
}
