/// A name in the legend with a sample of what it names.
struct LegendEntry {
  /// What is drawn beside the name.
  enum Sample {
    case point(ChartColor, PointShape)
    case line(Stroke)
    case band(ChartColor, opacity: Double)
  }

  let name: ChartText
  let sample: Sample

  static let sampleWidth = 26.0
  static let gap = 22.0

  /// The room the entry takes.
  var width: Double {
    Self.sampleWidth + 7 + name.estimatedWidth * ChartLayout.FontSize.legend
  }

  init?(_ mark: ChartMark, colorScale: ColorScale?) {
    switch mark {
    case .points(let mark):
      name = mark.name
      let scaled = mark.values.isEmpty ? nil : colorScale?.colormap.color(at: 0.45)
      sample = .point(scaled ?? mark.color, mark.shape)
    case .line(let mark): (name, sample) = (mark.name, .line(mark.stroke))
    case .contours(let mark): (name, sample) = (mark.name, .line(mark.stroke))
    case .band(let mark):
      name = mark.name
      sample = .band(mark.color, opacity: mark.legendOpacity ?? mark.opacity)
    }
    if name.isEmpty { return nil }
  }

  /// The entries of some charts' named marks, each name once, broken into rows that fit a width.
  static func rows(of charts: [Chart], width: Double) -> [[LegendEntry]] {
    var rows: [[LegendEntry]] = []
    var room = 0.0
    var seen: Set<ChartText> = []
    let entries = charts.flatMap { chart in
      chart.marks.compactMap { LegendEntry($0, colorScale: chart.colorScale) }
    }
    for entry in entries where seen.insert(entry.name).inserted {
      if !rows.isEmpty, entry.width <= room {
        rows[rows.count - 1].append(entry)
      } else {
        rows.append([entry])
        room = width
      }
      room -= entry.width + gap
    }
    return rows
  }
}

// MARK: - Drawing

extension LegendEntry {
  /// Draws rows of entries, centered, so that the last ends at `bottom`.
  static func draw(
    _ rows: [[LegendEntry]],
    width: Double,
    bottom: Double,
    _ svg: inout SVGWriter
  ) {
    let height = ChartLayout.legendRowHeight
    var y = bottom + 2 - height * (Double(rows.count) - 0.5)
    for row in rows {
      let total = row.reduce(0) { $0 + $1.width } + gap * Double(row.count - 1)
      var x = max(ChartLayout.margin, (width - total) / 2)
      for entry in row {
        entry.draw(x: x, y: y, &svg)
        x += entry.width + gap
      }
      y += height
    }
  }

  private func draw(x: Double, y: Double, _ svg: inout SVGWriter) {
    let number = DecimalText.coordinate
    switch sample {
    case .point(let color, let shape):
      let rim = shape.attributes(color: color) + [("stroke-width", shape.isOpen ? "1.6" : "0.6")]
      let center = ChartPoint(x: x + Self.sampleWidth - 8, y: y)
      let (name, form) = shape.element(at: center, radius: 4)
      svg.element(name, form + rim)
    case .line(let stroke):
      let ends = [("x1", x), ("y1", y), ("x2", x + Self.sampleWidth), ("y2", y)]
      svg.element("line", ends.map { ($0.0, number($0.1)) } + stroke.attributes)
    case .band(let color, let opacity):
      let box = [("x", x), ("y", y - 5), ("width", Self.sampleWidth), ("height", 10)]
      svg.element(
        "rect",
        box.map { ($0.0, number($0.1)) }
          + [("fill", color.svg), ("fill-opacity", number(opacity))]
      )
    }
    let size = ChartLayout.FontSize.legend
    svg.label(
      name,
      size: size,
      [("x", number(x + Self.sampleWidth + 7)), ("y", number(y + size * 0.36))]
    )
  }
}
