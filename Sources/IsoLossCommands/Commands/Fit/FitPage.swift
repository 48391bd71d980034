import IsoLoss

/// The report of a fit as one page: its tables, its warnings and its pictures.
struct FitPage {
  /// What was found.
  let findings: FitFindings

  /// What checks of the fit have to say, if it was checked.
  let checks: HonestyReport?

  /// Its pictures.
  let pictures: FitPictures

  /// How many residuals are listed.
  private static let residualCount = 20

  /// The page.
  var report: HTMLReport {
    var sections = [section("Summary", [summary])]
    if let result = findings.parametric.value {
      sections.append(section("Estimates", [.text(result.law.form.formula), estimates(result)]))
    }
    sections.append(section("Best split of compute", splits))
    if let profiles = findings.profiles.value {
      sections.append(section("Compute budgets", [budgets(profiles)]))
    }
    if let checks, !checks.summary.isEmpty {
      sections.append(section("What the fit rests on", [.preformatted(checks.summary)]))
    }
    let told = findings.warnings + (checks?.warnings ?? [])
    let warnings = told.map { "\($0.message) [\($0.id)]" }
    sections.append(section("Warnings", [warnings.isEmpty ? .text("None.") : .list(warnings)]))
    sections += pictures.applicable.map { kind, drawing in
      section(kind.heading, [drawing.block(caption: caption(kind))])
    }
    if let result = findings.parametric.value {
      sections.append(section("Largest residuals", [residuals(result)]))
    }
    sections.append(section("Provenance", [provenance]))
    return HTMLReport(title: title, subtitle: subtitle, sections: sections)
  }

  private func section(_ heading: String, _ blocks: [HTMLReport.Block]) -> HTMLReport.Section {
    HTMLReport.Section(heading: heading, blocks: blocks)
  }

  private var title: String {
    let runs = "\(findings.table.runs.count) runs of \(findings.shortName)"
    return findings.words.choice == .all
      ? "Three approaches to \(runs)"
      : findings.parametric.value.map { "\(FitPage.capitalized($0.law.name)), fitted to \(runs)" }
        ?? "The best use of compute in \(runs)"
  }

  private var subtitle: String { "isoloss \(IsoLossVersion.current)" }

  private static func capitalized(_ name: String) -> String {
    name.prefix(1).uppercased() + name.dropFirst()
  }

  private static func table(_ rows: [[String]]) -> HTMLReport.Block {
    .table(.init(columns: [.init("what"), .init("value")], rows: rows))
  }
}

// MARK: - Tables

extension FitPage {
  private var summary: HTMLReport.Block {
    var rows = [["runs", "\(findings.table.runs.count)"]]
    if let result = findings.parametric.value {
      rows += [
        ["law", "\(result.law.name): \(result.law.form.formula)"],
        ["degrees of freedom", "\(result.degreesOfFreedom)"],
        ["objective", "\(result.objective.name), \(NumberText.measured(result.objectiveValue))"],
        ["noise", result.residualStandardError.map(NumberText.measured) ?? "n/a"],
        ["R²", result.rSquared.map(NumberText.measured) ?? "n/a"],
        ["AIC", result.aic.map(NumberText.measured) ?? "n/a"],
        ["converged", "\(result.isConverged ? "yes" : "no"), \(result.termination.explanation)"],
        ["minima found", "\(result.search.minima.count) from \(result.search.startCount) starts"],
        ["condition number", NumberText.measured(result.fit.covariance.conditionNumber)],
      ]
    }
    for answer in findings.answers where answer.reason != nil {
      rows.append([answer.approach.rawValue, "n/a: \(answer.reason ?? "")"])
    }
    if let bias = findings.bias.value {
      rows.append([
        "bias of approach 2", bias.summary.split(separator: "\n").first.map(String.init) ?? "",
      ])
    }
    if let reason = findings.bias.reason { rows.append(["bias of approach 2", "n/a: \(reason)"]) }
    return Self.table(rows)
  }

  private static func columns(_ names: [String], level: Double) -> [HTMLReport.Table.Column] {
    let share = "\(NumberText.measured(100 * level)) % interval"
    return names.map { .init($0) } + [
      .init("value", isNumeric: true), .init("std. error", isNumeric: true),
      .init("\(share), from", isNumeric: true), .init("to", isNumeric: true),
    ]
  }

  private func estimates(_ result: FitResult) -> HTMLReport.Block {
    let estimates = result.estimates
    let hasReasons = estimates.contains { $0.reason != nil }
    return .table(
      .init(
        columns: Self.columns(["estimate"], level: result.level)
          + (hasReasons ? [.init("without error since")] : []),
        rows: estimates.map { [$0.name] + $0.cells + (hasReasons ? [$0.reason ?? ""] : []) }
      )
    )
  }

  /// The exponents, then what they come to at each budget.
  private var splits: [HTMLReport.Block] {
    let answers = findings.answers
    let level = answers.flatMap(\.exponents).first?.level ?? 0.95
    // One approach needs no name beside each of its numbers.
    func named(_ answer: ApproachAnswer) -> [String] {
      answers.count > 1 ? [answer.approach.rawValue] : []
    }
    let approach = answers.count > 1 ? ["approach"] : []
    let exponents = answers.flatMap { answer in
      answer.exponents.map { named(answer) + [$0.name] + $0.cells }
    }
    let names = ["N", "D", "D/N", "L"]
    let rows = findings.budgets.indices.flatMap { place in
      names.indices.flatMap { position in
        answers.compactMap { answer -> [String]? in
          guard let estimate = answer.estimate(position, at: place) else { return nil }
          let compute = NumberText.measured(findings.budgets[place])
          return [compute, names[position]] + named(answer) + estimate.cells
        }
      }
    }
    let reasons = answers.compactMap { answer in
      answer.splitReason.map { "\(answer.approach.rawValue): \($0)" }
    }
    let k = NumberText.measured(findings.flopsPerTokenParameter)
    return [
      .text("N* = G (C/k)^a and D* = (C/k)^b / G, with C = k N D and k = \(k):"),
      .table(
        .init(columns: Self.columns(approach + ["exponent"], level: level), rows: exponents)
      ),
      .text("At the budgets C:"),
      .table(.init(columns: Self.columns(["C", "best"] + approach, level: level), rows: rows)),
    ] + (reasons + findings.notes).map { .text($0) }
  }

  private func budgets(_ result: IsoFLOPResult) -> HTMLReport.Block {
    let names = ["C", "runs", "N*", "D*", "D*/N*", "L*"]
    let hasRefusals = result.profiles.contains { $0.refusal != nil }
    return .table(
      .init(
        columns: names.map { .init($0, isNumeric: true) }
          + (hasRefusals ? [.init("without a best size since")] : []),
        rows: result.profiles.map { profile in
          let estimates = [
            profile.parameters, profile.tokens, profile.tokensPerParameter, profile.loss,
          ]
          return [NumberText.measured(profile.budget), "\(profile.runs.count)"]
            + estimates.map { $0.map { NumberText.measured($0.value) } ?? "n/a" }
            + (hasRefusals ? [profile.refusal?.description ?? ""] : [])
        }
      )
    )
  }

  private func residuals(_ result: FitResult) -> HTMLReport.Block {
    let residuals = result.residuals
    let order = residuals.indices.sorted {
      (abs(residuals[$1]), $0) < (abs(residuals[$0]), $1)
    }
    let noise = ResidualPicture.noise(result)
    let isLogarithmic = result.objective.residual == .logLoss
    let rows = order.prefix(Self.residualCount).map { index in
      let run = result.table.runs[index]
      return [
        run.line > 0 ? "\(run.line)" : "", run.name ?? "", NumberText.measured(run.parameters),
        NumberText.measured(run.tokens), NumberText.measured(run.loss),
        NumberText.measured(result.law.loss(parameters: run.parameters, tokens: run.tokens)),
        NumberText.significant(residuals[index], digits: 3),
        noise.map { NumberText.significant(residuals[index] / $0, digits: 3) } ?? "n/a",
      ]
    }
    let numeric = [
      "N", "D", "loss", "law", isLogarithmic ? "residual of ln L" : "residual", "in units of noise",
    ]
    return .table(
      .init(
        caption: "The \(rows.count) runs farthest from the law",
        columns: [.init("line", isNumeric: true), .init("run")]
          + numeric.map { .init($0, isNumeric: true) },
        rows: Array(rows)
      )
    )
  }

  private var provenance: HTMLReport.Block {
    var rows = [
      ["table", findings.table.name],
      ["sha256", "\(findings.hash)"],
      ["unit of loss", findings.table.lossUnit.displayName],
      ["parameters count", findings.table.parameterConvention.rawValue],
      ["FLOPs per token and parameter", NumberText.measured(findings.flopsPerTokenParameter)],
      ["approach", findings.words.choice.rawValue],
    ]
    if let result = findings.parametric.value {
      rows.append(["objective", result.objective.name])
      rows.append(["errors", errors(result)])
    }
    rows.append(["seed", "\(findings.seed)"])
    rows.append(["version", "isoloss \(IsoLossVersion.current)"])
    return Self.table(rows)
  }

  private func errors(_ result: FitResult) -> String {
    guard let draws = result.draws else {
      return result.scaledCovariance == nil
        ? "not known" : "covariance, \(result.errorModel.rawValue)"
    }
    return "\(draws.coefficients.count) bootstrap resamples"
      + (draws.unconvergedCount > 0 ? ", \(draws.unconvergedCount) lost" : "")
  }

  private func caption(_ kind: FigureKind) -> String {
    switch kind {
    case .isoloss: "Runs by size and tokens, colored by loss, with the fitted law's contours."
    case .isoflop: "The losses of each budget with the curve that gives its best size."
    case .envelope: "Only places between a smaller and a larger size count for the law."
    case .residuals: "A law that is right leaves residuals without a shape."
    case .extrapolation:
      "The bands hold what the fit does not know of the law, not that the law may be another."
    case .pairs: "Coefficients that trade against each other make narrow ridges."
    case .profiles: "Where a curve crosses the line the interval ends."
    }
  }
}
