/// A line through pixels, measured by its length.
struct Polyline {
  let points: [ChartPoint]
  /// The length from the start to each point.
  private let lengths: [Double]

  init(_ points: [ChartPoint]) {
    self.points = points
    var total = 0.0
    lengths = points.indices.map { index in
      if index > 0 { total += Self.distance(points[index - 1], points[index]) }
      return total
    }
  }

  /// The whole length.
  var length: Double { lengths.last ?? 0 }

  /// The point at a length from the start.
  func point(at length: Double) -> ChartPoint {
    guard let first = points.first, let last = points.last else { return ChartPoint(x: 0, y: 0) }
    if length <= 0 { return first }
    let index = firstIndex(reaching: length)
    guard index > 0, index < points.count else { return last }
    let step = lengths[index] - lengths[index - 1]
    return Self.mixed(
      points[index - 1],
      points[index],
      step > 0 ? (length - lengths[index - 1]) / step : 0
    )
  }

  /// The first point at least as far from the start; the count of points when none is.
  private func firstIndex(reaching length: Double) -> Int {
    var (low, high) = (0, lengths.count)
    while low < high {
      let middle = (low + high) / 2
      if lengths[middle] < length { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Points about every `step` pixels, the start included.
  func sampled(every step: Double) -> [ChartPoint] {
    (0...max(0, min(Int(length / step), 10_000))).map { point(at: Double($0) * step) }
  }

  static func distance(_ first: ChartPoint, _ second: ChartPoint) -> Double {
    let (dx, dy) = (second.x - first.x, second.y - first.y)
    return (dx * dx + dy * dy).squareRoot()
  }

  static func mixed(_ first: ChartPoint, _ second: ChartPoint, _ part: Double) -> ChartPoint {
    ChartPoint(
      x: first.x + part * (second.x - first.x),
      y: first.y + part * (second.y - first.y)
    )
  }
}

/// A rectangle of pixels.
struct PixelRectangle {
  var left: Double
  var top: Double
  var width: Double
  var height: Double

  var right: Double { left + width }
  var bottom: Double { top + height }

  func contains(_ point: ChartPoint) -> Bool {
    (left...right).contains(point.x) && (top...bottom).contains(point.y)
  }

  /// The parts of a line inside the rectangle, each piece of two points or more.
  ///
  /// Lines are cut here and not by a `clipPath`, which would need an identifier: identifiers
  /// collide when several drawings stand in one page.
  func clipped(_ points: [ChartPoint]) -> [Polyline] {
    var pieces: [Polyline] = []
    var piece: [ChartPoint] = []
    func close() {
      if piece.count > 1 { pieces.append(Polyline(piece)) }
      piece = []
    }
    for (start, end) in zip(points, points.dropFirst()) {
      guard let (low, high) = inside(from: start, to: end) else {
        close()
        continue
      }
      let entry = Polyline.mixed(start, end, low)
      if piece.last != entry {
        close()
        piece = [entry]
      }
      piece.append(high < 1 ? Polyline.mixed(start, end, high) : end)
    }
    close()
    return pieces
  }

  /// The part of an area inside the rectangle (Sutherland and Hodgman, 1974).
  ///
  /// Parts that fall apart stay joined along the border, where a filling shows nothing of it.
  func clippedArea(_ corners: [ChartPoint]) -> [ChartPoint] {
    let sides: [(ChartPoint) -> Double] = [
      { $0.x - left }, { right - $0.x }, { $0.y - top }, { bottom - $0.y },
    ]
    return sides.reduce(corners) { corners, depth in
      guard var previous = corners.last else { return [] }
      var kept: [ChartPoint] = []
      for corner in corners {
        let (before, now) = (depth(previous), depth(corner))
        if (before < 0) != (now < 0) {
          kept.append(Polyline.mixed(previous, corner, before / (before - now)))
        }
        if now >= 0 { kept.append(corner) }
        previous = corner
      }
      return kept
    }
  }

  /// The part of a segment inside, as fractions of its length (Liang and Barsky, 1984).
  private func inside(from start: ChartPoint, to end: ChartPoint) -> (Double, Double)? {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    guard dx.isFinite, dy.isFinite else { return nil }
    var (low, high) = (0.0, 1.0)
    let sides = [
      (-dx, start.x - left), (dx, right - start.x),
      (-dy, start.y - top), (dy, bottom - start.y),
    ]
    for (slope, room) in sides {
      if slope == 0 {
        if room < 0 { return nil }
      } else if slope < 0 {
        low = max(low, room / slope)
      } else {
        high = min(high, room / slope)
      }
    }
    return low < high ? (low, high) : nil
  }
}
