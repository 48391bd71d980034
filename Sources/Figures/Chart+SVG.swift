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
  /// The points of each point mark, in order.
  let points: [ThinnedPoints]

  init(chart: Chart, role: ChartLayout.Role = .whole, insets: ChartInsets? = nil) {
    self.chart = chart
    let layout = ChartLayout(chart, role: role, insets: insets)
    self.layout = layout
    points = chart.marks.compactMap { mark in
      if case .points(let mark) = mark { ThinnedPoints(mark, layout) } else { nil }
    }
  }

  func document() -> String {
    var svg = SVGWriter()
    let root = SVGWriter.root(width: chart.width, height: chart.height)
    svg.element("svg", root) { svg in
      svg.element("title", text: chart.title.description)
      svg.element(
        "desc",
        text: ([chart.summary] + notes).filter { !$0.isEmpty }.joined(separator: " ")
      )
      draw(&svg)
    }
    return svg.text
  }

  /// Draws the chart as a panel of a grid, its upper left corner at a place of the grid.
  func drawPanel(atX x: Double, y: Double, _ svg: inout SVGWriter) {
    svg.element("g", [("transform", "translate(\(number(x)) \(number(y)))")]) { draw(&$0) }
  }

  /// What the reader should know about points that are not drawn.
  var notes: [String] { points.compactMap(\.note) }

  private func draw(_ svg: inout SVGWriter) {
    if layout.role == .whole { svg.panel(width: chart.width, height: chart.height) }
    drawGrid(&svg)
    var points = points[...]
    for mark in chart.marks {
      if case .points(let mark) = mark, let thinned = points.popFirst() {
        draw(mark, thinned, &svg)
      } else {
        draw(mark, &svg)
      }
    }
    drawFrame(&svg)
    drawTitles(&svg)
    drawHorizontalAxis(&svg)
    drawVerticalAxis(&svg)
    if let scale = chart.colorScale, let bar = layout.colorBar { draw(scale, in: bar, &svg) }
    LegendEntry.draw(
      layout.legendRows,
      width: chart.width,
      bottom: chart.height - layout.role.margin,
      &svg
    )
    drawLabels(&svg)
    drawMessage(&svg)
  }

  func number(_ value: Double) -> String { DecimalText.coordinate(value) }
}

extension SVGWriter {
  private static let fonts =
    "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

  /// The attributes of a document's outer element.
  static func root(width: Double, height: Double) -> [Attribute] {
    let (width, height) = (DecimalText.coordinate(width), DecimalText.coordinate(height))
    return [
      ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(width) \(height)"),
      ("width", width), ("height", height), ("role", "img"), ("font-family", fonts),
      ("fill", ChartColor.ink.svg),
    ]
  }

  /// Draws the white panel behind everything.
  mutating func panel(width: Double, height: Double) {
    element(
      "rect",
      [
        ("width", DecimalText.coordinate(width)), ("height", DecimalText.coordinate(height)),
        ("fill", ChartColor.panel.svg),
      ]
    )
  }
}
