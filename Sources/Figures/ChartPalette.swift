extension ChartColor {
  /// The color of text and axes, nearly black.
  public static let ink = ChartColor(0x22262B)
  /// A gray for what should stand back, still readable on white (contrast 5.6 to 1).
  public static let muted = ChartColor(0x5F6770)
  /// A red for the one line that matters, apart from every color of viridis.
  public static let accent = ChartColor(0xC8283C)
  /// A blue for measured runs (contrast 5.2 to 1 on white).
  public static let blue = ChartColor(0x0072B2)
  /// An orange for what is set against the runs, such as held-out ones.
  public static let orange = ChartColor(0xD55E00)
  /// A green, the third of the series.
  public static let green = ChartColor(0x009E73)
  /// A purple, the fourth of the series.
  public static let purple = ChartColor(0xA8558A)

  /// Colors for series without an order, each told from the others by color-blind readers.
  ///
  /// From the palette of Okabe and Ito (Color universal design, 2008), without those too light
  /// for a white page and with its purple darkened.
  public static let series: [ChartColor] = [.blue, .orange, .green, .purple]

  /// Grid lines.
  static let grid = ChartColor(0xE6E8EB)
  /// The panel behind the chart.
  static let panel = ChartColor(0xFFFFFF)

  /// The color mixed with white; 0 leaves it as it is, 1 is white.
  public func faded(by part: Double) -> ChartColor {
    Colormap(anchors: [self, .panel]).color(at: part)
  }
}
