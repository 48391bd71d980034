extension HonestyReport {
  /// What was asked for, for people: short sections, an empty line between them; empty if nothing.
  public var summary: String {
    var sections: [[String]] = []
    if let deviations { sections.append(deviations.lines) }
    if let replicates { sections.append(replicates.lines) }
    if let conventions { sections.append(conventions.lines) }
    if reportsOutliers, let outliers { sections += outliers.sections }
    if let holdout { sections.append(holdout.lines) }
    if !rollout.isEmpty { sections.append(rolloutLines) }
    if let comparison { sections.append(comparison.lines) }
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var rolloutLines: [String] {
    let heading = ["rollout", "fitted", "predicted", "error", "of L - E", "in noise", "regret"]
    let rows = rollout.map { cut -> [String] in
      let name = "\(sixDigits(100 * cut.trainingShare)) %"
      guard let holdout = cut.holdout else {
        return [name] + heading.dropFirst().map { _ in "n/a" }
      }
      return [
        name, "\(holdout.split.training.count)", "\(holdout.split.heldOut.count)",
      ] + holdout.cells
    }
    let failures = rollout.compactMap { cut in
      cut.failure.map { "n/a at \(sixDigits(100 * cut.trainingShare)) %: \($0)" }
    }
    return ReportTable.lines([heading] + rows) + failures
  }
}

/// A share as percents, for tables.
private func percents(_ share: Double?) -> String {
  share.map { "\(sixDigits((100 * $0).rounded(toPlaces: 3))) %" } ?? "n/a"
}

extension Holdout {
  /// Error, error in L − E, error in noise, mean regret.
  fileprivate var cells: [String] {
    [
      percents(meanAbsoluteRelativeError),
      percents(meanAbsoluteReducibleError),
      errorInNoise.map { sixDigits($0.rounded(toPlaces: 2)) } ?? "n/a",
      percents(regret?.mean),
    ]
  }

  fileprivate var lines: [String] {
    let counts =
      "held out: \(split.heldOut.count) of \(split.training.count + split.heldOut.count) runs,"
      + " up to \(sixDigits(extrapolationFactor.rounded(toPlaces: 1))) times the compute fitted"
    var lines = [
      counts,
      "error of L \(percents(meanAbsoluteRelativeError))   bias \(percents(bias))"
        + "   of L - E \(percents(meanAbsoluteReducibleError))"
        + "   in noise \(errorInNoise.map { sixDigits($0.rounded(toPlaces: 2)) } ?? "n/a")",
    ]
    if let reducibleErrorReason { lines.append("n/a for L - E: \(reducibleErrorReason)") }
    if let regret {
      lines.append(
        "regret \(percents(regret.mean)) more compute for following the small runs' law,"
          + " \(percents(regret.largest)) at worst"
      )
    }
    return lines
  }
}

extension DeviationComparison {
  /// The exponents: they are what the two are compared by.
  fileprivate var lines: [String] {
    let exponents = differences.filter(\.isExponent).map { difference in
      let away = difference.inStandardErrors.map { sixDigits($0.rounded(toPlaces: 2)) } ?? "n/a"
      return "\(difference.name) \(sixDigits(difference.leastDeviations)) (\(away))"
    }
    return [
      "by least absolute deviations (std. errors away): " + exponents.joined(separator: "   ")
    ]
  }
}

extension LackOfFit {
  fileprivate var lines: [String] {
    let noise =
      "replicates: \(runCount) runs at \(groupCount) places"
      + "   pure error \(sixDigits(pureStandardDeviation))"
    guard let statistic, let pValue else { return [noise, "no test of fit: \(reason ?? "")"] }
    return [
      noise,
      "lack of fit F(\(lackDegreesOfFreedom), \(pureDegreesOfFreedom)) = \(sixDigits(statistic))"
        + "   p = \(sixDigits(pValue))",
    ]
  }
}

extension ConventionComparison {
  fileprivate var lines: [String] {
    let names = [chosen, other].map { $0.table.columns[.parameters] ?? "?" }
    let rows = differences.map { difference in
      [
        difference.name, sixDigits(difference.chosen.value), sixDigits(difference.other.value),
        difference.inStandardErrors.map { sixDigits($0.rounded(toPlaces: 2)) } ?? "n/a",
      ]
    }
    return ReportTable.lines([["parameters"] + names + ["std. errors away"]] + rows)
  }
}

extension FormComparison {
  fileprivate var lines: [String] {
    let heading = ["law", "coefficients", "aic", "aicc", "bic", "held-out error", "in noise"]
    let rows = entries.map { entry in
      [
        entry.law,
        entry.result.map { "\($0.freeCount)" } ?? "n/a",
        entry.result?.aic.map(sixDigits) ?? "n/a",
        entry.result?.aicc.map(sixDigits) ?? "n/a",
        entry.result?.bic.map(sixDigits) ?? "n/a",
        percents(entry.holdout?.meanAbsoluteRelativeError),
        entry.holdout?.errorInNoise.map { sixDigits($0.rounded(toPlaces: 2)) } ?? "n/a",
      ]
    }
    let failures = entries.compactMap { entry in
      entry.failure.map { "n/a for \(entry.law): \($0)" }
    }
    return ReportTable.lines([heading] + rows) + failures
  }
}

extension OutlierReport {
  fileprivate var sections: [[String]] {
    var flagged = [
      "outliers: \(rows.count) of \(all.rowCount) runs more than \(sixDigits(rule.threshold)) times the"
        + " noise, \(sixDigits(noise)), from the law of least absolute deviations"
    ]
    if !rows.isEmpty {
      flagged += ReportTable.lines(
        [["run", "loss", "residual", "in noise"]]
          + rows.map { row in
            [
              row.run.label(index: row.index), sixDigits(row.run.loss),
              sixDigits(row.robustResidual), sixDigits(row.distance.rounded(toPlaces: 1)),
            ]
          }
      )
    }
    return [flagged, comparisonLines, influenceLines].filter { !$0.isEmpty }
  }

  private var comparisonLines: [String] {
    if let withoutReason { return ["no fit without them: \(withoutReason)"] }
    guard let without else { return [] }
    let rows = zip(all.estimates, without.estimates).map { first, second in
      [first.name]
        + [first, second].flatMap { estimate in
          [sixDigits(estimate.value), estimate.standardError.map(sixDigits) ?? "n/a"]
        }
    }
    return ReportTable.lines(
      [["estimate", "all runs", "std. error", "without them", "std. error"]] + rows
    )
  }

  private var influenceLines: [String] {
    guard !influential.isEmpty else { return [] }
    let exponents = all.law.form.coefficients.indices.filter {
      all.law.form.coefficients[$0].scale == .linear
    }
    let names = exponents.map { "\(all.law.form.coefficients[$0].name) without" }
    let rows = influential.map { row in
      [
        row.run.label(index: row.index), sixDigits(row.leverage.rounded(toPlaces: 4)),
        sixDigits(row.studentizedResidual.rounded(toPlaces: 2)),
        sixDigits(row.cooksDistance.rounded(toPlaces: 4)),
      ]
        + exponents.map { place in
          row.lawWithout.map { sixDigits($0.coefficients[place]) } ?? "n/a"
        }
    }
    return ReportTable.lines(
      [["most influential", "leverage", "studentized", "Cook's distance"] + names] + rows
    )
  }
}
