import IsoLoss

/// The picture of what a law leaves unexplained, on the scale that was minimized.
struct ResidualPicture {
  /// The three panels.
  let grid: ChartGrid

  /// Draws a result's residuals.
  init(result: FitResult, _ flopsPerTokenParameter: Double) {
    let isLogarithmic = result.objective.residual == .logLoss
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    let noise = Self.noise(result)
    let figure = ResidualFigure(
      title: ChartText("Residuals of \(result.law.name) on \(result.rowCount) runs of \(table)"),
      subtitle: IsoLossPicture.coefficients(result),
      runs: result.table.runs.map { LossPoint($0) },
      residuals: result.residuals,
      noise: noise,
      flopsPerTokenParameter: flopsPerTokenParameter
    )
    var grid = figure.grid
    grid.rows = grid.rows.map { row in
      row.map { $0.map { Self.relabeled($0, isLogarithmic: isLogarithmic) } }
    }
    self.grid = grid
  }

  /// The noise: the standard error of residuals, or for objectives that do not square them three
  /// quarters of the distance of their quartiles, which outliers do not widen.
  static func noise(_ result: FitResult) -> Double? {
    guard !result.objective.isLeastSquares else { return result.residualStandardError }
    let summary = result.residualSummary
    // The quartiles of normal noise are 1.349 standard deviations apart.
    return (summary.upperQuartile - summary.lowerQuartile) / 1.349
  }

  /// A panel with short labels, in the words of ln L where its residuals are shares of the loss.
  private static func relabeled(_ chart: Chart, isLogarithmic: Bool) -> Chart {
    var chart = chart
    if isLogarithmic { chart.vertical.label = "residual of ln L" }
    chart.marks = chart.marks.map { mark in
      switch mark {
      case .band(var band) where isLogarithmic:
        band.name = band.name.replacing(" nats per token", with: " of ln L")
        return .band(band)
      case .points(var points) where points.shape == .diamond:
        points.name = "outliers, by name or line"
        points.labels = points.labels.mapValues { $0.replacing("line ", with: "") }
        return .points(points)
      default: return mark
      }
    }
    return chart
  }
}
