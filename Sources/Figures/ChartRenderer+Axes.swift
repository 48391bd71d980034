// What stands around the plot: grid, frame, titles, axes, color bar and legend.

extension ChartRenderer {
  private typealias FontSize = ChartLayout.FontSize

  // MARK: Grid and frame

  func drawGrid(_ svg: inout SVGWriter) {
    let plot = layout.plot
    svg.element("g", [("stroke", ChartColor.grid.svg), ("stroke-width", "1")]) { svg in
      for tick in layout.horizontalTicks where tick.isMajor {
        let x = layout.pixel(of: ChartPoint(x: tick.value, y: chart.vertical.range.lowerBound)).x
        line(x, plot.top, x, plot.bottom, &svg)
      }
      for tick in layout.verticalTicks where tick.isMajor {
        let y = layout.pixel(of: ChartPoint(x: chart.horizontal.range.lowerBound, y: tick.value)).y
        line(plot.left, y, plot.right, y, &svg)
      }
    }
  }

  func drawFrame(_ svg: inout SVGWriter) {
    rectangle(layout.plot, [("fill", "none"), ("stroke", ChartColor.ink.svg)], &svg)
  }

  // MARK: Titles

  func drawTitles(_ svg: inout SVGWriter) {
    let size = layout.role.titleSize
    var baseline = layout.role.margin + size * 0.8
    let left = layout.plot.left
    let room = chart.width - left - layout.role.margin
    if !chart.title.isEmpty {
      svg.label(
        chart.title,
        // Bold letters are about a tenth wider.
        size: fitted(chart.title, size, room / 1.1),
        [("x", number(left)), ("y", number(baseline)), ("font-weight", "600")]
      )
      baseline += size + 4
    }
    if !chart.subtitle.isEmpty {
      svg.label(
        chart.subtitle,
        size: fitted(chart.subtitle, FontSize.subtitle, room),
        [("x", number(left)), ("y", number(baseline)), ("fill", ChartColor.muted.svg)]
      )
    }
  }

  /// The font size at which a text fits into some room, at most the wanted one.
  private func fitted(_ text: ChartText, _ size: Double, _ room: Double) -> Double {
    min(size, room / max(text.estimatedWidth, 1))
  }

  // MARK: Axes

  func drawHorizontalAxis(_ svg: inout SVGWriter) {
    let plot = layout.plot
    let labelY = plot.bottom + ChartLayout.tickLength + 4 + FontSize.tick * 0.85
    for tick in layout.horizontalTicks {
      let x = layout.pixel(of: ChartPoint(x: tick.value, y: chart.vertical.range.lowerBound)).x
      let length = ChartLayout.tickLength * (tick.isMajor ? 1 : 0.5)
      line(x, plot.bottom, x, plot.bottom + length, &svg, stroke: .ink)
      guard let label = tick.label, !chart.hidesHorizontalText else { continue }
      svg.label(
        label,
        size: FontSize.tick,
        [("x", number(x)), ("y", number(labelY)), ("text-anchor", "middle")]
      )
    }
    if chart.hidesHorizontalText { return }
    let y = plot.bottom + ChartLayout.tickLength + FontSize.tick + 10 + FontSize.axis * 0.8
    svg.label(
      chart.horizontal.label,
      size: fitted(chart.horizontal.label, FontSize.axis, plot.width),
      [
        ("x", number(plot.left + plot.width / 2)), ("y", number(y)), ("text-anchor", "middle"),
      ]
    )
  }

  func drawVerticalAxis(_ svg: inout SVGWriter) {
    let plot = layout.plot
    for tick in layout.verticalTicks {
      let y = layout.pixel(of: ChartPoint(x: chart.horizontal.range.lowerBound, y: tick.value)).y
      let length = ChartLayout.tickLength * (tick.isMajor ? 1 : 0.5)
      line(plot.left - length, y, plot.left, y, &svg, stroke: .ink)
      guard let label = tick.label, !chart.hidesVerticalText else { continue }
      svg.label(
        label,
        size: FontSize.tick,
        [
          ("x", number(plot.left - ChartLayout.tickLength - 4)),
          ("y", number(y + FontSize.tick * 0.36)), ("text-anchor", "end"),
        ]
      )
    }
    if chart.hidesVerticalText { return }
    upright(
      chart.vertical.label,
      x: layout.role.margin + FontSize.axis * 0.8,
      in: plot,
      &svg
    )
  }

  /// An axis label that reads upward beside a rectangle.
  private func upright(
    _ label: ChartText,
    x: Double,
    in box: PixelRectangle,
    _ svg: inout SVGWriter
  ) {
    let y = box.top + box.height / 2
    svg.label(
      label,
      size: fitted(label, FontSize.axis, box.height),
      [
        ("transform", "translate(\(number(x)) \(number(y))) rotate(-90)"),
        ("text-anchor", "middle"),
      ]
    )
  }

  // MARK: Color bar

  func draw(_ scale: ColorScale, in bar: PixelRectangle, _ svg: inout SVGWriter) {
    let bands = 64
    let height = bar.height / Double(bands)
    svg.element("g", [("stroke", "none")]) { svg in
      for band in 0..<bands {
        let fraction = (Double(band) + 0.5) / Double(bands)
        // Each band reaches a little under the next, or seams would show where pixels split.
        let overlap = band + 1 < bands ? 0.6 : 0
        let box = PixelRectangle(
          left: bar.left,
          top: bar.bottom - height * Double(band + 1) - overlap,
          width: bar.width,
          height: height + overlap
        )
        rectangle(box, [("fill", scale.colormap.color(at: fraction).svg)], &svg)
      }
    }
    rectangle(bar, [("fill", "none"), ("stroke", ChartColor.ink.svg)], &svg)
    for tick in layout.colorTicks {
      let y = bar.bottom - bar.height * scale.axis.fraction(of: tick.value)
      let length = ChartLayout.tickLength * (tick.isMajor ? 1 : 0.5)
      line(bar.right, y, bar.right + length, y, &svg, stroke: .ink)
      guard let label = tick.label else { continue }
      svg.label(
        label,
        size: FontSize.tick,
        [
          ("x", number(bar.right + ChartLayout.tickLength + 4)),
          ("y", number(y + FontSize.tick * 0.36)),
        ]
      )
    }
    let x = chart.width - layout.role.margin - 2
    upright(scale.axis.label, x: x, in: bar, &svg)
  }

  // MARK: Shapes

  private func line(
    _ x1: Double,
    _ y1: Double,
    _ x2: Double,
    _ y2: Double,
    _ svg: inout SVGWriter,
    stroke: ChartColor? = nil
  ) {
    let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)].map { ($0.0, number($0.1)) }
    svg.element("line", ends + (stroke.map { [("stroke", $0.svg)] } ?? []))
  }

  private func rectangle(
    _ box: PixelRectangle,
    _ attributes: [SVGWriter.Attribute],
    _ svg: inout SVGWriter
  ) {
    let sides = [("x", box.left), ("y", box.top), ("width", box.width), ("height", box.height)]
    svg.element("rect", sides.map { ($0.0, number($0.1)) } + attributes)
  }
}
