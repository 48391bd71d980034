import IsoLoss

extension CompareReport {
  /// The multiplier over the common range, with its interval; `nil` without a common range.
  var chart: Chart? {
    guard let range = comparison.commonRange else { return nil }
    let middle = result.curve.compactMap { estimate in
      estimate.value.map { ChartPoint(x: estimate.compute, y: $0) }
    }
    let ends = result.curve.flatMap { [$0.lower, $0.upper].compactMap(\.self) }
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
        covering: middle.map(\.y) + ends + [1],
        padding: 0.1
      )
    )
    chart.marks = [.line(even(range))]
    let band = band(within: chart.vertical.range)
    if !band.isEmpty {
      let name = ChartText("\(share) % interval")
      chart.marks.append(.band(BandMark(along: band, color: .accent, name: name)))
    }
    let stroke = Stroke(color: .accent, width: 2.5)
    chart.marks.append(.line(LineMark(points: middle, stroke: stroke, name: "multiplier")))
    return chart
  }

  /// The intervals; an open end reaches to the edge of the chart.
  private func band(within range: ClosedRange<Double>) -> [BandPoint] {
    result.curve.compactMap { estimate in
      guard estimate.lower != nil || estimate.upper != nil else { return nil }
      return BandPoint(
        position: estimate.compute,
        low: estimate.lower ?? range.lowerBound,
        high: estimate.upper ?? range.upperBound
      )
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
