import Figures
import Foundation

/// Figures drawn from a law without noise, and their degenerate relatives.
enum SampleFigures {
  /// The law as printed in arXiv:2404.10102, a replication of Hoffmann and others.
  static func loss(_ n: Double, _ d: Double) -> Double {
    1.8172 + 482.01 / pow(n, 0.3478) + 2085.43 / pow(d, 0.3658)
  }

  static func run(_ n: Double, _ d: Double, name: String = "") -> LossPoint {
    LossPoint(parameters: n, tokens: d, loss: loss(n, d), name: name)
  }

  /// Points spread evenly over the unit square, always the same.
  static func scattered(_ count: Int) -> [ChartPoint] {
    (0..<count).map { index in
      let (column, row) = (index * 7919 % 100_003, index * 104_729 % 100_019)
      return ChartPoint(x: Double(column) / 100_003, y: Double(row) / 100_019)
    }
  }

  /// Nine runs of one budget, half a decade apart in all.
  static func runs(_ compute: Double) -> [LossPoint] {
    (-4...4).map { step in
      let n = 1e9 * pow(compute / 1e20, 0.5) * pow(10, Double(step) / 4)
      return run(n, compute / 6 / n, name: "row \(step + 6)")
    }
  }

  static func profile(_ compute: Double, rejection: String? = nil) -> IsoFLOPFigure.Profile {
    IsoFLOPFigure.Profile(
      compute: compute,
      runs: runs(compute),
      curve: { loss($0, compute / 6 / $0) },
      vertex: 1e9 * pow(compute / 1e20, 0.5),
      rejection: rejection
    )
  }

  static let isoFLOP = IsoFLOPFigure(
    title: "Profiles",
    profiles: [profile(1e20), profile(1e19), profile(3e20, rejection: "only two runs")]
  )

  static let residuals = ResidualFigure(
    title: "Residuals",
    runs: runs(1e20),
    residuals: [0.001, -0.002, 0.0005, 0.02, 0, 0.001, -0.015, 0.002, -0.001],
    noise: 0.002
  )

  static let extrapolation = ExtrapolationFigure(
    title: "Forecast",
    runs: runs(1e19) + runs(1e20),
    heldOut: runs(1e21),
    frontier: (19...23).map { ChartPoint(x: pow(10, Double($0)), y: 6 - Double($0) / 5) },
    bands: [0.5, 0.95].map { level in
      ExtrapolationFigure.Band(
        level: level,
        places: (20...23).map { decade in
          let middle = 6 - Double(decade) / 5
          let half = 0.05 * level * Double(decade - 20)
          return BandPoint(
            position: pow(10, Double(decade)),
            low: middle - half,
            high: middle + half
          )
        }
      )
    }
  )

  /// Draws of three parameters, the second spread over two decades.
  static func pairs(_ count: Int) -> PairsFigure {
    let draws = (0..<count).map { index in
      let (a, b) = (Double(index * 7 % 101) / 101, Double(index * 13 % 103) / 103)
      return [1.8 + 0.1 * a, pow(10, 1.5 + 2 * b), 0.3 + 0.1 * a * b]
    }
    return PairsFigure(
      title: "Draws",
      names: ["E", "A", "α"],
      draws: draws,
      estimates: [1.85, 480, 0.33]
    )
  }

  static let profiles = ProfileFigure(
    title: "Profiles",
    parameters: ["E", "α", "β", "A"].map { name in
      let values = (-5...5).map { 1 + 0.1 * Double($0) }
      return ProfileFigure.Parameter(
        name: ChartText(name),
        values: values,
        objectives: values.map { 2 + 10 * ($0 - 1) * ($0 - 1) },
        estimate: 1,
        threshold: 2.4
      )
    }
  )

  /// Every figure of no data, of data that cannot be shown, of one point, and of equal points.
  static var degenerate: [(name: String, grid: ChartGrid)] {
    let bad = [LossPoint(parameters: .nan, tokens: -1, loss: .infinity)]
    let one = [run(1e9, 2e10)]
    let cases = [("none", []), ("bad", bad), ("one", one), ("equal", one + one + one)]
    return cases.flatMap { name, runs in figures(runs).map { (name, $0) } }
  }

  private static func figures(_ runs: [LossPoint]) -> [ChartGrid] {
    let values = runs.map(\.loss)
    let points = values.map { ChartPoint(x: $0, y: $0) }
    let band = values.map { BandPoint(position: $0, low: $0, high: .nan) }
    let iso = IsoLossFigure(title: "a", runs: runs, loss: { _, _ in .nan }, optimum: { _ in nil })
    let profile = IsoFLOPFigure.Profile(compute: 1e20, runs: runs, curve: { $0 }, vertex: .nan)
    let fan = ExtrapolationFigure(
      title: "a",
      runs: runs,
      heldOut: runs,
      frontier: points,
      bands: [.init(level: 0.9, places: band)]
    )
    let residual = ResidualFigure(title: "a", runs: runs, residuals: values, noise: values.first)
    let single = ProfileFigure.Parameter(
      name: "E",
      values: values,
      objectives: values,
      estimate: values.first,
      threshold: values.first
    )
    let charts = [
      iso.chart, fan.chart, IsoFLOPFigure(title: "a", profiles: [profile]).chart,
      IsoFLOPFigure(title: "a", profiles: []).chart,
    ]
    return charts.map { ChartGrid(title: "a", rows: [[$0]]) } + [
      residual.grid,
      PairsFigure(title: "a", names: ["E", "A"], draws: values.map { [$0, $0] }).grid,
      PairsFigure(title: "a", names: [], draws: []).grid,
      ProfileFigure(title: "a", parameters: [single]).grid,
      ProfileFigure(title: "a", parameters: []).grid,
    ]
  }
}

extension ParsedSVG {
  /// How many elements have a name.
  func count(_ name: String) -> Int { elements.count { $0.name == name } }
}
