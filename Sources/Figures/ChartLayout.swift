/// Where the parts of a chart stand, in pixels.
struct ChartLayout {
  /// Font sizes.
  enum FontSize {
    static let title = 17.0
    static let subtitle = 13.0
    static let axis = 14.0
    static let tick = 12.5
    static let legend = 12.5
    static let lineLabel = 11.5
  }

  /// The rectangle between the axes.
  let plot: PixelRectangle
  /// The color bar, if there is one.
  let colorBar: PixelRectangle?
  let horizontalTicks: [Tick]
  let verticalTicks: [Tick]
  let colorTicks: [Tick]
  /// The legend's entries by row.
  let legendRows: [[LegendEntry]]

  private let horizontal: Axis
  private let vertical: Axis

  /// The room outside everything.
  static let margin = 18.0
  static let tickLength = 5.0
  static let barWidth = 14.0
  static let legendRowHeight = 21.0

  init(_ chart: Chart) {
    horizontal = chart.horizontal
    vertical = chart.vertical
    let left =
      Self.margin + FontSize.axis + 10 + Self.tickLength + 4
      + Self.widest(chart.vertical.ticks(about: 6))
    colorTicks = chart.colorScale?.axis.ticks(about: 6) ?? []
    let barRoom = 22 + Self.barWidth + Self.tickLength + 4 + Self.widest(colorTicks)
    let right =
      chart.colorScale == nil ? Self.margin + 10 : barRoom + 8 + FontSize.axis + Self.margin
    let width = max(40, chart.width - left - right)
    legendRows = LegendEntry.rows(of: chart, width: chart.width - 2 * Self.margin)

    var top = Self.margin
    if !chart.title.isEmpty { top += FontSize.title + 6 }
    if !chart.subtitle.isEmpty { top += FontSize.subtitle + 6 }
    top += 6
    let legendHeight = Double(legendRows.count) * Self.legendRowHeight
    let bottom =
      Self.tickLength + FontSize.tick + 10 + FontSize.axis + Self.margin
      + (legendHeight > 0 ? legendHeight + 6 : 0)
    plot = PixelRectangle(
      left: left,
      top: top,
      width: width,
      height: max(40, chart.height - top - bottom)
    )
    colorBar = chart.colorScale.map { [plot] _ in
      PixelRectangle(
        left: plot.right + 22,
        top: plot.top,
        width: Self.barWidth,
        height: plot.height
      )
    }
    horizontalTicks = Self.ticks(of: chart.horizontal, width: width)
    verticalTicks = chart.vertical.ticks(about: 6)
  }

  /// The pixel of a point given in the units of the axes.
  func pixel(of point: ChartPoint) -> ChartPoint {
    ChartPoint(
      x: plot.left + plot.width * horizontal.fraction(of: point.x),
      y: plot.bottom - plot.height * vertical.fraction(of: point.y)
    )
  }

  /// The visible pieces of a line given in the units of the axes.
  func pieces(of points: [ChartPoint]) -> [Polyline] {
    plot.clipped(points.map(pixel))
  }

  /// As many ticks, up to eight, as leave room between their labels.
  private static func ticks(of axis: Axis, width: Double) -> [Tick] {
    for count in stride(from: 8, to: 2, by: -1) {
      let ticks = axis.ticks(about: count)
      let room = (widest(ticks) + FontSize.tick) * Double(ticks.filter(\.isMajor).count)
      if room <= width { return ticks }
    }
    return axis.ticks(about: 2)
  }

  private static func widest(_ ticks: [Tick]) -> Double {
    (ticks.compactMap(\.label).map(\.estimatedWidth).max() ?? 0) * FontSize.tick
  }
}

/// A name in the legend with a sample of what it names.
struct LegendEntry {
  /// What is drawn beside the name.
  enum Sample {
    case point(ChartColor)
    case line(Stroke)
  }

  let name: ChartText
  let sample: Sample

  static let sampleWidth = 26.0
  static let gap = 22.0

  /// The room the entry takes.
  var width: Double {
    Self.sampleWidth + 7 + name.estimatedWidth * ChartLayout.FontSize.legend
  }

  private init?(_ mark: ChartMark, colorScale: ColorScale?) {
    switch mark {
    case .points(let mark):
      name = mark.name
      let scaled = mark.values.isEmpty ? nil : colorScale?.colormap.color(at: 0.45)
      sample = .point(scaled ?? mark.color)
    case .line(let mark): (name, sample) = (mark.name, .line(mark.stroke))
    case .contours(let mark): (name, sample) = (mark.name, .line(mark.stroke))
    }
    if name.isEmpty { return nil }
  }

  /// The entries of a chart's named marks, broken into rows that fit a width.
  static func rows(of chart: Chart, width: Double) -> [[LegendEntry]] {
    var rows: [[LegendEntry]] = []
    var room = 0.0
    for entry in chart.marks.compactMap({ LegendEntry($0, colorScale: chart.colorScale) }) {
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
