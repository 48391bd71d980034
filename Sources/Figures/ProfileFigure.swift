/// The picture of profiles: how much worse the fit becomes as one parameter is held away from its
/// estimate, one panel a parameter.
///
/// Where the curve crosses the threshold the interval ends; a curve that stays below it on one
/// side says that the data do not bound the parameter there.
///
///     let figure = ProfileFigure(title: "Profiles", parameters: parameters)
///     try write(figure.grid.svg)
public struct ProfileFigure: Sendable, Hashable {
  /// The profile of one parameter.
  public struct Parameter: Sendable, Hashable {
    /// What it is called, such as α.
    public var name: ChartText
    /// The values at which it was held, in rising order.
    public var values: [Double]
    /// The lowest objective at each value, over all other parameters.
    public var objectives: [Double]
    /// The estimate; `nil` for none.
    public var estimate: Double?
    /// The objective at which the interval ends; `nil` for none.
    public var threshold: Double?
    /// How values are laid out.
    public var scale: AxisScale

    /// Creates a profile.
    ///
    /// - Precondition: There are as many objectives as values.
    public init(
      name: ChartText,
      values: [Double],
      objectives: [Double],
      estimate: Double? = nil,
      threshold: Double? = nil,
      scale: AxisScale = .linear
    ) {
      precondition(values.count == objectives.count, "one objective a value")
      self.name = name
      self.values = values
      self.objectives = objectives
      self.estimate = estimate
      self.threshold = threshold
      self.scale = scale
    }
  }

  /// The heading.
  public var title: ChartText
  /// A smaller line below it.
  public var subtitle: ChartText
  /// The profiles, in reading order.
  public var parameters: [Parameter]
  /// What the objective is called.
  public var objectiveLabel: ChartText
  /// What the threshold is called.
  public var thresholdLabel: ChartText

  /// Creates a figure.
  public init(
    title: ChartText,
    subtitle: ChartText = "",
    parameters: [Parameter],
    objectiveLabel: ChartText = "profile objective",
    thresholdLabel: ChartText = "threshold of the interval"
  ) {
    self.title = title
    self.subtitle = subtitle
    self.parameters = parameters
    self.objectiveLabel = objectiveLabel
    self.thresholdLabel = thresholdLabel
  }
}

// MARK: - The panels

extension ProfileFigure {
  /// The figure as panels, three in a row, which can be changed before they are drawn.
  public var grid: ChartGrid {
    let panels = parameters.map(panel)
    let shown = panels.isEmpty ? [emptyPanel] : panels
    return ChartGrid(
      title: title,
      subtitle: subtitle,
      summary: "The profile objective against each of \(parameters.count) parameters: "
        + parameters.map(\.name.description).joined(separator: ", ") + ".",
      rows: stride(from: 0, to: shown.count, by: 3).map { start in
        Array(shown[start..<min(start + 3, shown.count)])
      },
      plotWidth: 230,
      plotHeight: 190
    )
  }

  private var emptyPanel: Chart {
    var chart = Chart(
      title: "",
      horizontal: Axis(label: "", range: 0...1),
      vertical: Axis(label: objectiveLabel, range: 0...1)
    )
    chart.message = "no parameter has a profile"
    return chart
  }

  private func panel(_ parameter: Parameter) -> Chart {
    let points = zip(parameter.values, parameter.objectives).map { ChartPoint(x: $0, y: $1) }
      .filter { $0.x.isFinite && $0.y.isFinite && (parameter.scale == .linear || $0.x > 0) }
    var chart = Chart(
      title: "",
      horizontal: Axis(
        label: parameter.name,
        scale: parameter.scale,
        covering: points.map(\.x) + [parameter.estimate].compactMap(\.self)
      ),
      vertical: Axis(label: objectiveLabel, covering: verticalReach(points, parameter.threshold))
    )
    if let threshold = parameter.threshold, threshold.isFinite {
      let ends = chart.horizontal.spaced(2).map { ChartPoint(x: $0, y: threshold) }
      let stroke = Stroke(color: .orange, pattern: .dashed)
      chart.marks.append(.line(LineMark(points: ends, stroke: stroke, name: thresholdLabel)))
    }
    if let estimate = parameter.estimate, estimate.isFinite {
      let ends = chart.vertical.spaced(2).map { ChartPoint(x: estimate, y: $0) }
      let stroke = Stroke(color: .muted, pattern: .dotted)
      chart.marks.append(.line(LineMark(points: ends, stroke: stroke, name: "estimate")))
    }
    chart.marks.append(
      .line(LineMark(points: points, stroke: Stroke(color: .blue, width: 2), name: "profile"))
    )
    chart.marks.append(.points(valueMark(points)))
    if points.isEmpty { chart.message = "no finite objective" }
    return chart
  }

  /// What the vertical axis shows: up to four times as far above the lowest as the threshold.
  ///
  /// A profile may rise a thousandfold at its ends, beside which the threshold would be a line
  /// on the floor.
  private func verticalReach(_ points: [ChartPoint], _ threshold: Double?) -> [Double] {
    let values = points.map(\.y)
    guard let threshold, threshold.isFinite, let low = values.min(), low < threshold else {
      return values + [threshold].compactMap(\.self)
    }
    let ceiling = low + 4 * (threshold - low)
    return values.filter { $0 <= ceiling } + [threshold, min(ceiling, values.max() ?? ceiling)]
  }

  private func valueMark(_ points: [ChartPoint]) -> PointMark {
    PointMark(
      points: points,
      color: .blue,
      radius: 2.4,
      details: points.map {
        "value \(HumanNumber.text($0.x, digits: 5))\nobjective \(HumanNumber.text($0.y, digits: 6))"
      }
    )
  }
}
