import IsoLoss

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The picture of the best loss of budgets, from below the runs to far beyond them.
enum ExtrapolationPicture {
  /// How many budgets carry the line and the bands.
  private static let stepCount = 60

  /// The levels of the inner bands.
  private static let innerLevels = [0.5, 0.8]

  /// Draws the frontier of a result from a tenth of its least compute to a hundred times its largest.
  static func figure(_ result: FitResult, _ k: Double) -> Finding<ExtrapolationFigure> {
    let products = result.table.runs.map { k * $0.parameters * $0.tokens }
    guard let least = products.min(), let most = products.max() else {
      return .refused("there are no runs")
    }
    let (start, end) = (log(least / 10), log(100 * most))
    let budgets = (0...stepCount).map { step in
      exp(start + (end - start) * Double(step) / Double(stepCount))
    }
    let optima = budgets.compactMap { result.optimum(compute: $0, flopsPerTokenParameter: k) }
    guard optima.count == budgets.count else {
      return .refused("the law \(result.law.name) has no optimum in closed form")
    }
    let levels = innerLevels.filter { $0 < result.level } + [result.level]
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    return .found(
      ExtrapolationFigure(
        title: ChartText("The best loss of a budget, by \(result.law.name) on \(table)"),
        subtitle: ChartText(subtitle(result)),
        runs: result.table.runs.map { LossPoint($0) },
        frontier: optima.map { ChartPoint(x: $0.compute, y: $0.loss.value) },
        bands: levels.compactMap { band(result, $0, budgets, k) },
        flopsPerTokenParameter: k
      )
    )
  }

  /// The interval of the loss at each budget; `nil` where there is none.
  private static func band(
    _ result: FitResult,
    _ level: Double,
    _ budgets: [Double],
    _ k: Double
  ) -> ExtrapolationFigure.Band? {
    var result = result
    result.level = level
    let places = budgets.compactMap { compute in
      result.optimum(compute: compute, flopsPerTokenParameter: k)?.loss.interval.map {
        BandPoint(position: compute, low: $0.lowerBound, high: $0.upperBound)
      }
    }
    return places.count == budgets.count
      ? ExtrapolationFigure.Band(level: level, places: places) : nil
  }

  private static func subtitle(_ result: FitResult) -> String {
    guard let draws = result.draws else {
      return result.scaledCovariance == nil
        ? "no bands: the errors are not known" : "bands of the law's mean, from the covariance"
    }
    return "bands of the law's mean, from \(draws.coefficients.count) resamples"
  }
}
