import CurveFitting

extension FitResult {
  /// A fixed-width table for people to read, at most six significant digits; its layout may change.
  public var summary: String {
    var lines = heading
    lines.append("")
    lines += estimateLines
    let reasons = estimates.compactMap { estimate in
      estimate.reason.map { "n/a for \(estimate.name): \($0)" }
    }
    lines += reasons
    lines.append("")
    lines += residualLines
    lines += warnings.map { "warning: \($0.message) [\($0.id)]" }
    return lines.joined(separator: "\n")
  }

  private var heading: [String] {
    let best = search.minima.first?.startCount ?? 0
    let others = search.minima.count - 1
    let criteria = [("aic", aic), ("aicc", aicc), ("bic", bic)].compactMap { name, value in
      value.map { "\(name) \(sixDigits($0))" }
    }
    return [
      "law \(law.name): \(law.form.formula)",
      "runs \(rowCount) from \(table.name)   degrees of freedom \(degreesOfFreedom)",
      "objective \(Self.objective)   rss \(sixDigits(residualSumOfSquares))"
        + (rSquared.map { "   R² of ln L \(sixDigits($0))" } ?? ""),
      criteria.joined(separator: "   "),
      "converged \(isConverged ? "yes" : "no") (\(termination.explanation))"
        + "   starts at this minimum \(best) of \(search.startCount)"
        + (others > 0 ? ", other minima \(others)" : ""),
    ].filter { !$0.isEmpty }
  }

  private var estimateLines: [String] {
    var rows = [["estimate", "value", "std. error", "\(sixDigits(100 * level)) % interval", ""]]
    for estimate in estimates {
      rows.append([
        estimate.name,
        sixDigits(estimate.value),
        estimate.standardError.map(sixDigits) ?? "n/a",
        estimate.interval.map { sixDigits($0.lowerBound) } ?? "n/a",
        estimate.interval.map { sixDigits($0.upperBound) } ?? "",
      ])
    }
    return aligned(rows)
  }

  private var residualLines: [String] {
    let summary = residualSummary
    let quantiles = [
      summary.minimum, summary.lowerQuartile, summary.median, summary.upperQuartile,
      summary.maximum,
    ]
    var rows = [["residuals of ln L", "min", "25 %", "median", "75 %", "max"]]
    rows.append([""] + quantiles.map(sixDigits))
    let largest = summary.largest.map { index in
      let run = table.runs[index]
      let place = run.line > 0 ? "line \(run.line)" : "run \(index + 1)"
      let name = run.name.map { " `\($0)`" } ?? ""
      return "\(place)\(name): \(sixDigits(residuals[index]))"
    }
    return aligned(rows) + ["largest: " + largest.joined(separator: ", ")]
  }

  /// Names left, numbers right, two spaces between.
  private func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + blanks : blanks + cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
