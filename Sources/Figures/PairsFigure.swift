/// The picture of how parameters vary together: bootstrap draws of each pair, and of each alone.
///
/// Below the diagonal every panel is a scatter of two parameters, on it are histograms; orange
/// marks the estimate. Of many draws an even subsample is drawn in the scatters, always the same;
/// the histograms count all.
///
///     let figure = PairsFigure(title: "Bootstrap", names: ["E", "α", "β"], draws: draws)
///     try write(figure.grid.svg)
public struct PairsFigure: Sendable, Hashable {
  /// The heading.
  public var title: ChartText
  /// A smaller line below it.
  public var subtitle: ChartText
  /// What the parameters are called.
  public var names: [ChartText]
  /// The draws, each with one value a parameter, shape (draws, parameters).
  public var draws: [[Double]]
  /// The estimates, one a parameter; empty for none.
  public var estimates: [Double]
  /// The most draws that a scatter shows.
  public var drawLimit = 500

  /// Creates a figure.
  ///
  /// - Precondition: Every draw has one value a parameter, and so have the estimates, if any.
  public init(
    title: ChartText,
    subtitle: ChartText = "",
    names: [ChartText],
    draws: [[Double]],
    estimates: [Double] = []
  ) {
    precondition(draws.allSatisfy { $0.count == names.count }, "one value a parameter")
    precondition(estimates.isEmpty || estimates.count == names.count, "one estimate a parameter")
    self.title = title
    self.subtitle = subtitle
    self.names = names
    self.draws = draws
    self.estimates = estimates
  }
}

// MARK: - The panels

extension PairsFigure {
  /// The figure as a lower triangle of panels, which can be changed before they are drawn.
  public var grid: ChartGrid {
    let whole = draws.filter { $0.allSatisfy(\.isFinite) }
    let axes = names.indices.map { axis(of: $0, whole) }
    let thinned = subsample(whole)
    var rows: [[Chart?]] = names.indices.map { row in
      (0...row).map { column in
        var chart =
          row == column
          ? histogram(of: row, axes[row], whole)
          : scatter(axes[column], axes[row], thinned.map { ($0[column], $0[row]) }, column, row)
        chart.hidesHorizontalText = row + 1 < names.count
        chart.hidesVerticalText = column > 0 || row == 0
        if whole.isEmpty { chart.message = "no finite draw" }
        return chart
      }
    }
    if rows.isEmpty { rows = [[emptyPanel]] }
    let shown = thinned.count < whole.count ? "; the scatters show \(thinned.count) of them" : ""
    return ChartGrid(
      title: title,
      subtitle: subtitle,
      summary: "\(whole.count) draws of \(names.map(\.description).joined(separator: ", ")): "
        + "a scatter of each pair, a histogram of each parameter\(shown).",
      rows: rows,
      plotWidth: names.count > 4 ? 130 : 160,
      plotHeight: names.count > 4 ? 115 : 140
    )
  }

  private var emptyPanel: Chart {
    var chart = Chart(
      title: "",
      horizontal: Axis(label: "", range: 0...1),
      vertical: Axis(label: "", range: 0...1)
    )
    chart.message = "no parameter"
    return chart
  }

  /// The middle of the draws with the estimate; a few extreme ones must not squeeze the rest.
  private func axis(of parameter: Int, _ draws: [[Double]]) -> Axis {
    let sorted = draws.map { $0[parameter] }.sorted()
    let cut = sorted.count / 200
    var shown = [sorted.dropFirst(cut).first, sorted.dropLast(cut).last].compactMap(\.self)
    if !estimates.isEmpty, estimates[parameter].isFinite { shown.append(estimates[parameter]) }
    let (low, high) = (shown.min() ?? 0, shown.max() ?? 0)
    // Coefficients such as A vary by factors; a linear axis would show one corner of them.
    let isWide = low > 0 && (sorted.first ?? 0) > 0 && high / low > 20
    return Axis(label: names[parameter], scale: isWide ? .logarithmic : .linear, covering: shown)
  }

  /// Every so many draws, beginning with the first.
  private func subsample(_ draws: [[Double]]) -> [[Double]] {
    let limit = max(drawLimit, 1)
    guard draws.count > limit else { return draws }
    return (0..<limit).map { draws[$0 * draws.count / limit] }
  }

  private func scatter(
    _ horizontal: Axis,
    _ vertical: Axis,
    _ pairs: [(Double, Double)],
    _ column: Int,
    _ row: Int
  ) -> Chart {
    var chart = Chart(title: "", horizontal: horizontal, vertical: vertical)
    chart.marks.append(
      .points(
        PointMark(
          points: pairs.map { ChartPoint(x: $0, y: $1) },
          color: ChartColor.blue.faded(by: 0.2),
          radius: 1.8,
          name: "bootstrap draws"
        )
      )
    )
    guard !estimates.isEmpty else { return chart }
    let (x, y) = (estimates[column], estimates[row])
    let text =
      "estimate\n\(names[column]) \(HumanNumber.text(x, digits: 5))\n"
      + "\(names[row]) \(HumanNumber.text(y, digits: 5))"
    chart.marks.append(
      .points(
        PointMark(
          points: [ChartPoint(x: x, y: y)],
          color: .orange,
          radius: 5,
          shape: .diamond,
          name: "estimate",
          details: [text]
        )
      )
    )
    return chart
  }

  private func histogram(of parameter: Int, _ axis: Axis, _ draws: [[Double]]) -> Chart {
    let count = min(max(Int(Double(draws.count).squareRoot()), 6), 24)
    var counts = [Double](repeating: 0, count: count)
    for draw in draws {
      let place = axis.fraction(of: draw[parameter]) * Double(count)
      guard place >= 0, place < Double(count) else { continue }
      counts[Int(place)] += 1
    }
    let top = (counts.max() ?? 0) > 0 ? (counts.max() ?? 1) * 1.08 : 1
    let steps = counts.indices.flatMap { index in
      [index, index + 1].map { edge in
        let position = axis.value(at: Double(edge) / Double(count))
        return BandPoint(position: position, low: 0, high: counts[index])
      }
    }
    var chart = Chart(
      title: "",
      horizontal: axis,
      vertical: Axis(label: "draws", range: 0...top)
    )
    chart.marks = [.band(BandMark(along: steps, opacity: 0.45))]
    if !estimates.isEmpty, estimates[parameter].isFinite {
      let ends = [0, top].map { ChartPoint(x: estimates[parameter], y: $0) }
      chart.marks.append(.line(LineMark(points: ends, stroke: Stroke(color: .orange, width: 2))))
    }
    return chart
  }
}
