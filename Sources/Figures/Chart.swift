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
  /// What stands in the middle of a chart that has nothing to show: why that is so.
  public var message: ChartText = ""
  /// Whether the numbers and the label of the horizontal axis are left out, as inside a grid.
  public var hidesHorizontalText = false
  /// Whether the numbers and the label of the vertical axis are left out.
  public var hidesVerticalText = false
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
