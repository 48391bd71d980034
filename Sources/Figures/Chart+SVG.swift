extension Chart {
  /// The chart as a complete SVG document.
  ///
  /// It needs nothing else: no style sheet, script, font file or identifier. It stands on its own
  /// white panel and so reads on a dark page too, scales with its `viewBox`, and carries its
  /// title and summary for screen readers. Coordinates are rounded to two decimals, so equal
  /// charts give equal bytes on every processor.
  public var svg: String {
    ChartRenderer(chart: self).document()
  }
}

/// Draws one chart: back to front, then all that is written.
struct ChartRenderer {
  let chart: Chart
  let layout: ChartLayout

  init(chart: Chart) {
    self.chart = chart
    layout = ChartLayout(chart)
  }

  private static let fonts =
    "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

  func document() -> String {
    var svg = SVGWriter()
    let (width, height) = (number(chart.width), number(chart.height))
    let root: [SVGWriter.Attribute] = [
      ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(width) \(height)"),
      ("width", width), ("height", height), ("role", "img"), ("font-family", Self.fonts),
      ("fill", ChartColor.ink.svg),
    ]
    svg.element("svg", root) { svg in
      svg.element("title", text: chart.title.description)
      svg.element("desc", text: chart.summary)
      svg.element(
        "rect",
        [("width", width), ("height", height), ("fill", ChartColor.panel.svg)]
      )
      drawGrid(&svg)
      for mark in chart.marks { draw(mark, &svg) }
      drawFrame(&svg)
      drawTitles(&svg)
      drawHorizontalAxis(&svg)
      drawVerticalAxis(&svg)
      if let scale = chart.colorScale, let bar = layout.colorBar { draw(scale, in: bar, &svg) }
      drawLegend(&svg)
      drawLineLabels(&svg)
    }
    return svg.text
  }

  func number(_ value: Double) -> String { DecimalText.coordinate(value) }

  // MARK: Marks

  private func draw(_ mark: ChartMark, _ svg: inout SVGWriter) {
    switch mark {
    case .points(let mark): draw(mark, &svg)
    case .line(let mark):
      for piece in layout.pieces(of: mark.points) { draw(piece, mark.stroke, &svg) }
    case .contours(let mark):
      for line in mark.lines {
        for piece in layout.pieces(of: line.points) { draw(piece, mark.stroke, &svg) }
      }
    }
  }

  private func draw(_ mark: PointMark, _ svg: inout SVGWriter) {
    // A thin dark rim keeps the light end of the color scale visible on white.
    let group: [SVGWriter.Attribute] = [
      ("stroke", ChartColor.ink.svg), ("stroke-width", "0.6"), ("stroke-opacity", "0.7"),
    ]
    svg.element("g", group) { svg in
      for (index, point) in mark.points.enumerated() {
        let pixel = layout.pixel(of: point)
        guard layout.plot.contains(pixel) else { continue }
        let color =
          mark.values.isEmpty ? nil : chart.colorScale?.color(of: mark.values[index])
        svg.element(
          "circle",
          [
            ("cx", number(pixel.x)), ("cy", number(pixel.y)), ("r", number(mark.radius)),
            ("fill", (color ?? mark.color).svg),
          ]
        )
      }
    }
  }

  private func draw(_ piece: Polyline, _ stroke: Stroke, _ svg: inout SVGWriter) {
    let points = piece.points.map { "\(number($0.x)),\(number($0.y))" }
    svg.element(
      "polyline",
      [("points", points.joined(separator: " ")), ("fill", "none")] + stroke.attributes
    )
  }

  // MARK: Labels along lines

  /// A line of the chart with the pixels it passes and what is written along it.
  private struct LabeledLine {
    var text: ChartText
    var pieces: [Polyline]
    var preference: LabelPlacer.Preference
    var stroke: Stroke
  }

  private func labeledLines(of mark: ChartMark) -> [LabeledLine] {
    switch mark {
    case .points: []
    case .line(let mark):
      [
        LabeledLine(
          text: mark.label,
          pieces: layout.pieces(of: mark.points),
          preference: .end,
          stroke: mark.stroke
        )
      ]
    case .contours(let mark):
      mark.lines.map { line in
        LabeledLine(
          text: ChartText(
            DecimalText.withMinus(DecimalText.fixed(line.level, decimals: mark.labelDecimals))
          ),
          pieces: layout.pieces(of: line.points),
          preference: .middle,
          stroke: mark.stroke
        )
      }
    }
  }

  private func drawLineLabels(_ svg: inout SVGWriter) {
    let lines = chart.marks.flatMap(labeledLines)
    guard lines.contains(where: { !$0.text.isEmpty }) else { return }
    var placer = LabelPlacer(plot: layout.plot)
    for case .points(let mark) in chart.marks {
      placer.obstacles += mark.points.map {
        LabelPlacer.Obstacle(point: layout.pixel(of: $0), weight: 4)
      }
    }
    for (index, line) in lines.enumerated() {
      placer.obstacles += line.pieces.flatMap { $0.sampled(every: 4) }.map {
        LabelPlacer.Obstacle(point: $0, weight: 2 * line.stroke.width, line: index)
      }
    }
    for (index, line) in lines.enumerated() where !line.text.isEmpty {
      let before = placer.placed.count
      placer.place(line.text, along: line.pieces, line: index, preferring: line.preference)
      if placer.placed.count > before { draw(placer.placed[before], line.stroke.color, &svg) }
    }
  }

  /// Writes a label over a patch of the panel that hides the line below it.
  ///
  /// A patch and not a halo: not every program that reads SVG knows `paint-order` for text.
  private func draw(_ label: PlacedLabel, _ color: ChartColor, _ svg: inout SVGWriter) {
    let (x, y) = (number(label.center.x), number(label.center.y))
    let degrees = number(label.angle * 180 / Double.pi)
    let size = LabelPlacer.fontSize
    let width = label.text.estimatedWidth * size + 2
    let transform = "translate(\(x) \(y)) rotate(\(degrees))"
    svg.element("g", [("transform", transform), ("fill", color.svg)]) { svg in
      svg.element(
        "rect",
        [
          ("x", number(-width / 2)), ("y", number(-size * 0.55)), ("width", number(width)),
          ("height", number(size * 1.1)), ("rx", "3"), ("fill", ChartColor.panel.svg),
          ("fill-opacity", "0.92"),
        ]
      )
      svg.label(label.text, size: size, [("y", number(size * 0.35)), ("text-anchor", "middle")])
    }
  }
}

extension Stroke {
  /// The stroke as SVG attributes.
  var attributes: [SVGWriter.Attribute] {
    let base: [SVGWriter.Attribute] = [
      ("stroke", color.svg), ("stroke-width", DecimalText.coordinate(width)),
      ("stroke-linejoin", "round"), ("stroke-linecap", "round"),
    ]
    return switch pattern {
    case .solid: base
    case .dashed: base + [("stroke-dasharray", "6 5")]
    case .dotted: base + [("stroke-dasharray", "0.1 4")]
    }
  }
}
