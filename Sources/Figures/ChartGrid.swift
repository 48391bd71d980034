/// Several charts of one question side by side, aligned, under one heading and one legend.
///
///     let grid = ChartGrid(title: "Residuals", rows: [[againstSize, againstTokens]])
///     try write(grid.svg)
public struct ChartGrid: Sendable, Hashable {
  /// The heading above all panels.
  public var title: ChartText
  /// A smaller line below the heading.
  public var subtitle: ChartText
  /// What the panels show, in a sentence, for readers who cannot see them.
  public var summary: String
  /// The panels, row by row, `nil` for an empty place.
  ///
  /// Their own sizes are not looked at.
  public var rows: [[Chart?]]
  /// The width between the axes of each panel, in pixels.
  public var plotWidth: Double
  /// The height between the axes of each panel.
  public var plotHeight: Double

  /// Creates a grid.
  ///
  /// - Precondition: The plots are at least 60 by 60 pixels.
  public init(
    title: ChartText,
    subtitle: ChartText = "",
    summary: String = "",
    rows: [[Chart?]],
    plotWidth: Double = 260,
    plotHeight: Double = 230
  ) {
    precondition(plotWidth >= 60 && plotHeight >= 60, "a panel needs 60 by 60 pixels")
    self.title = title
    self.subtitle = subtitle
    self.summary = summary
    self.rows = rows
    self.plotWidth = plotWidth
    self.plotHeight = plotHeight
  }

  /// The panels in reading order.
  public var panels: [Chart] { rows.flatMap { $0.compactMap(\.self) } }
}

// MARK: - Drawing

extension ChartGrid {
  /// The grid as a complete SVG document, which promises what ``Chart/svg`` does.
  public var svg: String {
    let layout = GridLayout(self)
    var svg = SVGWriter()
    svg.element("svg", SVGWriter.root(width: layout.width, height: layout.height)) { svg in
      let panels = layout.panels
      svg.element("title", text: title.description)
      let notes = [summary] + panels.flatMap(\.renderer.notes)
      svg.element("desc", text: notes.filter { !$0.isEmpty }.joined(separator: " "))
      svg.panel(width: layout.width, height: layout.height)
      layout.drawTitles(of: self, &svg)
      for panel in panels { panel.renderer.drawPanel(atX: panel.x, y: panel.y, &svg) }
      LegendEntry.draw(
        layout.legendRows,
        width: layout.width,
        bottom: layout.height - ChartLayout.margin,
        &svg
      )
    }
    return svg.text
  }
}

/// Where the panels of a grid stand, in pixels.
struct GridLayout {
  /// A panel with its upper left corner.
  struct Panel {
    let renderer: ChartRenderer
    let x: Double
    let y: Double
  }

  let width: Double
  let height: Double
  let panels: [Panel]
  let legendRows: [[LegendEntry]]

  init(_ grid: ChartGrid) {
    let margin = ChartLayout.margin
    let columnCount = grid.rows.map(\.count).max() ?? 0
    let insets = grid.rows.map { row in
      row.map { chart in chart.map { ChartInsets($0, role: .panel, legendRowCount: 0) } }
    }
    // A column shares its room left and right, a row its room above and below.
    let columns = (0..<columnCount).map { column in
      ChartInsets(covering: insets.compactMap { $0.indices.contains(column) ? $0[column] : nil })
    }
    let bands = insets.map { ChartInsets(covering: $0.compactMap(\.self)) }
    var x = margin
    let lefts = columns.map { column in
      defer { x += column.left + grid.plotWidth + column.right }
      return x
    }
    width = max(x + margin, 320)
    var y = margin
    if !grid.title.isEmpty { y += ChartLayout.FontSize.title + 8 }
    if !grid.subtitle.isEmpty { y += ChartLayout.FontSize.subtitle + 8 }
    var panels: [Panel] = []
    for (row, band) in zip(grid.rows, bands) {
      for (index, chart) in row.enumerated() {
        guard var chart else { continue }
        let column = columns[index]
        var room = band
        (room.left, room.right) = (column.left, column.right)
        chart.width = column.left + grid.plotWidth + column.right
        chart.height = band.top + grid.plotHeight + band.bottom
        let renderer = ChartRenderer(chart: chart, role: .panel, insets: room)
        panels.append(Panel(renderer: renderer, x: lefts[index], y: y))
      }
      y += band.top + grid.plotHeight + band.bottom
    }
    self.panels = panels
    legendRows = LegendEntry.rows(of: grid.panels, width: width - 2 * margin)
    let legendHeight = Double(legendRows.count) * ChartLayout.legendRowHeight
    height = y + margin + (legendHeight > 0 ? legendHeight + 6 : 0)
  }

  /// Draws the heading and the line below it, no wider than the grid.
  func drawTitles(of grid: ChartGrid, _ svg: inout SVGWriter) {
    let number = DecimalText.coordinate
    let left = ChartLayout.margin + 8
    var baseline = ChartLayout.margin + ChartLayout.FontSize.title * 0.8
    func fitted(_ text: ChartText, _ size: Double, letters: Double) -> Double {
      min(size, (width - left - ChartLayout.margin) / letters / max(text.estimatedWidth, 1))
    }
    if !grid.title.isEmpty {
      svg.label(
        grid.title,
        size: fitted(grid.title, ChartLayout.FontSize.title, letters: 1.1),
        [("x", number(left)), ("y", number(baseline)), ("font-weight", "600")]
      )
      baseline += ChartLayout.FontSize.title + 4
    }
    if !grid.subtitle.isEmpty {
      svg.label(
        grid.subtitle,
        size: fitted(grid.subtitle, ChartLayout.FontSize.subtitle, letters: 1),
        [("x", number(left)), ("y", number(baseline)), ("fill", ChartColor.muted.svg)]
      )
    }
  }
}
