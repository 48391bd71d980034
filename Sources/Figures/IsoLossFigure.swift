/// The picture of a scaling law: runs and fitted curves of equal loss in the plane of parameters
/// and tokens.
///
/// Measured runs are points colored by loss. Thin lines are the law's contours, dashed lines
/// join equal compute, and the bold line is the best split of each budget. The law comes in as
/// functions, so any law can be drawn.
///
///     let figure = IsoLossFigure(
///       title: "Chinchilla, fitted to 240 runs", runs: runs,
///       loss: { law.loss(parameters: $0, tokens: $1) },
///       optimum: { compute in law.optimum(compute: compute).map { ($0.parameters, $0.tokens) } })
///     try write(figure.chart.svg)
public struct IsoLossFigure: Sendable {
  /// The heading.
  public var title: ChartText
  /// A smaller line below it: the law with its coefficients.
  public var subtitle: ChartText
  /// The measured runs; values that are not finite and above 0 are left out.
  public var runs: [LossPoint]
  /// The law: loss in nats per token of parameters and tokens.
  public var loss: @Sendable (_ parameters: Double, _ tokens: Double) -> Double
  /// The best parameters and tokens for a compute budget in FLOPs; `nil` where there is none.
  public var optimum: @Sendable (_ compute: Double) -> (parameters: Double, tokens: Double)?
  /// FLOPs for each parameter and token, 6 by convention.
  public var flopsPerTokenParameter: Double
  /// Budgets drawn as dashed lines, in FLOPs; `nil` for round ones inside the picture.
  public var budgets: [Double]?
  /// The band around the compute-optimal path, such as a bootstrap gives; empty for none.
  public var optimumBand: [OptimumRange] = []
  /// What the legend calls that band.
  public var optimumBandName: ChartText = "95 % band of the path"
  /// The losses of the contours; `nil` for round ones spread over the picture.
  public var levels: [Double]?

  /// Creates a figure.
  ///
  /// - Precondition: `flopsPerTokenParameter` is finite and above 0.
  public init(
    title: ChartText,
    subtitle: ChartText = "",
    runs: [LossPoint],
    flopsPerTokenParameter: Double = 6,
    loss: @escaping @Sendable (_ parameters: Double, _ tokens: Double) -> Double,
    optimum: @escaping @Sendable (_ compute: Double) -> (parameters: Double, tokens: Double)?
  ) {
    precondition(
      flopsPerTokenParameter.isFinite && flopsPerTokenParameter > 0,
      "FLOPs per token and parameter must be above 0, found \(flopsPerTokenParameter)"
    )
    self.title = title
    self.subtitle = subtitle
    self.runs = runs
    self.flopsPerTokenParameter = flopsPerTokenParameter
    self.loss = loss
    self.optimum = optimum
  }
}

// MARK: - The chart

extension IsoLossFigure {
  /// The figure as a chart, which can be changed before it is drawn.
  public var chart: Chart {
    let runs = runs.filter { $0.isDrawable }
    let horizontal = Axis(
      label: "parameters N",
      scale: .logarithmic,
      covering: runs.map(\.parameters),
      padding: 0.07
    )
    let vertical = Axis(
      label: "training tokens D",
      scale: .logarithmic,
      covering: runs.map(\.tokens),
      padding: 0.07
    )
    let path = path(horizontal, vertical)
    let levels = levels ?? Self.roundLevels(of: losses(path, horizontal, vertical))
    let scale = ColorScale(
      axis: Axis(
        label: "loss (nats per token)",
        scale: .logarithmic,
        covering: runs.map(\.loss),
        padding: 0
      )
    )
    var chart = Chart(
      title: title,
      subtitle: subtitle,
      summary: summary(runs.count, levels),
      horizontal: horizontal,
      vertical: vertical,
      colorScale: scale,
      width: 800,
      height: 620
    )
    chart.marks = band + isoFLOPLines(horizontal, vertical)
    chart.marks.append(.contours(contours(at: levels, horizontal, vertical)))
    chart.marks.append(
      .points(
        PointMark(
          points: runs.map { ChartPoint(x: $0.parameters, y: $0.tokens) },
          values: runs.map(\.loss),
          name: "measured runs",
          details: details(runs)
        )
      )
    )
    chart.marks.append(
      .line(
        LineMark(
          points: path,
          stroke: Stroke(color: .accent, width: 3),
          name: "compute-optimal path"
        )
      )
    )
    if runs.isEmpty { chart.message = "no run has finite N, D and loss above 0" }
    return chart
  }

  /// The runs' names and numbers, where at least one run has a name.
  private func details(_ runs: [LossPoint]) -> [String] {
    guard runs.contains(where: { !$0.name.isEmpty }) else { return [] }
    return runs.enumerated().map { $1.detail(index: $0) }
  }

  /// The band between the ends of each budget's range, both on that budget's line.
  private var band: [ChartMark] {
    let ranges = optimumBand.filter { range in
      [range.compute, range.low, range.high].allSatisfy { $0.isFinite && $0 > 0 }
    }
    guard ranges.count > 1 else { return [] }
    func point(_ compute: Double, _ n: Double) -> ChartPoint {
      ChartPoint(x: n, y: compute / flopsPerTokenParameter / n)
    }
    return [
      .band(
        BandMark(
          lower: ranges.map { point($0.compute, $0.low) },
          upper: ranges.map { point($0.compute, $0.high) },
          color: .accent,
          name: optimumBandName
        )
      )
    ]
  }

  private func summary(_ count: Int, _ levels: [Double]) -> String {
    let decimals = Self.decimals(telling: levels)
    let list = levels.map { DecimalText.fixed($0, decimals: decimals) }.joined(separator: ", ")
    return "\(count) runs by parameters and training tokens, colored by loss; contours of the "
      + "fitted law at a loss of \(list) nats per token; the compute-optimal path."
  }

  private func contours(
    at levels: [Double],
    _ horizontal: Axis,
    _ vertical: Axis
  ) -> ContourMark {
    let grid = ContourGrid(horizontal: horizontal, vertical: vertical, function: loss)
    return ContourMark(
      lines: levels.flatMap(grid.contours),
      stroke: Stroke(color: .ink, width: 1.1),
      labelDecimals: Self.decimals(telling: levels),
      name: "fitted isoloss contours"
    )
  }

  /// The compute-optimal points over every budget that the picture shows.
  private func path(_ horizontal: Axis, _ vertical: Axis) -> [ChartPoint] {
    budgetAxis(horizontal, vertical).spaced(200).compactMap { compute in
      guard let best = optimum(compute) else { return nil }
      let point = ChartPoint(x: best.parameters, y: best.tokens)
      return point.x > 0 && point.y > 0 && point.x.isFinite && point.y.isFinite ? point : nil
    }
  }

  /// The budgets from the lower left corner of the picture to the upper right.
  private func budgetAxis(_ horizontal: Axis, _ vertical: Axis) -> Axis {
    let low = flopsPerTokenParameter * horizontal.range.lowerBound * vertical.range.lowerBound
    let high = flopsPerTokenParameter * horizontal.range.upperBound * vertical.range.upperBound
    return Axis(label: "compute C", scale: .logarithmic, covering: [low, high], padding: 0)
  }

  // MARK: Equal compute

  private func isoFLOPLines(_ horizontal: Axis, _ vertical: Axis) -> [ChartMark] {
    let axis = budgetAxis(horizontal, vertical)
    let shown = budgets ?? axis.ticks(about: 8).filter(\.isMajor).map(\.value)
    let marks = shown.filter { $0 > 0 && $0.isFinite }.map { compute in
      LineMark(
        points: horizontal.spaced(2).map { n in
          ChartPoint(x: n, y: compute / flopsPerTokenParameter / n)
        },
        stroke: Stroke(color: .muted, width: 1, pattern: .dashed),
        label: .scientific(compute)
      )
    }
    return marks.enumerated().map { index, mark in
      var mark = mark
      if index == 0 { mark.name = "equal compute (FLOPs)" }
      return .line(mark)
    }
  }

  // MARK: Levels

  /// The law's losses at equal steps along the optimal path, or across the picture without one.
  private func losses(
    _ path: [ChartPoint],
    _ horizontal: Axis,
    _ vertical: Axis
  ) -> [Double] {
    let diagonal = zip(horizontal.spaced(200), vertical.spaced(200)).map {
      ChartPoint(x: $0, y: $1)
    }
    let inside = path.filter {
      horizontal.range.contains($0.x) && vertical.range.contains($0.y)
    }
    return (inside.count > 20 ? inside : diagonal).map { loss($0.x, $0.y) }.filter(\.isFinite)
  }

  /// About nine round losses, as evenly spread over the picture as the samples are.
  ///
  /// Equal steps of loss would crowd where the law is steep and leave empty where it is flat. So
  /// the samples are cut into equally many, and each level is the roundest number between the
  /// middles of the neighboring cuts.
  package static func roundLevels(of samples: [Double], count: Int = 9) -> [Double] {
    let sorted = samples.sorted()
    guard let low = sorted.first, let high = sorted.last, low < high else { return sorted }
    let picks = (0...(count + 1)).map { index in
      sorted[index * (sorted.count - 1) / (count + 1)]
    }
    var levels: [Double] = []
    for index in 1...count where picks[index - 1] < picks[index] && picks[index] < picks[index + 1]
    {
      let range = (picks[index - 1] + picks[index]) / 2...(picks[index] + picks[index + 1]) / 2
      let level = RoundStep.roundest(in: range, near: picks[index])
      if level != levels.last { levels.append(level) }
    }
    return levels
  }

  /// The fewest decimals, two at least, that write every level exactly.
  private static func decimals(telling levels: [Double]) -> Int {
    (2...6).first { decimals in
      levels.allSatisfy { level in
        Double(DecimalText.fixed(level, decimals: decimals)) == level
      }
    } ?? 6
  }
}
