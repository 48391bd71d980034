/// A small symmetric matrix by its eigenvalues, and the steps of a trust region that follow.
struct SymmetricSystem {
  /// The eigenvalues, in no particular order.
  private(set) var values: [Double]

  /// The eigenvectors, one after the other.
  private var vectors: [Double]

  private let count: Int

  /// Decomposes a matrix given row by row, by Jacobi's rotations.
  init(_ matrix: [Double], count: Int) {
    self.count = count
    var a = matrix
    vectors = (0..<(count * count)).map { $0 % (count + 1) == 0 ? 1 : 0 }
    // Convergence is quadratic; a handful of sweeps suffices for ten columns.
    for _ in 0..<60 where !Self.sweep(&a, &vectors, count) { break }
    values = (0..<count).map { a[$0 * count + $0] }
  }

  var smallest: Double { values.min() ?? 0 }
  var largestSize: Double { values.reduce(0) { max($0, abs($1)) } }

  /// The step that minimizes gᵀs + sᵀAs/2 among those of length at most `radius`.
  ///
  /// Moré and Sorensen, SIAM J. Sci. Stat. Comput. 4, 1983: s = −(A + μ)⁻¹g with μ such that the length
  /// fits and A + μ has no negative eigenvalue. Where g does not see the most negative direction, a
  /// part along that fills the radius.
  func step(gradient: [Double], radius: Double) -> [Double] {
    let parts = (0..<count).map { index in
      (0..<count).reduce(0) { $0 + vectors[index * count + $1] * gradient[$1] }
    }
    let least = smallest
    let floor = max(0, -least)
    // Just above the pole, so that a gradient blind to it leaves a finite length.
    let lowest = floor + 1e-14 * max(largestSize, .leastNormalMagnitude)
    if least > 0, length(parts, shift: 0) <= radius { return combined(parts, shift: 0) }
    guard length(parts, shift: lowest) > radius else {
      return filled(combined(parts, shift: lowest), to: radius)
    }
    return combined(parts, shift: shift(parts, from: lowest, radius: radius))
  }

  /// The shift at which the step has the length of the radius, to a thousandth.
  private func shift(_ parts: [Double], from lowest: Double, radius: Double) -> Double {
    var low = lowest
    var high = lowest + 2 * parts.reduce(0) { $0 + $1 * $1 }.squareRoot() / radius
    var shift = low
    for _ in 0..<100 {
      let (length, slope) = lengthAndSlope(parts, shift: shift)
      if abs(length - radius) <= 1e-3 * radius { break }
      if length > radius { low = shift } else { high = shift }
      // Newton's method on 1/length, nearly linear in the shift.
      let next = shift + (length - radius) / radius * (length / slope)
      shift = next > low && next < high ? next : (low + high) / 2
    }
    return shift
  }

  private func length(_ parts: [Double], shift: Double) -> Double {
    lengthAndSlope(parts, shift: shift).length
  }

  private func lengthAndSlope(_ parts: [Double], shift: Double) -> (length: Double, slope: Double) {
    var square = 0.0
    var slope = 0.0
    for (part, value) in zip(parts, values) where part != 0 {
      let step = part / (value + shift)
      square += step * step
      slope += step * step / (value + shift)
    }
    let length = square.squareRoot()
    return (length, length > 0 ? slope / length : 1)
  }

  private func combined(_ parts: [Double], shift: Double) -> [Double] {
    var step = [Double](repeating: 0, count: count)
    for (index, part) in parts.enumerated() where part != 0 {
      let along = -part / (values[index] + shift)
      for row in 0..<count { step[row] += along * vectors[index * count + row] }
    }
    return step
  }

  /// A step within the radius, lengthened along the most negative direction, if there is one.
  private func filled(_ step: [Double], to radius: Double) -> [Double] {
    guard smallest < 0, let index = values.firstIndex(of: smallest) else { return step }
    let square = step.reduce(0) { $0 + $1 * $1 }
    let rest = max(0, radius * radius - square).squareRoot()
    return (0..<count).map { step[$0] + rest * vectors[index * count + $0] }
  }

  /// Rotates every pair once; whether any was still visibly off the diagonal.
  private static func sweep(_ a: inout [Double], _ v: inout [Double], _ count: Int) -> Bool {
    var rotated = false
    for p in 0..<count {
      for q in (p + 1)..<max(count, p + 1) {
        let off = a[p * count + q]
        let scale = (abs(a[p * count + p] * a[q * count + q])).squareRoot()
        guard abs(off) > .ulpOfOne / 4 * scale, off != 0 else { continue }
        rotated = true
        let theta = (a[q * count + q] - a[p * count + p]) / (2 * off)
        let size = 1 / (abs(theta) + (1 + theta * theta).squareRoot())
        let tangent = theta < 0 ? -size : size
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        rotate(&a, &v, count, p, q, cosine, cosine * tangent)
      }
    }
    return rotated
  }

  private static func rotate(
    _ a: inout [Double],
    _ v: inout [Double],
    _ count: Int,
    _ p: Int,
    _ q: Int,
    _ cosine: Double,
    _ sine: Double
  ) {
    for k in 0..<count {
      let (x, y) = (a[k * count + p], a[k * count + q])
      a[k * count + p] = cosine * x - sine * y
      a[k * count + q] = sine * x + cosine * y
    }
    for k in 0..<count {
      let (x, y) = (a[p * count + k], a[q * count + k])
      a[p * count + k] = cosine * x - sine * y
      a[q * count + k] = sine * x + cosine * y
      let (u, w) = (v[p * count + k], v[q * count + k])
      v[p * count + k] = cosine * u - sine * w
      v[q * count + k] = sine * u + cosine * w
    }
    a[p * count + q] = 0
    a[q * count + p] = 0
  }
}
