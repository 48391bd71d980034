// What is written inside the plot: labels along lines and beside points.

extension ChartRenderer {
  /// A line of the chart with the pixels it passes and what is written along it.
  private struct LabeledLine {
    var text: ChartText
    var pieces: [Polyline]
    var preference: LabelPlacer.Preference
    var stroke: Stroke
  }

  private func labeledLines(of mark: ChartMark) -> [LabeledLine] {
    switch mark {
    case .points, .band: []
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

  /// Writes what stands along lines and beside points, where it covers the least.
  func drawLabels(_ svg: inout SVGWriter) {
    let lines = chart.marks.flatMap(labeledLines)
    let hasPointLabels = chart.marks.contains { mark in
      if case .points(let mark) = mark { !mark.labels.isEmpty } else { false }
    }
    guard hasPointLabels || lines.contains(where: { !$0.text.isEmpty }) else { return }
    var placer = LabelPlacer(plot: layout.plot)
    placer.obstacles = points.flatMap(\.drawn).map {
      LabelPlacer.Obstacle(point: $0.pixel, weight: 4)
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
    if hasPointLabels { drawPointLabels(&placer, &svg) }
  }

  private func drawPointLabels(_ placer: inout LabelPlacer, _ svg: inout SVGWriter) {
    for case .points(let mark) in chart.marks {
      for (index, text) in mark.labels.sorted(by: { $0.key < $1.key })
      where mark.points.indices.contains(index) {
        let pixel = layout.pixel(of: mark.points[index])
        guard layout.plot.contains(pixel) else { continue }
        let before = placer.placed.count
        placer.place(text, beside: pixel, radius: mark.radius)
        if placer.placed.count > before { draw(placer.placed[before], .ink, &svg) }
      }
    }
  }

  /// Writes in the middle of an empty plot why it is empty.
  func drawMessage(_ svg: inout SVGWriter) {
    guard !chart.message.isEmpty else { return }
    let plot = layout.plot
    let room = plot.width / max(chart.message.estimatedWidth, 1) * 0.94
    svg.label(
      chart.message,
      size: min(ChartLayout.FontSize.axis, room),
      [
        ("x", number(plot.left + plot.width / 2)), ("y", number(plot.top + plot.height / 2)),
        ("text-anchor", "middle"), ("fill", ChartColor.muted.svg),
      ]
    )
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
