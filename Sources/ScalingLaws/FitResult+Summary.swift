import CurveFitting

extension FitResult {
  /// A fixed-width table for people to read, at most six significant digits; its layout may change.
  ///
  /// ``warnings`` are not in it: they belong beside it, where they cannot be mistaken for results.
  public var summary: String {
    var lines = heading
    lines.append("")
    lines += estimateLines
    lines += absenceLines
    lines += profileLines
    lines.append("")
    lines += residualLines
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
      "objective \(objective.name)   rss \(sixDigits(residualSumOfSquares))"
        + (residualStandardError.map { "   noise \(sixDigits(100 * $0)) %" } ?? "")
        + (rSquared.map { "   R² of ln L \(sixDigits($0))" } ?? ""),
      criteria.joined(separator: "   "),
      "converged \(isConverged ? "yes" : "no") (\(termination.explanation))"
        + "   starts at this minimum \(best) of \(search.startCount)"
        + (others > 0 ? ", other minima \(others)" : ""),
    ].filter { !$0.isEmpty } + searchLines
  }

  /// What was asked for of the search.
  private var searchLines: [String] {
    let solver = solver == .automatic ? nil : "solver \(solver.rawValue)"
    return [solver, basinScan?.sentence].compactMap(\.self)
  }

  /// The coefficients, and below a gap what follows from them.
  private var estimateLines: [String] {
    let heading = ["estimate", "value", "std. error", "\(sixDigits(100 * level)) % interval", ""]
    let lines = aligned([heading] + (coefficientEstimates + derivedEstimates).map(row))
    guard !derivedEstimates.isEmpty else { return lines }
    let rule = "compute-optimal at C = k N D: N* = G (C/k)^a, D* = (C/k)^b / G"
    let split = 1 + coefficientEstimates.count
    return lines[..<split] + ["", rule] + lines[split...]
  }

  private func row(_ estimate: Estimate) -> [String] {
    [
      estimate.name,
      sixDigits(estimate.value),
      estimate.standardError.map(sixDigits) ?? "n/a",
      estimate.interval.map { sixDigits($0.lowerBound) } ?? "n/a",
      estimate.interval.map { sixDigits($0.upperBound) } ?? "",
    ]
  }

  /// Why errors are missing, a line a reason.
  private var absenceLines: [String] {
    var namesByReason: [(reason: String, names: [String])] = []
    for estimate in estimates {
      guard let reason = estimate.reason else { continue }
      if let index = namesByReason.firstIndex(where: { $0.reason == reason }) {
        namesByReason[index].names.append(estimate.name)
      } else {
        namesByReason.append((reason, [estimate.name]))
      }
    }
    return namesByReason.map { "n/a for \($0.names.joined(separator: ", ")): \($0.reason)" }
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
  func aligned(_ rows: [[String]]) -> [String] {
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
