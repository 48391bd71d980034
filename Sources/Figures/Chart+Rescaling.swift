extension Chart {
  /// The chart with both axes on another scale.
  ///
  /// The same values are shown. Straight pieces of lines and bands are divided first, so that
  /// what was straight on one scale takes its true course on the other. An axis turns logarithmic
  /// only if every point that it shows, and every corner of its lines where it has no points, is
  /// above 0.
  ///
  /// - Returns: `nil` when no axis changes.
  public func rescaled(to scale: AxisScale) -> Chart? {
    var chart = self
    let all = shownPoints
    chart.horizontal = horizontal.rescaled(to: scale, showing: all.map(\.x))
    chart.vertical = vertical.rescaled(to: scale, showing: all.map(\.y))
    guard chart.horizontal != horizontal || chart.vertical != vertical else { return nil }
    chart.marks = marks.map(divided)
    return chart
  }

  /// The points of all marks inside the axes; the corners of lines where there are no points.
  private var shownPoints: [ChartPoint] {
    let separate = marks.flatMap { mark -> [ChartPoint] in
      if case .points(let mark) = mark { mark.points } else { [] }
    }
    let joined = marks.flatMap { mark -> [ChartPoint] in
      if case .line(let mark) = mark { mark.points } else { [] }
    }
    return (separate.isEmpty ? joined : separate).filter {
      horizontal.range.contains($0.x) && vertical.range.contains($0.y)
    }
  }

  private func divided(_ mark: ChartMark) -> ChartMark {
    switch mark {
    case .points, .contours: return mark
    case .line(var mark):
      mark.points = divided(mark.points)
      return .line(mark)
    case .band(var mark):
      mark.lower = divided(mark.lower)
      mark.upper = divided(mark.upper)
      return .band(mark)
    }
  }

  /// A line with corners at least every 200th part of an axis, on the present scales.
  ///
  /// A piece that lies beyond one side of the plot stays as it is, and so does a line of very many
  /// corners: dividing what is already fine, or unseen, would only make charts grow.
  private func divided(_ points: [ChartPoint]) -> [ChartPoint] {
    guard points.count <= Thinning.lineLimit, var previous = points.first else { return points }
    var result = [previous]
    for point in points.dropFirst() {
      let (x, y) = (horizontal.fraction(of: previous.x), vertical.fraction(of: previous.y))
      let (dx, dy) = (horizontal.fraction(of: point.x) - x, vertical.fraction(of: point.y) - y)
      let steps = (200 * max(abs(dx), abs(dy))).rounded(.up)
      let isBeyond =
        max(x, x + dx) < 0 || min(x, x + dx) > 1 || max(y, y + dy) < 0 || min(y, y + dy) > 1
      if steps.isFinite, steps > 1, !isBeyond {
        let count = Int(min(steps, 2_000))
        result += (1..<count).map { step in
          let part = Double(step) / Double(count)
          return ChartPoint(
            x: horizontal.value(at: x + part * dx),
            y: vertical.value(at: y + part * dy)
          )
        }
      }
      result.append(point)
      previous = point
    }
    return result
  }
}

extension ChartGrid {
  /// The grid with every panel that can be on another scale; `nil` when none changes.
  public func rescaled(to scale: AxisScale) -> ChartGrid? {
    let changed = rows.map { row in row.map { $0?.rescaled(to: scale) } }
    guard changed.contains(where: { $0.contains { $0 != nil } }) else { return nil }
    var grid = self
    grid.rows = zip(rows, changed).map { old, new in zip(old, new).map { $1 ?? $0 } }
    return grid
  }
}

extension Axis {
  /// The axis on a scale, or as it is where that scale cannot show the values.
  fileprivate func rescaled(to scale: AxisScale, showing values: [Double]) -> Axis {
    if scale == self.scale { return self }
    if scale == .linear { return Axis(label: label, range: range) }
    guard let least = values.min(), least > 0, range.upperBound > 0 else { return self }
    // Room below a small value may reach 0: there the axis begins a little below the values.
    let low = range.lowerBound > 0 ? range.lowerBound : least / 1.2
    guard low > 0, low < range.upperBound else { return self }
    return Axis(label: label, scale: .logarithmic, range: low...range.upperBound)
  }
}
