import Figures
import Foundation
import Testing

@Suite("The figures of a report")
struct ReportFiguresTests {
  @Test("isoFLOP profiles: runs, curves, lowest points, and what was rejected")
  func isoFLOP() {
    let chart = SampleFigures.isoFLOP.chart
    let parsed = ParsedSVG(chart.svg)
    #expect(parsed.isWellFormed)
    // Runs of two budgets, rings of the rejected one, and one of each in the legend.
    #expect(parsed.count("circle") == 27 + 2)
    #expect(parsed.count("polyline") == 3)
    #expect(parsed.count("path") == 2 + 1, "a rejected budget gives no optimum")
    let texts = parsed.texts("text")
    for label in ["1019", "1020", "3×1020", "rejected profile", "parameters N"] {
      #expect(texts.contains(label), "\(label)")
    }
    #expect(parsed.texts("title").contains { $0.contains("only two runs") })
    #expect(parsed.texts("title").contains("row 2\nN 31.62M\nD 52.7B\nloss 3.254\nC 1e19 FLOPs"))
  }

  @Test("residuals: three panels, noise, and outliers by their row")
  func residuals() {
    let grid = SampleFigures.residuals.grid
    #expect(grid.panels.count == 3)
    let parsed = ParsedSVG(grid.svg)
    #expect(parsed.isWellFormed)
    #expect(parsed.count("polygon") == 3)
    #expect(parsed.count("circle") == 3 * 7 + 1)
    #expect(parsed.count("path") == 3 * 2 + 1)
    // The fourth and the seventh run are beyond three times the noise.
    for name in ["row 5", "row 8"] { #expect(parsed.texts("text").count { $0 == name } == 3) }
    for panel in grid.panels {
      #expect(panel.vertical.range.lowerBound == -panel.vertical.range.upperBound)
    }
    #expect(parsed.texts("text").contains("noise, ±0.002 nats per token"))
    var named = SampleFigures.residuals
    named.outliers = [0]
    #expect(ParsedSVG(named.grid.svg).texts("text").count { $0 == "row 2" } == 3)
  }

  @Test("a forecast: nested bands, the frontier, the end of the runs, held-out runs")
  func extrapolation() throws {
    let figure = SampleFigures.extrapolation
    let chart = figure.chart
    let parsed = ParsedSVG(chart.svg)
    #expect(parsed.isWellFormed)
    #expect(parsed.count("polygon") == 2)
    #expect(parsed.count("circle") == 18 + 1)
    #expect(parsed.count("path") == 9 + 1)
    for label in ["runs end", "95 % interval", "50 % interval", "held-out runs"] {
      #expect(parsed.texts("text").contains(label), "\(label)")
    }
    // The widest band is drawn first, and the legend shows what lies over what.
    let bands = chart.marks.compactMap { mark in
      if case .band(let band) = mark { band } else { nil }
    }
    #expect(bands.map(\.name) == ["95 % interval", "50 % interval"])
    let opacities = bands.map { $0.legendOpacity ?? 0 }
    #expect(abs(opacities[1] - (1 - 0.83 * 0.83)) < 1e-12)
    #expect(chart.vertical.scale == .logarithmic)
    var linear = figure
    linear.lossScale = .linear
    #expect(linear.chart.vertical.scale == .linear)
  }

  @Test("pairs: scatters below a diagonal of histograms, always the same subsample")
  func pairs() {
    let figure = SampleFigures.pairs(20_000)
    let grid = figure.grid
    #expect(grid.rows.map(\.count) == [1, 2, 3])
    #expect(grid.rows[1][0]?.vertical.scale == .logarithmic, "A spans two decades")
    #expect(grid.rows[2][2]?.horizontal.scale == .linear)
    let text = grid.svg
    #expect(text == SampleFigures.pairs(20_000).grid.svg)
    let parsed = ParsedSVG(text)
    #expect(parsed.isWellFormed)
    #expect(parsed.count("polygon") == 3)
    #expect(parsed.count("path") == 3 + 1)
    #expect((3 * 450...3 * 500 + 1).contains(parsed.count("circle")))
    #expect(grid.summary.contains("20000 draws") && grid.summary.contains("500 of them"))
  }

  @Test("profiles: one panel a parameter with the threshold in sight")
  func profiles() {
    let grid = SampleFigures.profiles.grid
    #expect(grid.rows.map(\.count) == [3, 1])
    #expect(grid.panels.allSatisfy { $0.vertical.range.contains(2.4) })
    #expect(grid.panels.allSatisfy { $0.vertical.range.upperBound < 4 })
    let parsed = ParsedSVG(grid.svg)
    #expect(parsed.isWellFormed)
    #expect(parsed.count("polyline") == 4 * 3)
    #expect(parsed.texts("text").count { $0 == "threshold of the interval" } == 1, "one legend")
  }

  @Test("the isoloss figure takes a band around its path")
  func optimumBand() {
    var figure = IsoLossFigure(
      title: "a",
      runs: SampleFigures.runs(1e20) + SampleFigures.runs(1e21),
      loss: SampleFigures.loss,
      optimum: { compute in (pow(compute / 120, 0.5), pow(compute / 120, 0.5) * 20) }
    )
    let plain = ParsedSVG(figure.chart.svg)
    figure.optimumBand = [1e19, 1e20, 1e21, 1e22].map { compute in
      let best = pow(compute / 120, 0.5)
      return OptimumRange(compute: compute, low: best / 2, high: best * 2)
    }
    let parsed = ParsedSVG(figure.chart.svg)
    #expect(plain.count("polygon") == 0 && parsed.count("polygon") == 1)
    #expect(parsed.texts("text").contains("95 % band of the path"))
    guard case .band(let band) = figure.chart.marks.first else {
      Issue.record("the band is not the first mark")
      return
    }
    for (low, high) in zip(band.lower, band.upper) {
      #expect(abs(low.x * low.y / (high.x * high.y) - 1) < 1e-12, "both ends share the budget")
    }
  }

  @Test("no data, bad data, one point and equal points give a drawing that says so")
  func degenerate() {
    for (name, grid) in SampleFigures.degenerate {
      let parsed = ParsedSVG(grid.svg)
      #expect(parsed.isWellFormed, "\(name)")
      #expect(!grid.svg.contains("nan") && !grid.svg.contains("inf,"))
      #expect(!grid.terminalText().isEmpty)
      _ = grid.rescaled(to: .linear)?.rescaled(to: .logarithmic)?.svg
      guard name == "none" || name == "bad" else { continue }
      #expect(
        grid.panels.contains { !$0.message.isEmpty && grid.svg.contains($0.message.description) },
        "\(name): \(grid.summary)"
      )
    }
  }
}

@Suite("Parts of charts")
struct ChartPartTests {
  @Test("a hundred thousand points make a small file that says what was left out")
  func manyPoints() {
    let places = SampleFigures.scattered(100_000)
    let runs = places.enumerated().map { index, place in
      let (n, d) = (pow(10, 7 + 3 * place.x), pow(10, 9 + 3 * place.y))
      return SampleFigures.run(n, d, name: "row \(index + 1)")
    }
    let figure = IsoLossFigure(
      title: "a",
      runs: runs,
      loss: SampleFigures.loss,
      optimum: { _ in nil }
    )
    let text = figure.chart.svg
    #expect(text.utf8.count < 1_500_000)
    let parsed = ParsedSVG(text)
    #expect((2_500...4_001).contains(parsed.count("circle")))
    let note = parsed.texts("desc").first ?? ""
    #expect(
      note.contains(#/Of 100000 points \d+ are drawn, one in each square of [\d.]+ pixels\./#)
    )
    #expect(text == figure.chart.svg)
  }

  @Test("a labeled point stays however many there are")
  func labeledPoints() {
    let points = (0..<50_000).map { ChartPoint(x: Double($0 % 200), y: Double($0 / 200)) }
    let chart = Chart(
      title: "",
      horizontal: Axis(label: "x", covering: points.map(\.x)),
      vertical: Axis(label: "y", covering: points.map(\.y)),
      marks: [.points(PointMark(points: points, labels: [33_333: "row 33333", 60_000: "none"]))]
    )
    let parsed = ParsedSVG(chart.svg)
    #expect(parsed.texts("text").contains("row 33333"))
    #expect(!parsed.texts("text").contains("none"))
  }

  @Test("a noisy line of a hundred thousand corners keeps its extremes")
  func longLine() throws {
    var points = (0..<100_000).map { ChartPoint(x: Double($0), y: Double($0 % 7)) }
    points[55_555].y = 100
    let chart = Chart(
      title: "",
      horizontal: Axis(label: "x", range: 0...1e5),
      vertical: Axis(label: "y", range: 0...100),
      marks: [.line(LineMark(points: points))]
    )
    let parsed = ParsedSVG(chart.svg)
    let line = try #require(parsed.elements.first { $0.name == "polyline" })
    let corners = (line.attributes["points"] ?? "").split(separator: " ")
    #expect(corners.count < 4 * 760)
    let frame = try #require(parsed.elements.last { $0.name == "rect" })
    let top = frame.attributes["y"] ?? ""
    #expect(corners.contains { $0.hasSuffix("," + top) })
  }

  @Test("every form of a point is drawn and named in the legend")
  func shapes() {
    let marks = PointShape.allCases.enumerated().map { index, shape in
      ChartMark.points(
        PointMark(
          points: [ChartPoint(x: Double(index), y: 1)],
          shape: shape,
          name: ChartText("\(shape)")
        )
      )
    }
    let chart = Chart(
      title: "",
      horizontal: Axis(label: "x", range: -1...5),
      vertical: Axis(label: "y", range: 0...2),
      marks: marks
    )
    let parsed = ParsedSVG(chart.svg)
    #expect(parsed.isWellFormed)
    #expect(parsed.count("circle") == 4 && parsed.count("path") == 6)
    let text = chart.terminalText()
    for shape in PointShape.allCases { #expect(text.contains(" \(shape)")) }
  }

  @Test("a band is cut at the frame, and reaches it where its border is infinite")
  func bands() throws {
    let places = [-5, 5, 15].map { BandPoint(position: $0, low: -.infinity, high: 50) }
    let chart = Chart(
      title: "",
      horizontal: Axis(label: "x", range: 0...10),
      vertical: Axis(label: "y", range: 0...10),
      marks: [.band(BandMark(along: places))]
    )
    let parsed = ParsedSVG(chart.svg)
    let band = try #require(parsed.elements.first { $0.name == "polygon" })
    let frame = try #require(parsed.elements.last { $0.name == "rect" }).attributes
    let corners = (band.attributes["points"] ?? "").split(separator: " ").map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    let (x, y) = (Double(frame["x"] ?? "") ?? 0, Double(frame["y"] ?? "") ?? 0)
    let (w, h) = (Double(frame["width"] ?? "") ?? 0, Double(frame["height"] ?? "") ?? 0)
    #expect(corners.map { $0[0] }.min() == x && corners.map { $0[1] }.min() == y)
    #expect(abs((corners.map { $0[0] }.max() ?? 0) - x - w) < 0.011)
    #expect(abs((corners.map { $0[1] }.max() ?? 0) - y - h) < 0.011)
  }
}

@Suite("Rescaled charts")
struct RescalingTests {
  @Test("a chart on the other scale shows the same values and bends its lines")
  func linear() throws {
    let chart = SampleFigures.isoFLOP.chart
    let linear = try #require(chart.rescaled(to: .linear))
    #expect(linear.horizontal.scale == .linear)
    #expect(linear.horizontal.range == chart.horizontal.range)
    #expect(chart.rescaled(to: .logarithmic)?.vertical.scale == .logarithmic)
    #expect(linear.rescaled(to: .linear) == nil)
  }

  @Test("a straight line of equal compute becomes a hyperbola")
  func divided() throws {
    let ends = [ChartPoint(x: 1, y: 100), ChartPoint(x: 100, y: 1)]
    let chart = Chart(
      title: "",
      horizontal: Axis(label: "x", scale: .logarithmic, range: 1...100),
      vertical: Axis(label: "y", scale: .logarithmic, range: 1...100),
      marks: [.line(LineMark(points: ends))]
    )
    let linear = try #require(chart.rescaled(to: .linear))
    guard case .line(let line) = linear.marks[0] else { return }
    #expect(line.points.count == 201)
    #expect(line.points.allSatisfy { abs($0.x * $0.y - 100) < 1e-10 })
  }

  @Test("an axis with a point at 0 or below stays linear")
  func positive() {
    #expect(SampleFigures.residuals.grid.rescaled(to: .logarithmic) == nil)
    let linear = SampleFigures.residuals.grid.rescaled(to: .linear)
    #expect(linear?.panels.allSatisfy { $0.horizontal.scale == .linear } == true)
  }
}
