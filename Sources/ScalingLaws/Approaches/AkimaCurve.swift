/// A smooth curve through points by Akima's method: a cubic between neighbors, without overshoot.
///
/// The slope at a point is a mean of those of the neighboring chords, each weighted by how little the
/// chords turn on its side (Akima, J. ACM 17, 1970). A point far off therefore bends the curve near
/// itself and nowhere else. Two chords more at each end continue the turning of the last ones.
package struct AkimaCurve: Sendable, Hashable {
  /// The places, rising.
  package private(set) var x: [Double]

  /// The values there.
  package private(set) var y: [Double]

  /// The slopes there.
  package private(set) var slopes: [Double]

  /// Draws the curve.
  ///
  /// - Precondition: At least three points with rising `x`.
  package init(_ points: [(x: Double, y: Double)]) {
    precondition(points.count > 2, "a curve needs three points")
    x = points.map(\.x)
    y = points.map(\.y)
    var chords = zip(points, points.dropFirst()).map { ($1.y - $0.y) / ($1.x - $0.x) }
    for _ in 0..<2 {
      chords.insert(2 * chords[0] - chords[1], at: 0)
      chords.append(2 * chords[chords.count - 1] - chords[chords.count - 2])
    }
    let turns = zip(chords, chords.dropFirst()).map { abs($1 - $0) }
    let sums = points.indices.map { turns[$0 + 2] + turns[$0] }
    let negligible = 1e-9 * (sums.max() ?? 0)
    slopes = points.indices.map { index in
      // Straight on both sides: Akima's choice is the mean, SciPy's of the outer chords.
      guard sums[index] > negligible else { return 0.5 * (chords[index + 3] + chords[index]) }
      let share = turns[index] / sums[index]
      return chords[index + 1] + share * (chords[index + 2] - chords[index + 1])
    }
  }

  /// The value at a place between the first point and the last.
  package func value(_ place: Double) -> Double {
    let piece = max(0, min(x.count - 2, (x.firstIndex { $0 > place } ?? x.count) - 1))
    return self.piece(piece).value(place - x[piece])
  }
}

extension AkimaCurve {
  /// y = c₀ + c₁ s + c₂ s² + c₃ s³ over 0 ≤ s ≤ `width`.
  private struct Piece {
    var width: Double
    var (c0, c1, c2, c3): (Double, Double, Double, Double)

    func value(_ s: Double) -> Double { c0 + s * (c1 + s * (c2 + s * c3)) }

    func secondDerivative(_ s: Double) -> Double { 2 * c2 + 6 * c3 * s }

    /// Where the piece turns from falling to rising inside.
    ///
    /// The greater root of c₁ + 2 c₂ s + 3 c₃ s² for c₃ > 0, written as a quotient so that neither
    /// cancellation nor a vanishing c₃ hurts.
    var valley: Double? {
      let discriminant = c2 * c2 - 3 * c3 * c1
      guard discriminant > 0 else { return nil }
      let root = discriminant.squareRoot()
      let s = c2 >= 0 ? -c1 / (c2 + root) : (root - c2) / (3 * c3)
      return s > 0 && s < width ? s : nil
    }
  }

  private func piece(_ index: Int) -> Piece {
    let width = x[index + 1] - x[index]
    let chord = (y[index + 1] - y[index]) / width
    let (left, right) = (slopes[index], slopes[index + 1])
    return Piece(
      width: width,
      c0: y[index],
      c1: left,
      c2: (3 * chord - 2 * left - right) / width,
      c3: (left + right - 2 * chord) / (width * width)
    )
  }

  /// The lowest place of the curve, exactly: each piece turns where a quadratic has its root.
  package var minimum: (x: Double, y: Double, secondDerivative: Double, isInterior: Bool) {
    var least = (x: x[0], y: y[0], secondDerivative: 0.0, isInterior: false)
    for index in 0..<x.count - 1 {
      let piece = piece(index)
      if let s = piece.valley, piece.value(s) < least.y {
        least = (x[index] + s, piece.value(s), piece.secondDerivative(s), true)
      }
      guard y[index + 1] < least.y else { continue }
      let isInterior = index + 2 < x.count
      // The second derivative jumps at a point of the curve: the mean of both sides.
      let next = isInterior ? self.piece(index + 1).secondDerivative(0) : 0
      let curve = (piece.secondDerivative(piece.width) + next) / 2
      least = (x[index + 1], y[index + 1], curve, isInterior)
    }
    return least
  }
}
