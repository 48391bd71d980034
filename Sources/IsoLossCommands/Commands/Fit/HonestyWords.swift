import IsoLoss

/// The options that ask a fit what it rests on.
struct HonestyWords: Sendable {
  /// The options' table.
  static let options: [Option] = [
    .value(
      "holdout",
      "SHARE",
      help: "fit the runs of the least compute and predict this share of the largest, such as 20%"
    ),
    .value(
      "holdout-limit",
      "SHARE",
      help: "exit with 1 if the held-out losses are missed by more than this on average"
    ),
    .flag("rollout", help: "the same for training shares of 50, 60, 70, 80 and 90 %"),
    .value(
      "compare-laws",
      "LAW,LAW",
      help: "laws side by side: AIC, AICc, BIC and held-out error; `all` for all of them"
    ),
    .flag("outliers", help: "runs far from the law, the fit without them, and influential runs"),
  ]

  private var checks = HonestyChecks()
  private let limit: Double?

  /// The first option that asks for a check, if any does.
  private let asked: String?

  /// Takes the meaning from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    if let text = words.text("holdout") {
      checks.holdoutShare = try Self.share(text)
    }
    limit = try words.quantity("holdout-limit", Quantity.fraction)
    if limit != nil, checks.holdoutShare == nil {
      throw .other("`--holdout-limit` is about `--holdout SHARE`, which is missing")
    }
    if words.has("rollout") { checks.rolloutShares = HonestyChecks.usualRollout }
    checks.reportsOutliers = words.has("outliers")
    checks.comparedLaws = try Self.laws(words)
    let checking = ["holdout", "rollout", "compare-laws", "outliers"]
    asked = checking.first { words.has($0) || words.text($0) != nil }
  }

  /// Checks a parametric fit; `nil` where there is none to check.
  ///
  /// - Throws: ``UsageError`` where checks were asked for of another approach.
  func report(
    _ findings: FitFindings,
    _ request: FitRequest,
    in context: CommandContext
  ) throws -> HonestyReport? {
    guard findings.isParametric, let result = findings.parametric.value else {
      if let asked { throw UsageError.other("`--\(asked)` needs `--approach parametric`") }
      return nil
    }
    var checks = checks
    checks.flopsPerTokenParameter = findings.flopsPerTokenParameter
    return try request.lawFit(findings.table, in: context).honesty(
      of: result,
      checks,
      on: context.kernels.pool
    ) { [interruption = context.interruption] in
      try interruption.check()
    }
  }

  /// Whether the held-out losses were met as well as was asked.
  func passes(_ report: HonestyReport) -> Bool {
    guard let limit, let holdout = report.holdout else { return true }
    // Written so that an error that is no number fails.
    return holdout.meanAbsoluteRelativeError <= limit
  }

  private static func share(_ text: String) throws(UsageError) -> Double {
    guard let share = try? Quantity.fraction(text), share < 1 else {
      throw .other("`--holdout`: expected a share below 1 such as `0.2` or `20%`, found `\(text)`")
    }
    return share
  }

  private static func laws(_ words: ParsedWords) throws(UsageError) -> [any ScalingLawForm] {
    guard let text = words.text("compare-laws") else { return [] }
    if text == "all" { return ScalingLaw.forms }
    var forms: [any ScalingLawForm] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let form = ScalingLaw.form(named: String(part)) else {
        let known = ScalingLaw.forms.map { "`\($0.name)`" }.joined(separator: ", ")
        throw .other("`--compare-laws`: expected laws among \(known), or `all`, found `\(part)`")
      }
      guard !forms.contains(where: { $0.name == form.name }) else {
        throw .other("`--compare-laws`: `\(part)` is named twice")
      }
      forms.append(form)
    }
    return forms
  }
}
