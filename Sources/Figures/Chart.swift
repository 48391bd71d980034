/// A chart as a value: titles, two axes, and what is drawn between them.
///
/// A chart knows nothing of where its numbers come from. ``svg`` draws it.
///
///     var chart = Chart(title: "Loss", horizontal: tokens, vertical: loss)
///     chart.marks = [.line(LineMark(points: curve, name: "validation"))]
///     print(chart.svg)
public struct Chart: Sendable, Hashable {
  /// The heading, also what a screen reader says first.
  public var title: ChartText
  /// A smaller line below the heading.
  public var subtitle: ChartText
  /// What the chart shows, in a sentence, for readers who cannot see it.
  public var summary: String
  /// The axis along the lower side.
  public var horizontal: Axis
  /// The axis along the left side.
  public var vertical: Axis
  /// What is drawn, from back to front.
  public var marks: [ChartMark]
  /// The scale of the color bar; no bar stands there without one.
  public var colorScale: ColorScale?
  /// The width of the drawing, in pixels of its own coordinates.
  public var width: Double
  /// The height of the drawing.
  public var height: Double

  /// Creates a chart.
  ///
  /// - Precondition: It is at least 240 by 180 pixels.
  public init(
    title: ChartText,
    subtitle: ChartText = "",
    summary: String = "",
    horizontal: Axis,
    vertical: Axis,
    marks: [ChartMark] = [],
    colorScale: ColorScale? = nil,
    width: Double = 760,
    height: Double = 560
  ) {
    precondition(width >= 240 && height >= 180, "a chart needs 240 by 180 pixels")
    self.title = title
    self.subtitle = subtitle
    self.summary = summary
    self.horizontal = horizontal
    self.vertical = vertical
    self.marks = marks
    self.colorScale = colorScale
    self.width = width
    self.height = height
  }
}

/// Something drawn in a chart.
public enum ChartMark: Sendable, Hashable {
  /// Separate points.
  case points(PointMark)
  /// A line through points.
  case line(LineMark)
  /// Lines of equal value.
  case contours(ContourMark)
}

/// Points, colored by a value or all alike.
public struct PointMark: Sendable, Hashable {
  /// Where the points are; those outside the axes are not drawn.
  public var points: [ChartPoint]
  /// A value for each point, which the chart's color scale turns into a color; empty for `color`.
  public var values: [Double]
  /// The color of points without a value.
  public var color: ChartColor
  /// The radius, in pixels.
  public var radius: Double
  /// What the legend calls them; empty for no entry.
  public var name: ChartText

  /// Creates points.
  ///
  /// - Precondition: `values` is empty or as long as `points`.
  public init(
    points: [ChartPoint],
    values: [Double] = [],
    color: ChartColor = .ink,
    radius: Double = 3.6,
    name: ChartText = ""
  ) {
    precondition(values.isEmpty || values.count == points.count, "one value a point")
    self.points = points
    self.values = values
    self.color = color
    self.radius = radius
    self.name = name
  }
}

/// How a line is drawn.
public struct Stroke: Sendable, Hashable {
  /// Whether a line has gaps.
  public enum Pattern: Sendable, Hashable {
    /// No gaps.
    case solid
    /// Long strokes.
    case dashed
    /// Dots.
    case dotted
  }

  /// The color.
  public var color: ChartColor
  /// The width, in pixels.
  public var width: Double
  /// Solid, dashed or dotted.
  public var pattern: Pattern

  /// Creates a stroke.
  public init(color: ChartColor = .ink, width: Double = 1.5, pattern: Pattern = .solid) {
    self.color = color
    self.width = width
    self.pattern = pattern
  }
}

/// A line through points.
public struct LineMark: Sendable, Hashable {
  /// The corners, in order; what lies outside the axes is cut off.
  public var points: [ChartPoint]
  /// How it is drawn.
  public var stroke: Stroke
  /// What the legend calls it; empty for no entry.
  public var name: ChartText
  /// What is written along the line; empty for nothing.
  public var label: ChartText

  /// Creates a line.
  public init(
    points: [ChartPoint],
    stroke: Stroke = Stroke(),
    name: ChartText = "",
    label: ChartText = ""
  ) {
    self.points = points
    self.stroke = stroke
    self.name = name
    self.label = label
  }
}

/// Lines of equal value, each labeled with it.
public struct ContourMark: Sendable, Hashable {
  /// The lines; see ``ContourGrid/contours(at:)``.
  public var lines: [ContourLine]
  /// How they are drawn.
  public var stroke: Stroke
  /// The digits after the point in their labels.
  public var labelDecimals: Int
  /// What the legend calls them; empty for no entry.
  public var name: ChartText

  /// Creates contours.
  public init(
    lines: [ContourLine],
    stroke: Stroke = Stroke(width: 1),
    labelDecimals: Int = 2,
    name: ChartText = ""
  ) {
    self.lines = lines
    self.stroke = stroke
    self.labelDecimals = labelDecimals
    self.name = name
  }
}

extension ChartColor {
  /// The color of text and axes, nearly black.
  public static let ink = ChartColor(0x22262B)
  /// A gray for what should stand back, still readable on white (contrast 5.6 to 1).
  public static let muted = ChartColor(0x5F6770)
  /// A red for the one line that matters, apart from every color of viridis.
  public static let accent = ChartColor(0xC8283C)
  /// Grid lines.
  static let grid = ChartColor(0xE6E8EB)
  /// The panel behind the chart.
  static let panel = ChartColor(0xFFFFFF)
}
