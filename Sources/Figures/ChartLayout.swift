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

  /// Whether a chart stands alone or in a grid, which draws the legend for all of its panels.
  enum Role {
    case whole
    case panel

    /// The room outside everything.
    var margin: Double { self == .whole ? ChartLayout.margin : 4 }
    /// The font size of the heading.
    var titleSize: Double { self == .whole ? FontSize.title : 14 }
  }

  let role: Role
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

  static let margin = 18.0
  static let tickLength = 5.0
  static let barWidth = 14.0
  static let legendRowHeight = 21.0

  /// Lays out a chart.
  ///
  /// - Parameters:
  ///   - chart: The chart.
  ///   - role: Whether it stands alone.
  ///   - insets: The room around the plot; `nil` for what the chart needs.
  init(_ chart: Chart, role: Role = .whole, insets: ChartInsets? = nil) {
    self.role = role
    horizontal = chart.horizontal
    vertical = chart.vertical
    legendRows =
      role == .panel
      ? [] : LegendEntry.rows(of: [chart], width: chart.width - 2 * role.margin)
    let insets = insets ?? ChartInsets(chart, role: role, legendRowCount: legendRows.count)
    let width = max(40, chart.width - insets.left - insets.right)
    plot = PixelRectangle(
      left: insets.left,
      top: insets.top,
      width: width,
      height: max(40, chart.height - insets.top - insets.bottom)
    )
    colorBar = chart.colorScale.map { [plot] _ in
      PixelRectangle(
        left: plot.right + 22,
        top: plot.top,
        width: Self.barWidth,
        height: plot.height
      )
    }
    colorTicks = chart.colorScale?.axis.ticks(about: 6) ?? []
    horizontalTicks = Self.ticks(of: chart.horizontal, width: width)
    verticalTicks = Self.fitting(
      chart.vertical.ticks(about: ChartInsets.verticalTickCount(role)),
      labelRoom: 1.3 * FontSize.tick,
      in: plot.height
    )
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
    plot.clipped(Thinning.line(points.map(pixel)))
  }

  /// As many ticks, up to eight, as leave room between their labels.
  private static func ticks(of axis: Axis, width: Double) -> [Tick] {
    for count in stride(from: 8, to: 2, by: -1) {
      let ticks = axis.ticks(about: count)
      let room = (widest(ticks) + FontSize.tick) * Double(ticks.filter(\.isMajor).count)
      if room <= width { return ticks }
    }
    let ticks = axis.ticks(about: 2)
    return fitting(ticks, labelRoom: widest(ticks) + FontSize.tick, in: width)
  }

  /// Ticks of which so many keep their labels as there is room for: every second, every third.
  ///
  /// A logarithmic axis of one or two decades has labels at 1, 2 and 5 whatever is asked for.
  /// Among equally many, those with powers of ten stay.
  private static func fitting(_ ticks: [Tick], labelRoom: Double, in length: Double) -> [Tick] {
    let majors = ticks.indices.filter { ticks[$0].isMajor }
    let stride = Int((labelRoom * Double(majors.count) / length).rounded(.up))
    guard stride > 1, !majors.isEmpty else { return ticks }
    let anchor = majors.firstIndex { index in
      let value = abs(ticks[index].value)
      return value > 0 && DecimalText.scientificParts(of: value).mantissa == 1
    }
    // One and 2 and 5 to a decade: a stride of two would leave uneven steps.
    let even = stride == 2 && anchor != nil && majors.count > 3 ? 3 : stride
    var result = ticks
    for (place, index) in majors.enumerated()
    where (place - (anchor ?? 0)).isMultiple(of: even) == false {
      result[index].label = nil
    }
    return result
  }

  static func widest(_ ticks: [Tick]) -> Double {
    (ticks.compactMap(\.label).map(\.estimatedWidth).max() ?? 0) * FontSize.tick
  }
}

/// The room around the plot of a chart, for titles, axes, color bar and legend, in pixels.
struct ChartInsets {
  var left: Double
  var right: Double
  var top: Double
  var bottom: Double

  /// How many numbers the vertical axis should have.
  static func verticalTickCount(_ role: ChartLayout.Role) -> Int { role == .whole ? 6 : 4 }

  /// The room that a chart needs.
  init(_ chart: Chart, role: ChartLayout.Role, legendRowCount: Int) {
    typealias FontSize = ChartLayout.FontSize
    let count = Self.verticalTickCount(role)
    left =
      role.margin + ChartLayout.tickLength
      + (chart.hidesVerticalText
        ? 0 : FontSize.axis + 14 + ChartLayout.widest(chart.vertical.ticks(about: count)))
    let colorTicks = chart.colorScale?.axis.ticks(about: 6) ?? []
    let bar = ChartLayout.barWidth + ChartLayout.tickLength
    let barRoom = 22 + bar + 4 + ChartLayout.widest(colorTicks)
    right =
      chart.colorScale == nil ? role.margin + 10 : barRoom + 8 + FontSize.axis + role.margin
    top = role.margin
    if !chart.title.isEmpty { top += role.titleSize + 6 }
    if !chart.subtitle.isEmpty { top += FontSize.subtitle + 6 }
    if role == .whole { top += 6 }
    let legendHeight = Double(legendRowCount) * ChartLayout.legendRowHeight
    bottom = ChartLayout.tickLength + role.margin + (legendHeight > 0 ? legendHeight + 6 : 0)
    if !chart.hidesHorizontalText { bottom += FontSize.tick + 10 + FontSize.axis }
  }

  /// The largest room on every side that any of some charts needs.
  init(covering all: [ChartInsets]) {
    left = all.map(\.left).max() ?? 0
    right = all.map(\.right).max() ?? 0
    top = all.map(\.top).max() ?? 0
    bottom = all.map(\.bottom).max() ?? 0
  }
}
