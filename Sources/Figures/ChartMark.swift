/// Something drawn in a chart.
public enum ChartMark: Sendable, Hashable {
  /// A filled band between two lines.
  case band(BandMark)
  /// Separate points.
  case points(PointMark)
  /// A line through points.
  case line(LineMark)
  /// Lines of equal value.
  case contours(ContourMark)
}

/// The form of a point, so that series differ in print without color.
public enum PointShape: Sendable, Hashable, CaseIterable {
  /// A filled circle.
  case circle
  /// A filled square standing on its corner.
  case diamond
  /// A filled triangle.
  case triangle
  /// Two crossed strokes.
  case cross
  /// An empty circle.
  case ring
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
  /// Their form.
  public var shape: PointShape
  /// What the legend calls them; empty for no entry.
  public var name: ChartText
  /// What a pointer held over a point shows, one text a point, of one or more lines; empty for none.
  public var details: [String]
  /// What is written beside the points, by their index; one without a free place is left out.
  public var labels: [Int: ChartText]

  /// Creates points.
  ///
  /// - Precondition: `values` and `details` are empty or as long as `points`.
  public init(
    points: [ChartPoint],
    values: [Double] = [],
    color: ChartColor = .ink,
    radius: Double = 3.6,
    shape: PointShape = .circle,
    name: ChartText = "",
    details: [String] = [],
    labels: [Int: ChartText] = [:]
  ) {
    precondition(values.isEmpty || values.count == points.count, "one value a point")
    precondition(details.isEmpty || details.count == points.count, "one detail a point")
    self.points = points
    self.values = values
    self.color = color
    self.radius = radius
    self.shape = shape
    self.name = name
    self.details = details
    self.labels = labels
  }
}

/// One place of a band: from where to where it reaches.
public struct BandPoint: Sendable, Hashable {
  /// The place along the axis on which the band runs.
  public var position: Double
  /// The lower border.
  public var low: Double
  /// The upper border.
  public var high: Double

  /// Creates a place of a band.
  public init(position: Double, low: Double, high: Double) {
    self.position = position
    self.low = low
    self.high = high
  }
}

/// A filled, translucent band between two lines.
public struct BandMark: Sendable, Hashable {
  /// The lower border, in order.
  public var lower: [ChartPoint]
  /// The upper border, in the same order.
  public var upper: [ChartPoint]
  /// The color.
  public var color: ChartColor
  /// How much of what lies below is hidden, 0...1.
  public var opacity: Double
  /// The opacity of its sample in the legend, where bands lie over each other; `nil` for its own.
  public var legendOpacity: Double?
  /// What the legend calls it; empty for no entry.
  public var name: ChartText

  /// Creates a band between any two lines.
  public init(
    lower: [ChartPoint],
    upper: [ChartPoint],
    color: ChartColor = .blue,
    opacity: Double = 0.18,
    name: ChartText = ""
  ) {
    self.lower = lower
    self.upper = upper
    self.color = color
    self.opacity = opacity
    self.name = name
  }

  /// Creates a band whose vertical reach is given along the horizontal axis.
  public init(
    along places: [BandPoint],
    color: ChartColor = .blue,
    opacity: Double = 0.18,
    name: ChartText = ""
  ) {
    self.init(
      lower: places.map { ChartPoint(x: $0.position, y: $0.low) },
      upper: places.map { ChartPoint(x: $0.position, y: $0.high) },
      color: color,
      opacity: opacity,
      name: name
    )
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
