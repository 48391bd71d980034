import IsoLoss

/// The course of a run's losses, as a chart.
struct TrainingLosses {
  /// Losses of batches by the tokens trained on.
  private(set) var training: [ChartPoint] = []

  /// Losses of the validation tokens.
  private(set) var validation: [ChartPoint] = []

  /// Adds what a step showed.
  mutating func add(_ tokens: Double, _ natsPerToken: Double, validation loss: Double?) {
    training.append(ChartPoint(x: tokens, y: natsPerToken))
    if let loss { validation.append(ChartPoint(x: tokens, y: loss)) }
  }

  /// The chart; losses of batches scatter, so that the validation loss stands before them.
  var chart: Chart {
    let points = training + validation
    var chart = Chart(
      title: "Loss while training",
      summary: "The loss of batches and of the validation tokens by the tokens trained on.",
      horizontal: Axis(label: "tokens trained on", covering: points.map(\.x) + [0], padding: 0),
      vertical: Axis(label: "nats per token", covering: points.map(\.y))
    )
    let stroke = Stroke(color: .muted)
    chart.marks = [.line(LineMark(points: training, stroke: stroke, name: "batches"))]
    if !validation.isEmpty {
      chart.marks.append(.points(PointMark(points: validation, color: .accent, name: "validation")))
    }
    return chart
  }
}
