import IsoLoss

/// The pictures of a fit.
enum FigureKind: String, Sendable, CaseIterable {
  /// Runs, curves of equal loss and the compute-optimal path.
  case isoloss

  /// The losses of each compute budget and the best size among them.
  case isoflop

  /// Training curves and the lowest among them.
  case envelope

  /// What the law leaves unexplained, against N, D and C.
  case residuals

  /// The best loss of budgets beyond the runs.
  case extrapolation

  /// How the coefficients vary together.
  case pairs

  /// How much worse the fit becomes as a coefficient moves.
  case profiles
}

extension FigureKind {
  /// What the picture shows, as a heading.
  var heading: String {
    switch self {
    case .isoloss: "Curves of equal loss"
    case .isoflop: "Profiles of equal compute"
    case .envelope: "Training curves and their envelope"
    case .residuals: "Residuals"
    case .extrapolation: "Extrapolation"
    case .pairs: "Coefficients in pairs"
    case .profiles: "Profiles of the coefficients"
    }
  }
}

/// One picture: a chart, or several in a grid.
enum Drawing: Sendable, Hashable {
  case chart(Chart)
  case grid(ChartGrid)
}

extension Drawing {
  /// The picture as a file.
  var svg: String {
    switch self {
    case .chart(let chart): chart.svg
    case .grid(let grid): grid.svg
    }
  }

  /// The picture as characters.
  func terminalText(_ plot: TerminalPlot) -> String {
    switch self {
    case .chart(let chart): chart.terminalText(plot)
    case .grid(let grid): grid.terminalText(plot)
    }
  }

  /// The picture in a page, with a sentence below it.
  func block(caption: String) -> HTMLReport.Block {
    switch self {
    case .chart(let chart): .chart(chart, caption: caption)
    case .grid(let grid): .charts(grid, caption: caption)
    }
  }

  /// The picture for losses of a unit; charts are labeled for nats per token.
  func labeled(_ unit: LossUnit) -> Drawing {
    guard unit != .natsPerToken else { return self }
    switch self {
    case .chart(let chart): return .chart(chart.relabeled(unit.displayName))
    case .grid(var grid):
      grid.rows = grid.rows.map { $0.map { $0?.relabeled(unit.displayName) } }
      return .grid(grid)
    }
  }
}

extension Chart {
  private static let standardUnit = "nats per token"

  /// The chart with another unit of loss in its words.
  fileprivate func relabeled(_ unit: String) -> Chart {
    var chart = self
    chart.horizontal.label = chart.horizontal.label.replacing(Self.standardUnit, with: unit)
    chart.vertical.label = chart.vertical.label.replacing(Self.standardUnit, with: unit)
    if var scale = chart.colorScale {
      scale.axis.label = scale.axis.label.replacing(Self.standardUnit, with: unit)
      chart.colorScale = scale
    }
    chart.summary = chart.summary.replacing(Self.standardUnit, with: unit)
    return chart
  }
}

extension ChartText {
  /// The text with a word in place of another.
  func replacing(_ word: String, with other: String) -> ChartText {
    ChartText(
      runs: runs.map { ChartText.Run($0.text.replacing(word, with: other), $0.position) }
    )
  }
}
