import Foundation
import IsoLoss

/// The picture of a fit: its runs, its contours and its compute-optimal path.
struct FitFigure {
  let figure: IsoLossFigure

  /// Draws a result.
  init(result: FitResult, _ flopsPerTokenParameter: Double) {
    let law = result.law
    let values = result.coefficientEstimates.map { estimate in
      "\(Self.symbol(estimate.name)) = \(NumberText.significant(estimate.value, digits: 4))"
    }
    let table = result.table.name.split(separator: "/").last.map(String.init) ?? ""
    figure = IsoLossFigure(
      title: ChartText("\(law.name.capitalized), fitted to \(result.rowCount) runs of \(table)"),
      subtitle: ChartText(markup: values.joined(separator: ",  ")),
      runs: result.table.runs.map {
        LossPoint(parameters: $0.parameters, tokens: $0.tokens, loss: $0.loss)
      },
      flopsPerTokenParameter: flopsPerTokenParameter,
      loss: { law.loss(parameters: $0, tokens: $1) },
      optimum: { compute in
        law.optimum(compute: compute, flopsPerTokenParameter: flopsPerTokenParameter)
          .map { ($0.parameters, $0.tokens) }
      }
    )
  }

  /// A coefficient's name as a formula writes it.
  private static func symbol(_ name: String) -> String {
    let greek = ["alpha": "α", "beta": "β", "eta": "η"]
    let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
    let letter = greek[parts[0]] ?? parts[0]
    return parts.count == 2 ? "\(letter)_{\(parts[1])}" : letter
  }
}
