import CurveFitting

/// How much of a law's term the runs show.
struct TermVisibility {
  var term: LawTerm

  /// Its range over the runs, as a share of their mean loss.
  var range: Double

  /// Its largest share of a run's loss.
  var largestShare: Double

  /// The noise of ln L that the fit leaves.
  var noise: Double

  /// Whether the range is below ten times the noise, too little to tell the term's coefficients.
  var isFaint: Bool { range < 10 * noise || largestShare < 1e-8 }

  /// Whether the range is below the noise itself, or below the digits of any loss.
  ///
  /// The objective is then flat in the term's coefficients far beyond any ellipse about the minimum,
  /// and errors from the Jacobian there mean nothing.
  var isGone: Bool { range < noise || largestShare < 1e-8 }
}

extension FitResult {
  /// How much of each term the runs show.
  var termVisibilities: [TermVisibility] {
    let losses = table.runs.map { run in
      law.form.termLosses(LogRun(run), scaled: fit.parameters.span)
    }
    let mean = table.runs.reduce(0) { $0 + $1.loss / Double(rowCount) }
    return law.form.terms.enumerated().map { place, term in
      let values = losses.map { $0[place] }
      let shares = zip(values, table.runs).map { $0 / $1.loss }
      return TermVisibility(
        term: term,
        range: ((values.max() ?? 0) - (values.min() ?? 0)) / mean,
        largestShare: shares.max() ?? 0,
        noise: residualStandardError ?? 0
      )
    }
  }

  /// The first vanished term on which a quantity of this gradient depends.
  func vanishedTerm(_ gradient: [Double]) -> LawTerm? {
    let hit = termVisibilities.first { visibility in
      visibility.isGone && visibility.term.coefficients.contains { gradient[$0] != 0 }
    }
    return hit?.term
  }

  // MARK: Warnings

  var termWarnings: [FitWarning] {
    guard isConverged else { return [] }
    return termVisibilities.filter(\.isFaint).map { visibility in
      let name = visibility.term.name
      if visibility.isGone {
        return FitWarning(
          .vanishingTerm,
          "\(name) has vanished: over the runs it varies by less than the noise, so nothing is known"
            + " of its coefficients"
        )
      }
      return FitWarning(
        .vanishingTerm,
        "\(name) varies over the runs by \(sixDigits(100 * visibility.range)) % of the mean loss, only"
          + " \(sixDigits(visibility.range / visibility.noise)) times the noise: below ten times its"
          + " coefficients are hardly determined"
      )
    }
  }

  var intervalWarnings: [FitWarning] {
    let smallest = table.runs.map(\.loss).min() ?? .infinity
    let share = "\(sixDigits(100 * level)) %"
    return zip(law.form.coefficients, coefficientEstimates).compactMap { coefficient, estimate in
      guard let interval = estimate.interval else { return nil }
      let ends = "\(sixDigits(interval.lowerBound)) to \(sixDigits(interval.upperBound))"
      if estimate.name == "E", interval.upperBound >= smallest {
        return FitWarning(
          .wideInterval,
          "the \(share) interval of E, \(ends), reaches the smallest loss, \(sixDigits(smallest)):"
            + " the runs do not tell the floor from the losses"
        )
      }
      guard coefficient.scale == .linear, interval.lowerBound <= 0, interval.upperBound >= 0 else {
        return nil
      }
      guard coefficient.isPositive else {
        return FitWarning(
          .wideInterval,
          "the \(share) interval of \(estimate.name), \(ends), contains 0: the runs do not show it"
        )
      }
      return FitWarning(
        .wideInterval,
        "the \(share) interval of \(estimate.name), \(ends), contains 0: the runs do not show that its"
          + " term falls at all"
      )
    }
  }
}
