extension HonestyReport {
  /// What the checks say against trusting the fit, beyond ``FitResult/warnings``.
  public var warnings: [FitWarning] {
    deviationWarnings + outlierWarnings + lackOfFitWarnings + trendWarnings
      + (conventions?.warning.map { [$0] } ?? [])
  }

  private var deviationWarnings: [FitWarning] {
    (deviations?.disagreements ?? []).map { difference in
      FitWarning(
        .objectivesDisagree,
        "\(difference.name) is \(sixDigits(difference.leastSquares)) by least squares,"
          + " \(sixDigits(difference.leastDeviations)) by least absolute deviations,"
          + " \(sixDigits(abs(difference.inStandardErrors ?? .nan).rounded(toPlaces: 1))) standard errors apart:"
          + " few runs, or the tails of the noise, decide it"
      )
    }
  }

  /// Only least squares are drawn by them.
  private var outlierWarnings: [FitWarning] {
    guard let outliers, outliers.all.objective.isLeastSquares, !outliers.rows.isEmpty else {
      return []
    }
    let count = outliers.rows.count
    let names = outliers.rows.prefix(5).map { row in
      "\(row.run.label(index: row.index)) by \(sixDigits(row.distance.rounded(toPlaces: 1)))"
    }
    let rest = count > 5 ? " and \(count - 5) more" : ""
    return [
      FitWarning(
        .outliersPresent,
        "\(count) run\(count == 1 ? " lies" : "s lie") more than"
          + " \(sixDigits(outliers.rule.threshold)) times the noise from the law"
          + " (\(names.joined(separator: ", "))\(rest)) and draw\(count == 1 ? "s" : "") least squares"
          + " toward \(count == 1 ? "itself" : "themselves")"
      )
    ]
  }

  private var lackOfFitWarnings: [FitWarning] {
    guard let replicates, let statistic = replicates.statistic, let p = replicates.pValue, p < 0.01
    else { return [] }
    return [
      FitWarning(
        .lackOfFit,
        "the law misses the runs by more than replicates differ: F(\(replicates.lackDegreesOfFreedom),"
          + " \(replicates.pureDegreesOfFreedom)) = \(sixDigits(statistic)), p = \(sixDigits(p))"
      )
    ]
  }

  /// Of six tests the clearest, if it is clear among six and explains a tenth of what is left.
  private var trendWarnings: [FitWarning] {
    var tests: [(name: String, slope: ResidualTrends.Slope)] = []
    for trend in residualTrends.trends {
      if let slope = trend.slope { tests.append(("ln \(trend.variable)", slope)) }
      if let slope = trend.curvature { tests.append(("(ln \(trend.variable))²", slope)) }
    }
    guard let (name, slope) = tests.min(by: { $0.slope.pValue < $1.slope.pValue }),
      6 * slope.pValue < 1e-3, slope.explainedShare > 0.1
    else { return [] }
    return [
      FitWarning(
        .residualTrend,
        "residuals follow \(name) (t = \(sixDigits(slope.statistic.rounded(toPlaces: 1)))), which would"
          + " explain \(sixDigits((100 * slope.explainedShare).rounded(toPlaces: 0))) % of what the law"
          + " leaves: its form does not hold over these runs"
      )
    ]
  }
}

extension Double {
  /// The number rounded to so many decimal places, for words.
  func rounded(toPlaces places: Int) -> Double {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
