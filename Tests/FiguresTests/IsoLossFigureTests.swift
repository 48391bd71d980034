import Figures
import Foundation
import TestSupport
import Testing

@Suite("The isoloss figure")
struct IsoLossFigureTests {
  /// The law as printed in arXiv:2404.10102, a replication of Hoffmann and others.
  private static func loss(_ n: Double, _ d: Double) -> Double {
    1.8172 + 482.01 / pow(n, 0.3478) + 2085.43 / pow(d, 0.3658)
  }

  private static func optimum(_ compute: Double) -> (parameters: Double, tokens: Double)? {
    let factor = pow(0.3478 * 482.01 / (0.3658 * 2085.43), 1 / (0.3478 + 0.3658))
    let parameters = factor * pow(compute / 6, 0.3658 / (0.3478 + 0.3658))
    return (parameters, compute / 6 / parameters)
  }

  private func figure(_ runs: [LossPoint]) -> IsoLossFigure {
    IsoLossFigure(
      title: "Chinchilla",
      subtitle: ChartText(markup: "L = 1.8172 + 482.01/N^{0.3478}"),
      runs: runs,
      loss: Self.loss,
      optimum: Self.optimum
    )
  }

  /// Runs of four budgets and nine sizes, with the law's own losses.
  private var grid: [LossPoint] {
    [1e19, 1e20, 1e21, 1e22].flatMap { compute in
      (0..<9).map { index in
        let n = 1e8 * pow(10, Double(index) / 4)
        let d = compute / 6 / n
        return LossPoint(parameters: n, tokens: d, loss: Self.loss(n, d))
      }
    }
  }

  @Test("it draws runs, contours, budgets and the optimal path")
  func parts() {
    let chart = figure(grid).chart
    var contours = 0
    for case .contours(let mark) in chart.marks { contours += mark.lines.count }
    #expect((6...12).contains(contours))
    let parsed = ParsedSVG(chart.svg)
    #expect(parsed.isWellFormed)
    #expect(parsed.texts("circle").count == 36 + 1, "and one in the legend")
    for name in ["measured runs", "fitted isoloss contours", "compute-optimal path"] {
      #expect(parsed.texts("text").contains(name))
    }
    #expect(chart.svg == figure(grid).chart.svg)
  }

  @Test("the path crosses every contour where the budget's line touches it")
  func tangency() throws {
    // At the optimum the loss cannot fall along equal compute: both neighbors are worse.
    let chart = figure(grid).chart
    for case .line(let mark) in chart.marks where mark.name == "compute-optimal path" {
      for point in mark.points {
        let best = Self.loss(point.x, point.y)
        #expect(Self.loss(point.x * 1.01, point.y / 1.01) > best)
        #expect(Self.loss(point.x / 1.01, point.y * 1.01) > best)
      }
    }
  }

  @Test("labels do not overlap and stay inside", arguments: [0, 1])
  func labels(_ seed: Int) throws {
    let text = figure(seed == 0 ? grid : Array(grid.prefix(9))).chart.svg
    let boxes = text.matches(
      of:
        #/translate\(([\d.-]+) ([\d.-]+)\) rotate\(([\d.-]+)\)" fill="[^"]*">\s*<rect x="-([\d.]+)"/#
    )
    let labels = boxes.compactMap { match -> Label? in
      let numbers = [match.1, match.2, match.3, match.4].compactMap { Double($0) }
      return numbers.count == 4
        ? Label(x: numbers[0], y: numbers[1], angle: numbers[2], halfWidth: numbers[3]) : nil
    }
    #expect(labels.count >= 8)
    for (index, first) in labels.enumerated() {
      for second in labels.dropFirst(index + 1) {
        #expect(!first.covering.contains(where: second.contains), "\(first) and \(second)")
      }
    }
  }

  struct Label {
    var x, y, angle, halfWidth: Double

    /// Points all over the letters, half the font's height to each side.
    var covering: [(Double, Double)] {
      let turn = angle * .pi / 180
      return stride(from: -halfWidth, through: halfWidth, by: 1).flatMap { along in
        [-5.0, 0, 5].map { across in
          (x + along * cos(turn) - across * sin(turn), y + along * sin(turn) + across * cos(turn))
        }
      }
    }

    func contains(_ point: (Double, Double)) -> Bool {
      let turn = angle * .pi / 180
      let (dx, dy) = (point.0 - x, point.1 - y)
      return abs(dx * cos(turn) + dy * sin(turn)) < halfWidth
        && abs(dy * cos(turn) - dx * sin(turn)) < 5
    }
  }

  @Test("levels are round and spread as the samples are")
  func levels() {
    let even = (0...1000).map { 2 + Double($0) / 1000 }
    #expect(IsoLossFigure.roundLevels(of: even) == [2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9])
    let steep = even.map { 1 + 1 / ($0 - 1.5) }
    let levels = IsoLossFigure.roundLevels(of: steep)
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 })
    #expect(levels.count >= 7)
    #expect(IsoLossFigure.roundLevels(of: [2, 2, 2]) == [2, 2, 2])
    #expect(IsoLossFigure.roundLevels(of: []).isEmpty)
  }

  @Test("no run, one run, and runs that cannot be shown still give a picture")
  func degenerate() {
    let bad = [
      LossPoint(parameters: .nan, tokens: 1, loss: 2),
      LossPoint(parameters: 1e8, tokens: -1, loss: 2),
    ]
    let one = [LossPoint(parameters: 1e8, tokens: 2e9, loss: 3)]
    for runs in [[], bad, one] {
      #expect(ParsedSVG(figure(runs).chart.svg).isWellFormed)
    }
  }

  @Test(
    "the extracted runs of Hoffmann et al. all show",
    .enabled(if: TestFiles.hasShared("data/scaling/epoch_chinchilla.csv"))
  )
  func extractedRuns() throws {
    let path = TestFiles.shared("data/scaling/epoch_chinchilla.csv")
    let runs = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
      .compactMap { line -> LossPoint? in
        let fields = line.split(separator: ",")
        guard fields[4] == "False", let n = Double(fields[0]), let d = Double(fields[1]),
          let loss = Double(fields[3])
        else { return nil }
        return LossPoint(parameters: n, tokens: d, loss: loss)
      }
    #expect(runs.count == 240)
    #expect(ParsedSVG(figure(runs).chart.svg).texts("circle").count == 241)
  }
}
