/// The picture of isoFLOP profiles: loss against parameters, one curve for each compute budget.
///
/// Points are runs, curves are fits of each budget's runs, diamonds their lowest points. A budget
/// that the fit rejected stands back: pale rings and a dotted curve, with the reason under the
/// pointer.
///
///     let figure = IsoFLOPFigure(title: "IsoFLOP profiles", profiles: profiles)
///     try write(figure.chart.svg)
public struct IsoFLOPFigure: Sendable {
  /// The runs of one budget with the curve through them.
  public struct Profile: Sendable {
    /// The budget, in FLOPs.
    public var compute: Double
    /// The runs; values that are not finite and above 0 are left out.
    public var runs: [LossPoint]
    /// The fitted loss of a number of parameters; `nil` where nothing was fitted.
    public var curve: (@Sendable (_ parameters: Double) -> Double)?
    /// The parameters at which the fitted loss is lowest; `nil` where there is no such place.
    public var vertex: Double?
    /// Why the budget was rejected; `nil` for one that was used.
    public var rejection: String?

    /// Creates a profile.
    public init(
      compute: Double,
      runs: [LossPoint],
      curve: (@Sendable (_ parameters: Double) -> Double)? = nil,
      vertex: Double? = nil,
      rejection: String? = nil
    ) {
      self.compute = compute
      self.runs = runs
      self.curve = curve
      self.vertex = vertex
      self.rejection = rejection
    }
  }

  /// The heading.
  public var title: ChartText
  /// A smaller line below it.
  public var subtitle: ChartText
  /// The budgets, in any order.
  public var profiles: [Profile]

  /// Creates a figure.
  public init(title: ChartText, subtitle: ChartText = "", profiles: [Profile]) {
    self.title = title
    self.subtitle = subtitle
    self.profiles = profiles
  }
}

// MARK: - The chart

extension IsoFLOPFigure {
  /// The figure as a chart, which can be changed before it is drawn.
  public var chart: Chart {
    let profiles = profiles.filter { $0.compute.isFinite && $0.compute > 0 }
      .sorted { $0.compute < $1.compute }
    let runs = profiles.flatMap(\.runs).filter(\.isDrawable)
    let rejected = profiles.count { $0.rejection != nil }
    var chart = Chart(
      title: title,
      subtitle: subtitle,
      summary: "Loss against parameters for \(profiles.count) compute budgets, \(rejected) of "
        + "them rejected; a fitted curve and its lowest point for each.",
      horizontal: Axis(
        label: "parameters N",
        scale: .logarithmic,
        covering: runs.map(\.parameters) + profiles.compactMap(\.vertex),
        // Labels stand to the right of the largest run of each budget.
        padding: 0.09
      ),
      vertical: Axis(label: "loss (nats per token)", covering: runs.map(\.loss))
    )
    let colors = Self.colors(profiles.count)
    let pairs = Array(zip(profiles, colors))
    chart.marks = pairs.compactMap { $0.curveMark(color: $1, chart.horizontal) }
    chart.marks += pairs.map { $0.pointMark(color: $1) }
    chart.marks += pairs.compactMap { $0.vertexMark(color: $1) }
    chart.marks = Self.namedOnce(chart.marks, profiles)
    if runs.isEmpty { chart.message = "no budget has a run with finite N and loss above 0" }
    return chart
  }

  /// A color for each budget, without the ends that vanish on a dark or on a white page.
  private static func colors(_ count: Int) -> [ChartColor] {
    (0..<count).map { index in
      Colormap.viridis.color(at: 0.15 + 0.65 * Double(index) / Double(max(count - 1, 1)))
    }
  }

  /// Names the first mark of each kind, so that the legend tells kinds and labels tell budgets.
  private static func namedOnce(_ marks: [ChartMark], _ profiles: [Profile]) -> [ChartMark] {
    var isNamed: Set<String> = []
    return marks.map { mark in
      switch mark {
      case .points(var points):
        let name =
          switch points.shape {
          case .circle: "measured runs"
          case .ring: "runs of a rejected budget"
          default: "lowest loss of a budget"
          }
        if isNamed.insert(name).inserted { points.name = ChartText(name) }
        return .points(points)
      case .line(var line):
        let name =
          line.stroke.pattern == .solid ? "fitted profile, by compute (FLOPs)" : "rejected profile"
        if isNamed.insert(name).inserted { line.name = ChartText(name) }
        return .line(line)
      case .band, .contours: return mark
      }
    }
  }
}

extension IsoFLOPFigure.Profile {
  private var drawableRuns: [LossPoint] { runs.filter(\.isDrawable) }

  /// The curve over its runs, or over a tenth of the picture where they are all of one size.
  fileprivate func curveMark(color: ChartColor, _ axis: Axis) -> ChartMark? {
    let sizes = drawableRuns.map(\.parameters) + [vertex].compactMap(\.self)
    guard let curve, let low = sizes.min(), let high = sizes.max(), low > 0, high.isFinite else {
      return nil
    }
    let room = axis.fraction(of: high) - axis.fraction(of: low) < 1e-6 ? 0.05 : 0
    let ends = (axis.fraction(of: low) - room, axis.fraction(of: high) + room)
    let points = (0...80).map { step in
      let n = axis.value(at: ends.0 + (ends.1 - ends.0) * Double(step) / 80)
      return ChartPoint(x: n, y: curve(n))
    }
    let isRejected = rejection != nil
    return .line(
      LineMark(
        points: points,
        stroke: Stroke(
          color: isRejected ? color.faded(by: 0.45) : color,
          width: isRejected ? 1.4 : 2,
          pattern: isRejected ? .dotted : .solid
        )
      )
    )
  }

  fileprivate func pointMark(color: ChartColor) -> ChartMark {
    let more = ["C \(HumanNumber.text(compute)) FLOPs"] + [rejection].compactMap(\.self)
    let shown = runs.enumerated().filter { $0.element.isDrawable }
    let largest = shown.indices.max {
      shown[$0].element.parameters < shown[$1].element.parameters
    }
    return .points(
      PointMark(
        points: shown.map { ChartPoint(x: $0.element.parameters, y: $0.element.loss) },
        color: rejection == nil ? color : color.faded(by: 0.45),
        shape: rejection == nil ? .circle : .ring,
        details: shown.map { $0.element.detail(index: $0.offset, more: more) },
        labels: largest.map { [$0: .scientific(compute)] } ?? [:]
      )
    )
  }

  /// The lowest point of the curve; none for a rejected budget, which gives no optimum.
  fileprivate func vertexMark(color: ChartColor) -> ChartMark? {
    guard let vertex, let curve, rejection == nil, curve(vertex).isFinite else { return nil }
    let text = [
      "optimum of \(HumanNumber.text(compute)) FLOPs", "N \(HumanNumber.text(vertex))",
      "loss \(HumanNumber.text(curve(vertex), digits: 5))",
    ]
    return .points(
      PointMark(
        points: [ChartPoint(x: vertex, y: curve(vertex))],
        color: .accent,
        radius: 5,
        shape: .diamond,
        details: [text.joined(separator: "\n")]
      )
    )
  }
}
