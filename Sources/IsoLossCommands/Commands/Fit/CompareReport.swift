import IsoLoss

/// What `isoloss fit compare` found, for people and for programs.
struct CompareReport {
  let comparison: LawComparison
  let result: LawComparisonResult

  private var laws: [FittedLaw] { [comparison.first, comparison.second] }
  private var drawCount: Int { comparison.drawCount }
}

// MARK: - Warnings

extension CompareReport {
  /// Those of both laws, of the comparison, and how far budgets reach.
  var warnings: [ReportWarning] {
    laws.flatMap(\.reportWarnings)
      + comparison.warnings.map { ReportWarning(id: $0.id, message: $0.message) }
      + extrapolationWarnings
  }

  private var extrapolationWarnings: [ReportWarning] {
    laws.enumerated().compactMap { index, law in
      let farthest = result.points.compactMap { $0.extrapolation[index] }.max() ?? 1
      guard farthest > ComputePlan.tolerableExtrapolation else { return nil }
      return ReportWarning(
        id: "extrapolation",
        message: "\(law.name): compute is beyond the fitted runs by up to"
          + " \(NumberText.significant(farthest, digits: 3)) times"
      )
    }
  }
}

// MARK: - For people

extension CompareReport {
  var text: String {
    let heading = "first   \(laws[0].introduction)\nsecond  \(laws[1].introduction)\n"
    return [heading, coefficientTable, frontierTable, multiplierTable, conclusion]
      .joined(separator: "\n")
  }

  private var share: String { "\(NumberText.measured(100 * comparison.level)) %" }

  /// The coefficients of both laws, a row a name.
  private var coefficientTable: String {
    var table = TextTable([.left, .right, .right, .right, .right])
    table.add(["coefficient", "first", "std. error", "second", "std. error"])
    let names = laws.flatMap { $0.estimates.map(\.name) }
    for (place, name) in names.enumerated() where names.firstIndex(of: name) == place {
      table.add([name] + laws.flatMap { cells($0.estimates.first { $0.name == name }) })
    }
    return table.text
  }

  private func cells(_ estimate: Estimate?) -> [String] {
    guard let estimate else { return ["", ""] }
    return [
      NumberText.measured(estimate.value), estimate.standardError.map(NumberText.error) ?? "n/a",
    ]
  }

  private var frontierTable: String {
    var table = TextTable([.right, .right, .left, .right, .left])
    table.add([
      "compute", "first's loss", "\(share) interval", "second's loss", "\(share) interval",
    ])
    for point in result.points {
      table.add([
        NumberText.significant(point.compute, digits: 4),
        NumberText.measured(point.firstLoss.value),
        interval(point.firstLoss.interval?.lowerBound, point.firstLoss.interval?.upperBound),
        NumberText.measured(point.secondLoss.value),
        interval(point.secondLoss.interval?.lowerBound, point.secondLoss.interval?.upperBound),
      ])
    }
    return table.text
  }

  private var multiplierTable: String {
    var table = TextTable([.right, .right, .left])
    table.add(["compute", "multiplier", "\(share) interval"])
    for point in result.points {
      table.add([
        NumberText.significant(point.compute, digits: 4),
        point.value.map(NumberText.measured) ?? "none",
        interval(point.lower, point.upper),
      ])
    }
    return table.text
  }

  private func interval(_ low: Double?, _ high: Double?, digits: Int = 6) -> String {
    let ends = [low, high].map { $0.map { NumberText.significant($0, digits: digits) } }
    return switch (ends[0], ends[1]) {
    case (let low?, let high?): "\(low) to \(high)"
    case (let low?, nil): "\(low) and more, without end"
    case (nil, let high?): "up to \(high)"
    case (nil, nil): "n/a"
    }
  }

  /// What the multiplier means, whether one is enough, and where intervals come from.
  private var conclusion: String {
    var lines = [
      "multiplier: the compute the first law needs for the loss that the second reaches, over the"
        + " second's"
    ]
    lines += trendLines
    var reasons: [String] = []
    for reason in result.points.flatMap({ [$0.reason, $0.intervalReason] }).compactMap(\.self)
    where !reasons.contains(reason) { reasons.append(reason) }
    return (lines + [sourceLine].compactMap(\.self) + reasons).map { $0 + "\n" }.joined()
  }

  private var trendLines: [String] {
    guard let range = comparison.commonRange else {
      return ["no budget lies in both fitted ranges"]
    }
    let ends =
      "\(NumberText.significant(range.lowerBound, digits: 4)) to"
      + " \(NumberText.significant(range.upperBound, digits: 4)) FLOPs"
    guard let trend = result.trend else {
      return ["over \(ends), fitted by both, there is no multiplier at some budgets"]
    }
    let mean =
      "over \(ends), fitted by both: geometric mean \(NumberText.measured(trend.meanMultiplier))"
    let slope =
      "slope of its logarithm on that of compute: \(NumberText.significant(trend.slope, digits: 3))"
    guard let isConstant = trend.isConsistentWithConstant else { return [mean, slope] }
    return [
      mean,
      "\(slope) (\(interval(trend.lower, trend.upper, digits: 3))), so one multiplier"
        + (isConstant ? " may stand for all budgets" : " does not stand for all budgets"),
    ]
  }

  private var sourceLine: String? {
    guard let pairing = comparison.pairing else { return nil }
    let names = comparison.sources.map { source in
      source == .bootstrap ? "bootstrap" : "covariance"
    }
    let how =
      pairing == .joint
      ? "draw by draw, of the same resamples" : "as independent laws"
    return
      "intervals: \(NumberText.counted(drawCount, "pair")) of draws, first from its \(names[0]),"
      + " second from its \(names[1]), paired \(how), seed \(comparison.seed)"
  }
}

// MARK: - For programs

extension CompareReport {
  var json: [(String, JSONValue)] {
    [
      ("seed", Int(exactly: comparison.seed).map { .integer($0) } ?? .null),
      ("first", comparison.first.json),
      ("second", comparison.second.json),
      ("level", .number(comparison.level)),
      ("pairing", JSONValue(comparison.pairing?.rawValue)),
      ("drawCount", .integer(drawCount)),
      ("commonRange", commonRangeJSON),
      ("points", .array(result.points.map(json))),
      ("curve", .array(result.curve.map(json))),
      ("trend", result.trend.map(json) ?? .null),
    ]
  }

  private var commonRangeJSON: JSONValue {
    comparison.commonRange.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null
  }

  private func json(_ point: MultiplierEstimate) -> JSONValue {
    [
      "compute": .number(point.compute),
      "firstLoss": point.firstLoss.json,
      "secondLoss": point.secondLoss.json,
      "multiplier": .object(multiplier(point)),
      "infiniteCount": .integer(point.infiniteCount),
      "undefinedCount": .integer(point.undefinedCount),
      "extrapolation": [
        "first": JSONValue(point.extrapolation[0]), "second": JSONValue(point.extrapolation[1]),
      ],
    ]
  }

  private func multiplier(_ point: MultiplierEstimate) -> JSONObject {
    var object: JSONObject = [
      "value": JSONValue(point.value),
      "standardError": JSONValue(point.standardError),
      "interval": [JSONValue(point.lower), JSONValue(point.upper)],
      "level": .number(point.level),
    ]
    if let reason = point.reason ?? point.intervalReason { object["reason"] = .string(reason) }
    return object
  }

  private func json(_ trend: MultiplierTrend) -> JSONValue {
    var slope: JSONObject = [
      "value": .number(trend.slope),
      "standardError": JSONValue(trend.standardError),
      "interval": [JSONValue(trend.lower), JSONValue(trend.upper)],
      "level": .number(trend.level),
    ]
    if let reason = trend.intervalReason { slope["reason"] = .string(reason) }
    return [
      "meanMultiplier": .number(trend.meanMultiplier),
      "slope": .object(slope),
      "isConsistentWithConstant": trend.isConsistentWithConstant.map { .bool($0) } ?? .null,
    ]
  }
}
