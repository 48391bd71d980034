/// Draws charts as text: lines in braille dots, points as characters, numbers as people say them.
///
/// Series differ without color: points by `o`, `#`, `x`, lines by gaps.
///
///     print(chart.terminalText(TerminalPlot(width: 100, height: 30)))
public struct TerminalPlot: Sendable, Hashable {
  /// Characters across, everything included; at least 32.
  public var width: Int
  /// Lines down, everything but the legend included; at least 10.
  public var height: Int
  /// Whether ANSI control sequences color the marks.
  public var usesColor: Bool

  /// Creates a way to draw; sizes outside 32...1000 by 10...1000 are brought inside.
  public init(width: Int = 80, height: Int = 24, usesColor: Bool = false) {
    self.width = min(max(width, 32), 1_000)
    self.height = min(max(height, 10), 1_000)
    self.usesColor = usesColor
  }
}

extension Chart {
  /// The chart as lines of text, each ended by a line feed.
  public func terminalText(_ plot: TerminalPlot = TerminalPlot()) -> String {
    TerminalRenderer(chart: self, plot: plot).text()
  }
}

extension ChartGrid {
  /// The panels as text, one below the other, under the grid's title.
  public func terminalText(_ plot: TerminalPlot = TerminalPlot()) -> String {
    let heading = [title, subtitle].filter { !$0.isEmpty }.map(\.plainText)
    let texts = panels.map { panel in
      var panel = panel
      (panel.hidesHorizontalText, panel.hidesVerticalText) = (false, false)
      return panel.terminalText(plot)
    }
    return heading.map { $0 + "\n" }.joined() + "\n" + texts.joined(separator: "\n")
  }
}
