import IsoLoss

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The picture of a fit: its runs, its contours and its compute-optimal path.
struct IsoLossPicture {
  let figure: IsoLossFigure

  /// How many budgets carry the band's ends.
  private static let bandCount = 40

  /// Draws a result.
  init(result: FitResult, _ flopsPerTokenParameter: Double, namesRuns: Bool = false) {
    let law = result.law
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    let lawName = law.name.prefix(1).uppercased() + law.name.dropFirst()
    var figure = IsoLossFigure(
      title: ChartText("\(lawName), fitted to \(result.rowCount) runs of \(table)"),
      subtitle: Self.coefficients(result),
      runs: result.table.runs.map { LossPoint($0, isNamed: namesRuns) },
      flopsPerTokenParameter: flopsPerTokenParameter,
      loss: { law.loss(parameters: $0, tokens: $1) },
      optimum: { compute in
        law.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter)
          .map { ($0.parameters, $0.tokens) }
      }
    )
    if result.draws != nil {
      figure.optimumBand = Self.band(result, flopsPerTokenParameter)
      let level = NumberText.measured(100 * result.level)
      figure.optimumBandName = ChartText("\(level) % band of the path")
    }
    self.figure = figure
  }

  /// The coefficients in a line, as below the title of each picture of a law.
  static func coefficients(_ result: FitResult) -> ChartText {
    let values = result.coefficientEstimates.map { estimate in
      "\(symbol(estimate.name)) = \(NumberText.significant(estimate.value, digits: 4))"
    }
    return ChartText(markup: values.joined(separator: ",  "))
  }

  /// The interval of N* at budgets from far below the runs to far above, so that the band fills the
  /// picture whatever its corners are.
  private static func band(_ result: FitResult, _ k: Double) -> [OptimumRange] {
    let products = result.table.runs.map { k * $0.parameters * $0.tokens }
    guard let low = products.min(), let high = products.max() else { return [] }
    let (start, end) = (log(low / 100), log(high * 100))
    return (0...bandCount).compactMap { step in
      let compute = exp(start + (end - start) * Double(step) / Double(bandCount))
      let best = result.optimum(compute: compute, flopsPerTokenParameter: k)
      return best?.parameters.interval.map {
        OptimumRange(compute: compute, low: $0.lowerBound, high: $0.upperBound)
      }
    }
  }

  /// A coefficient's name as a formula writes it.
  static func symbol(_ name: String) -> String {
    let greek = ["alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eta": "η"]
    let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
    let letter = greek[parts[0]] ?? parts[0]
    return parts.count == 2 ? "\(letter)_{\(parts[1])}" : letter
  }
}
