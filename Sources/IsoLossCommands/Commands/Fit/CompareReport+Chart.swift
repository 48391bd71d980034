import IsoLoss

extension CompareReport {
  /// The multiplier over the common range, with its interval; `nil` without a common range.
  var chart: Chart? {
    guard let range = comparison.commonRange else { return nil }
    let middle = points { $0.value }
    let bounds = [points { $0.lower }, points { $0.upper }].filter { $0.count > 1 }
    let all = (bounds + [middle]).flatMap { $0.map(\.y) }
    let share = NumberText.measured(100 * comparison.level)
    var chart = Chart(
      title: ChartText(
        "Compute that \(comparison.first.name) needs over \(comparison.second.name)"
      ),
      subtitle: "at equal loss, each on its compute-optimal frontier",
      summary: "The compute multiplier over \(NumberText.measured(range.lowerBound)) to"
        + " \(NumberText.measured(range.upperBound)) FLOPs, with its \(share) % interval.",
      horizontal: Axis(label: "compute C of the second (FLOPs)", scale: .logarithmic, range: range),
      vertical: Axis(
        label: "compute multiplier",
        scale: .logarithmic,
        covering: all + [1],
        padding: 0.1
      )
    )
    chart.marks = [.line(even(range))]
    for (index, points) in bounds.enumerated() {
      let name: ChartText = index == 0 ? ChartText("\(share) % interval") : ""
      let stroke = Stroke(color: .accent, width: 1, pattern: .dashed)
      chart.marks.append(.line(LineMark(points: points, stroke: stroke, name: name)))
    }
    let stroke = Stroke(color: .accent, width: 2.5)
    chart.marks.append(.line(LineMark(points: middle, stroke: stroke, name: "multiplier")))
    return chart
  }

  private func points(_ value: (MultiplierEstimate) -> Double?) -> [ChartPoint] {
    result.curve.compactMap { estimate in
      value(estimate).map { ChartPoint(x: estimate.compute, y: $0) }
    }
  }

  /// Where neither law needs more.
  private func even(_ range: ClosedRange<Double>) -> LineMark {
    LineMark(
      points: [range.lowerBound, range.upperBound].map { ChartPoint(x: $0, y: 1) },
      stroke: Stroke(color: .muted, width: 1, pattern: .dotted)
    )
  }
}
