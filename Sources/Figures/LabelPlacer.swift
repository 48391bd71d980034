/// A label that has found its place along a line.
struct PlacedLabel {
  var text: ChartText
  var center: ChartPoint
  /// The angle of the line there, in radians clockwise, turned so that the text is upright.
  var angle: Double
}

/// Finds places for labels along lines where they cover as little as possible.
///
/// Every place is tried in turn and given a cost: data points and other lines below the label,
/// bends of its own line, distance from where it would be looked for. Labels never overlap; one
/// without a free place is left out.
struct LabelPlacer {
  /// Where along its line a label is looked for first.
  enum Preference {
    case middle
    case end
  }

  /// Something that a label should not cover.
  struct Obstacle {
    var point: ChartPoint
    var weight: Double
    /// The line it belongs to, whose own label may cover it; `nil` for a data point.
    var line: Int?
  }

  let plot: PixelRectangle
  var obstacles: [Obstacle] = []
  private(set) var placed: [PlacedLabel] = []
  private var takenPoints: [ChartPoint] = []

  init(plot: PixelRectangle) {
    self.plot = plot
  }

  static let fontSize = ChartLayout.FontSize.lineLabel
  private static let stepsPerLine = 60

  /// Places one label on the best of some pieces of a line.
  mutating func place(
    _ text: ChartText,
    along pieces: [Polyline],
    line: Int,
    preferring preference: Preference
  ) {
    let size = LabelSize(width: text.estimatedWidth * Self.fontSize + 6, height: Self.fontSize + 3)
    var best: (cost: Double, label: PlacedLabel)?
    for piece in pieces where piece.length > 1.4 * size.width {
      for step in 0...Self.stepsPerLine {
        let part = Double(step) / Double(Self.stepsPerLine)
        let place = size.width / 2 + 4 + part * (piece.length - size.width - 8)
        let label = candidate(text, on: piece, at: place, width: size.width)
        guard let cost = cost(of: label, size: size, line: line) else { continue }
        let wish = preference == .middle ? abs(part - 0.5) * 6 : part * 40
        let bend = Polyline.distance(label.center, piece.point(at: place)) * 3
        let total = cost + wish + bend
        // Strictly below: among equals the first tried wins, on every processor.
        if total < best?.cost ?? .infinity { best = (total, label) }
      }
    }
    guard let best else { return }
    placed.append(best.label)
    takenPoints += LabelBox(label: best.label, size: size).covering()
  }

  /// Places one label level beside a point: right of it, left, above, below, or at a corner.
  mutating func place(_ text: ChartText, beside point: ChartPoint, radius: Double) {
    let size = LabelSize(width: text.estimatedWidth * Self.fontSize + 6, height: Self.fontSize + 3)
    let (right, down) = (size.width / 2 + radius + 1, size.height / 2 + radius + 1)
    let moves = [
      (right, 0), (-right, 0), (0, -down), (0, down), (right, -down * 0.7), (-right, -down * 0.7),
      (right, down * 0.7), (-right, down * 0.7),
    ]
    var best: (cost: Double, label: PlacedLabel)?
    for (wish, move) in moves.enumerated() {
      let center = ChartPoint(x: point.x + move.0, y: point.y + move.1)
      let label = PlacedLabel(text: text, center: center, angle: 0)
      guard let cost = cost(of: label, size: size, line: nil) else { continue }
      let total = cost + Double(wish)
      if total < best?.cost ?? .infinity { best = (total, label) }
    }
    guard let best else { return }
    placed.append(best.label)
    takenPoints += LabelBox(label: best.label, size: size).covering()
  }

  /// The label in the middle of the chord below it.
  private func candidate(
    _ text: ChartText,
    on piece: Polyline,
    at place: Double,
    width: Double
  ) -> PlacedLabel {
    let start = piece.point(at: place - width / 2)
    let end = piece.point(at: place + width / 2)
    // A line that goes straight down is read upward, like the label of an axis.
    let isForward = end.x > start.x || end.x == start.x && end.y < start.y
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    return PlacedLabel(
      text: text,
      center: Polyline.mixed(start, end, 0.5),
      angle: isForward ? Figures.angle(dx: dx, dy: dy) : Figures.angle(dx: -dx, dy: -dy)
    )
  }

  /// What the label covers; `nil` where it cannot stand.
  private func cost(of label: PlacedLabel, size: LabelSize, line: Int?) -> Double? {
    let box = LabelBox(label: label, size: size)
    guard box.corners.allSatisfy(plot.contains) else { return nil }
    if takenPoints.contains(where: box.contains) { return nil }
    return obstacles.reduce(0) { total, obstacle in
      guard line == nil || obstacle.line != line, box.contains(obstacle.point) else { return total }
      return total + obstacle.weight
    }
  }
}

/// The room of a label, in pixels.
struct LabelSize {
  var width: Double
  var height: Double
}

/// The turned rectangle of a label.
private struct LabelBox {
  let center: ChartPoint
  let size: LabelSize
  let cosine: Double
  let sine: Double

  init(label: PlacedLabel, size: LabelSize) {
    center = label.center
    self.size = size
    (cosine, sine) = direction(label.angle)
  }

  func contains(_ point: ChartPoint) -> Bool {
    let (dx, dy) = (point.x - center.x, point.y - center.y)
    // Most points are far away: a look at the circle around the box spares the turning.
    if abs(dx) + abs(dy) > size.width + size.height { return false }
    return abs(dx * cosine + dy * sine) <= size.width / 2
      && abs(dy * cosine - dx * sine) <= size.height / 2
  }

  private func point(_ along: Double, _ across: Double) -> ChartPoint {
    ChartPoint(
      x: center.x + along * cosine - across * sine,
      y: center.y + along * sine + across * cosine
    )
  }

  var corners: [ChartPoint] {
    let (w, h) = (size.width / 2, size.height / 2)
    return [point(-w, -h), point(w, -h), point(w, h), point(-w, h)]
  }

  /// Points all over the box, close enough that no other label slips between them.
  func covering() -> [ChartPoint] {
    let columns = max(2, Int(size.width / 4))
    let rows = max(2, Int(size.height / 4))
    return (0...rows).flatMap { row in
      (0...columns).map { column in
        point(
          size.width * (Double(column) / Double(columns) - 0.5),
          size.height * (Double(row) / Double(rows) - 0.5)
        )
      }
    }
  }
}
