import IsoLoss

/// The picture of training curves: loss against compute, and the lowest curve at each compute.
struct EnvelopePicture {
  /// What is drawn.
  let result: EnvelopeResult

  /// The curves, thin and colored by size, below the places of the envelope that count.
  var chart: Chart {
    let k = result.options.flopsPerTokenParameter
    let curves = result.curves.map { curve in
      curve.points.map { ChartPoint(x: k * curve.parameters * $0.tokens, y: $0.loss) }
    }
    let points = curves.flatMap(\.self)
    let sizes = ColorScale(
      axis: Axis(
        label: "parameters N",
        scale: .logarithmic,
        covering: result.curves.map(\.parameters),
        padding: 0
      )
    )
    var chart = Chart(
      title: title,
      subtitle: subtitle,
      summary: "Loss against compute for \(curves.count) training curves, and the lowest of them.",
      horizontal: Axis(label: "compute C (FLOPs)", scale: .logarithmic, covering: points.map(\.x)),
      vertical: Axis(
        label: "loss (nats per token)",
        scale: .logarithmic,
        covering: points.map(\.y)
      ),
      colorScale: sizes
    )
    chart.marks = zip(result.curves, curves).map { curve, points in
      let color = sizes.color(of: curve.parameters)
      return .line(LineMark(points: points, stroke: Stroke(color: color, width: 1.2)))
    }
    chart.marks += envelopeMarks
    return chart
  }

  private var title: ChartText {
    let table = result.name.split(separator: "/").last.map(String.init) ?? ""
    return ChartText("\(result.curves.count) training curves of \(table)")
  }

  private var subtitle: ChartText {
    let law = result.allocation
    let error = law.a.standardError.map { " ± \(NumberText.error($0))" } ?? ""
    let k = NumberText.measured(law.flopsPerTokenParameter)
    return ChartText(
      markup: "N* = \(NumberText.significant(law.G.value, digits: 4)) (C/\(k))^{a},  a = "
        + NumberText.significant(law.a.value, digits: 4) + error
    )
  }

  /// The envelope where a smaller and a larger size were there to lose, and where not.
  private var envelopeMarks: [ChartMark] {
    func line(_ isCounted: Bool) -> [ChartMark] {
      let color: ChartColor = isCounted ? .accent : .muted
      let stroke = Stroke(
        color: color,
        width: isCounted ? 2.6 : 1.6,
        pattern: isCounted ? .solid : .dotted
      )
      return stretches(isCounted).enumerated().map { index, points in
        let name = isCounted ? "envelope" : "lowest, without a neighbor to compare"
        return .line(
          LineMark(points: points, stroke: stroke, name: index == 0 ? ChartText(name) : "")
        )
      }
    }
    return line(false) + line(true)
  }

  /// The runs of neighboring places of one kind.
  private func stretches(_ isCounted: Bool) -> [[ChartPoint]] {
    var stretches: [[ChartPoint]] = []
    var isOpen = false
    for point in result.points {
      guard point.isBracketed == isCounted else {
        isOpen = false
        continue
      }
      let place = ChartPoint(x: point.compute, y: point.loss)
      if isOpen {
        stretches[stretches.count - 1].append(place)
      } else {
        stretches.append([place])
      }
      isOpen = true
    }
    return stretches.filter { $0.count > 1 }
  }
}
