/// The picture of a fit's residuals against parameters, tokens and compute, in three panels.
///
/// A law that is right leaves residuals without a shape, inside the band of noise. Outliers are
/// orange diamonds labeled by their row.
///
///     let figure = ResidualFigure(
///       title: "Residuals", runs: runs, residuals: result.residuals, noise: 0.004)
///     try write(figure.grid.svg)
public struct ResidualFigure: Sendable, Hashable {
  /// The heading.
  public var title: ChartText
  /// A smaller line below it.
  public var subtitle: ChartText
  /// The measured runs.
  public var runs: [LossPoint]
  /// Observed minus fitted loss of each run, in nats per token.
  public var residuals: [Double]
  /// The scale of the noise, drawn as a band on both sides of 0; `nil` for no band.
  public var noise: Double?
  /// The indices of the runs labeled as outliers; `nil` for those beyond three times the noise,
  /// the ten largest at most.
  public var outliers: [Int]?
  /// FLOPs for each parameter and token, 6 by convention.
  public var flopsPerTokenParameter: Double

  /// Creates a figure.
  ///
  /// - Precondition: There are as many residuals as runs.
  public init(
    title: ChartText,
    subtitle: ChartText = "",
    runs: [LossPoint],
    residuals: [Double],
    noise: Double? = nil,
    outliers: [Int]? = nil,
    flopsPerTokenParameter: Double = 6
  ) {
    precondition(
      runs.count == residuals.count,
      "\(runs.count) runs need as many residuals, found \(residuals.count)"
    )
    self.title = title
    self.subtitle = subtitle
    self.runs = runs
    self.residuals = residuals
    self.noise = noise
    self.outliers = outliers
    self.flopsPerTokenParameter = flopsPerTokenParameter
  }
}

// MARK: - The panels

extension ResidualFigure {
  /// The figure as three panels, which can be changed before they are drawn.
  public var grid: ChartGrid {
    let labeled = Set(outliers ?? farthest)
    let panels = [
      panel("parameters N", labeled) { $0.parameters },
      panel("training tokens D", labeled) { $0.tokens },
      panel("compute C (FLOPs)", labeled) {
        flopsPerTokenParameter * $0.parameters * $0.tokens
      },
    ]
    let count = residuals.count(where: \.isFinite)
    return ChartGrid(
      title: title,
      subtitle: subtitle,
      summary: "Residuals of \(count) runs against parameters, training tokens and compute; "
        + "\(labeled.count) labeled as outliers.",
      rows: [
        panels.enumerated().map { index, panel in
          var panel = panel
          panel.hidesVerticalText = index > 0
          return panel
        }
      ]
    )
  }

  /// A noise that can be drawn.
  private var drawnNoise: Double? { noise.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } }

  /// The indices of the residuals beyond three times the noise, the largest first.
  private var farthest: [Int] {
    guard let noise = drawnNoise else { return [] }
    let far = residuals.indices.filter {
      residuals[$0].isFinite && abs(residuals[$0]) > 3 * noise
    }
    let sorted = far.sorted { first, second in
      let (a, b) = (abs(residuals[first]), abs(residuals[second]))
      return a == b ? first < second : a > b
    }
    return Array(sorted.prefix(10))
  }

  private func panel(
    _ label: ChartText,
    _ outliers: Set<Int>,
    _ position: (LossPoint) -> Double
  ) -> Chart {
    let shown = runs.indices.filter { index in
      let x = position(runs[index])
      return x.isFinite && x > 0 && residuals[index].isFinite
    }
    // The axis is symmetric, so that a shift of all residuals is seen.
    let reach = shown.map { abs(residuals[$0]) }.max() ?? 1
    let extent = max(reach, (drawnNoise ?? 0) * 1.2)
    var chart = Chart(
      title: "",
      horizontal: Axis(
        label: label,
        scale: .logarithmic,
        covering: shown.map { position(runs[$0]) }
      ),
      vertical: Axis(label: "residual (nats per token)", covering: [-extent, extent])
    )
    let place = { ChartPoint(x: position(runs[$0]), y: residuals[$0]) }
    chart.marks = background(chart.horizontal)
    chart.marks.append(runMark(shown.filter { !outliers.contains($0) }, place, isOutlier: false))
    let far = shown.filter(outliers.contains)
    if !far.isEmpty { chart.marks.append(runMark(far, place, isOutlier: true)) }
    if shown.isEmpty { chart.message = "no run has a finite residual" }
    return chart
  }

  /// The band of noise and the line at 0.
  private func background(_ axis: Axis) -> [ChartMark] {
    let ends = axis.spaced(2)
    let zero = LineMark(
      points: ends.map { ChartPoint(x: $0, y: 0) },
      stroke: Stroke(color: .muted, width: 1.2)
    )
    guard let noise = drawnNoise else { return [.line(zero)] }
    let text = HumanNumber.text(noise, digits: 2)
    let band = BandMark(
      along: ends.map { BandPoint(position: $0, low: -noise, high: noise) },
      name: ChartText("noise, ±\(text) nats per token")
    )
    return [.band(band), .line(zero)]
  }

  private func runMark(
    _ indices: [Int],
    _ place: (Int) -> ChartPoint,
    isOutlier: Bool
  ) -> ChartMark {
    let details = indices.map { index in
      let residual = HumanNumber.text(residuals[index], digits: 3)
      return runs[index].detail(index: index, more: ["residual \(residual)"])
    }
    let names = indices.map { runs[$0].name.isEmpty ? "\($0 + 1)" : runs[$0].name }
    return .points(
      PointMark(
        points: indices.map(place),
        color: isOutlier ? .orange : .blue,
        radius: isOutlier ? 4.2 : 3,
        shape: isOutlier ? .diamond : .circle,
        name: isOutlier ? "outliers, by row" : "runs",
        details: details,
        labels: isOutlier
          ? Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0, ChartText($1)) }) : [:]
      )
    )
  }
}
