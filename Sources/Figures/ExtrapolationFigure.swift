/// The picture of a forecast: loss against compute, with nested bands beyond the runs.
///
/// The line is the fitted frontier L(C), the fan around it shows the forecast's intervals, a
/// dotted upright marks where the runs end. Runs kept out of the fit are orange diamonds.
///
///     let figure = ExtrapolationFigure(
///       title: "Forecast to 1e26 FLOPs", runs: runs, frontier: frontier, bands: bands)
///     try write(figure.chart.svg)
public struct ExtrapolationFigure: Sendable, Hashable {
  /// An interval of the forecast.
  public struct Band: Sendable, Hashable {
    /// The share of outcomes it should hold, 0...1.
    public var level: Double
    /// The interval of the loss at each compute, in rising order.
    public var places: [BandPoint]

    /// Creates a band.
    public init(level: Double, places: [BandPoint]) {
      self.level = level
      self.places = places
    }
  }

  /// The heading.
  public var title: ChartText
  /// A smaller line below it.
  public var subtitle: ChartText
  /// The runs of the fit; those whose values are not finite and above 0 are left out.
  public var runs: [LossPoint]
  /// Runs that the fit did not see.
  public var heldOut: [LossPoint]
  /// The fitted loss against compute, in rising order.
  public var frontier: [ChartPoint]
  /// The intervals, in any order.
  public var bands: [Band]
  /// How losses are laid out.
  public var lossScale: AxisScale
  /// FLOPs for each parameter and token, 6 by convention.
  public var flopsPerTokenParameter: Double

  /// Creates a figure.
  public init(
    title: ChartText,
    subtitle: ChartText = "",
    runs: [LossPoint],
    heldOut: [LossPoint] = [],
    frontier: [ChartPoint],
    bands: [Band] = [],
    lossScale: AxisScale = .logarithmic,
    flopsPerTokenParameter: Double = 6
  ) {
    self.title = title
    self.subtitle = subtitle
    self.runs = runs
    self.heldOut = heldOut
    self.frontier = frontier
    self.bands = bands
    self.lossScale = lossScale
    self.flopsPerTokenParameter = flopsPerTokenParameter
  }
}

// MARK: - The chart

extension ExtrapolationFigure {
  /// The figure as a chart, which can be changed before it is drawn.
  public var chart: Chart {
    let fitted = pointMark(runs, isHeldOut: false)
    let unseen = pointMark(heldOut, isHeldOut: true)
    let shown = fitted.points + unseen.points + frontier
    let borders = bands.flatMap(\.places).flatMap { place in
      [ChartPoint(x: place.position, y: place.low), ChartPoint(x: place.position, y: place.high)]
    }
    var chart = Chart(
      title: title,
      subtitle: subtitle,
      summary: "Loss against compute: \(fitted.points.count) runs, \(unseen.points.count) held "
        + "out, the fitted frontier\(levelsText).",
      horizontal: Axis(
        label: "compute C (FLOPs)",
        scale: .logarithmic,
        covering: (shown + borders).map(\.x),
        padding: 0.03
      ),
      vertical: Axis(
        label: "loss (nats per token)",
        scale: lossScale,
        covering: (shown + borders).map(\.y)
      )
    )
    chart.marks = bandMarks
    if let end = fitted.points.map(\.x).max() { chart.marks.append(endMark(end, chart.vertical)) }
    chart.marks.append(.points(fitted))
    if !frontier.isEmpty { chart.marks.append(frontierMark) }
    if !unseen.points.isEmpty { chart.marks.append(.points(unseen)) }
    let isEmpty = shown.allSatisfy { !($0.x.isFinite && $0.x > 0 && $0.y.isFinite && $0.y > 0) }
    if isEmpty { chart.message = "no run has finite N, D and loss above 0" }
    return chart
  }

  private var levelsText: String {
    let levels = bands.map(\.level).sorted().map { HumanNumber.text(100 * $0) + " %" }
    return levels.isEmpty ? "" : " with its " + levels.joined(separator: ", ") + " intervals"
  }

  /// The bands, the widest first, each darker through those that lie over it.
  private var bandMarks: [ChartMark] {
    var uncovered = 1.0
    return bands.sorted { $0.level > $1.level }.map { band in
      var mark = BandMark(
        along: band.places.filter { $0.low.isFinite && $0.high.isFinite },
        color: .accent,
        opacity: 0.17,
        name: ChartText(HumanNumber.text(100 * band.level) + " % interval")
      )
      uncovered *= 1 - mark.opacity
      mark.legendOpacity = 1 - uncovered
      return .band(mark)
    }
  }

  private var frontierMark: ChartMark {
    .line(
      LineMark(
        points: frontier,
        stroke: Stroke(color: .accent, width: 2.5),
        name: "fitted frontier"
      )
    )
  }

  /// An upright at the largest compute of the runs.
  private func endMark(_ compute: Double, _ vertical: Axis) -> ChartMark {
    .line(
      LineMark(
        points: vertical.spaced(2).reversed().map { ChartPoint(x: compute, y: $0) },
        stroke: Stroke(color: .muted, width: 1.2, pattern: .dotted),
        label: "runs end"
      )
    )
  }

  private func pointMark(_ runs: [LossPoint], isHeldOut: Bool) -> PointMark {
    let shown = runs.enumerated().filter { $0.element.isDrawable }
    let compute = { (run: LossPoint) in flopsPerTokenParameter * run.parameters * run.tokens }
    return PointMark(
      points: shown.map { ChartPoint(x: compute($0.element), y: $0.element.loss) },
      color: isHeldOut ? .orange : .blue,
      radius: isHeldOut ? 5 : 3,
      shape: isHeldOut ? .diamond : .circle,
      name: isHeldOut ? "held-out runs" : "runs of the fit",
      details: shown.map { index, run in
        run.detail(index: index, more: ["C \(HumanNumber.text(compute(run))) FLOPs"])
      }
    )
  }
}
