/// A run of a scaling study as a picture shows it.
public struct LossPoint: Sendable, Hashable {
  /// Parameters, *N*.
  public var parameters: Double
  /// Training tokens, *D*.
  public var tokens: Double
  /// The measured loss, in nats per token.
  public var loss: Double

  /// Creates a run.
  public init(parameters: Double, tokens: Double, loss: Double) {
    self.parameters = parameters
    self.tokens = tokens
    self.loss = loss
  }
}

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
    chart.marks = isoFLOPLines(horizontal, vertical)
    chart.marks.append(.contours(contours(at: levels, horizontal, vertical)))
    chart.marks.append(
      .points(
        PointMark(
          points: runs.map { ChartPoint(x: $0.parameters, y: $0.tokens) },
          values: runs.map(\.loss),
          name: "measured runs"
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
    return chart
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
        label: Self.label(of: compute)
      )
    }
    return marks.enumerated().map { index, mark in
      var mark = mark
      if index == 0 { mark.name = "equal compute (FLOPs)" }
      return .line(mark)
    }
  }

  /// A budget as a power of ten, with the factor where it is not 1.
  private static func label(of compute: Double) -> ChartText {
    let (mantissa, exponent) = DecimalText.scientificParts(of: compute)
    let factor = DecimalText.fixed(mantissa, decimals: 2, keepsZeros: false)
    let power = ChartText("10") + .superscript("\(exponent)")
    return factor == "1" ? power : ChartText(factor + "×") + power
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

extension LossPoint {
  /// Whether logarithmic axes can show the run.
  fileprivate var isDrawable: Bool {
    [parameters, tokens, loss].allSatisfy { $0.isFinite && $0 > 0 }
  }
}
