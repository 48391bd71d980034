public import FileFormats

extension IsoFLOPResult {
  /// The result for programs, with keys in a fixed order.
  ///
  /// A budget without a best size has null for it and a `refusal` beside it.
  public var json: JSONObject {
    [
      "approach": .string(allocation.approach.rawValue),
      "table": .string(table.name),
      "rowCount": .integer(profiles.reduce(0) { $0 + $1.runs.count }),
      "interpolation": .string(options.interpolation.rawValue),
      "tolerance": .number(options.tolerance),
      "acceptsOutside": .bool(options.acceptsOutside),
      "budgetCount": .integer(profiles.count),
      "acceptedCount": .integer(acceptedProfiles.count),
      "budgets": .array(profiles.map { .object($0.json) }),
      "law": .object(allocation.json),
      "bootstrap": ReportTable.bootstrap(options.resampleCount, lostResampleCount, options.seed),
      "warnings": .array(
        warnings.map { ["id": .string($0.id), "message": .string($0.message)] }
      ),
    ]
  }

  /// The budgets and the law as tables for people; their layout may change.
  public var summary: String {
    var lines = [
      "approach 2 (IsoFLOP profiles, \(options.interpolation.rawValue)): ln N* = ln G + a ln(C/k)",
      "runs \(profiles.reduce(0) { $0 + $1.runs.count }) from \(table.name)"
        + "   budgets \(acceptedProfiles.count) of \(profiles.count)"
        + "   resamples \(options.resampleCount), lost \(lostResampleCount)",
      "",
    ]
    let rows = profiles.map(\.row)
    let interval = "\(sixDigits(100 * options.level)) % interval"
    let heading = ["C", "runs", "N*", interval, "", "D*", "D*/N*", "L*", "curvature"]
    lines += ReportTable.lines([heading] + rows)
    lines += profiles.compactMap { profile in
      profile.refusal.map { "n/a at \(sixDigits(profile.budget)): \($0)" }
    }
    return (lines + ["", allocation.summary()]).joined(separator: "\n")
  }
}

extension IsoFLOPProfile {
  /// The profile as cells of the summary's table.
  fileprivate var row: [String] {
    let best = [tokens, tokensPerParameter, loss].map { $0?.value } + [minimum?.curvature]
    let interval = parameters?.interval
    return [
      sixDigits(budget), "\(runs.count)",
      parameters.map { sixDigits($0.value) } ?? "n/a",
      interval.map { sixDigits($0.lowerBound) } ?? "n/a",
      interval.map { sixDigits($0.upperBound) } ?? "",
    ] + best.map { $0.map(sixDigits) ?? "n/a" }
  }

  /// The profile for programs.
  public var json: JSONObject {
    var object: JSONObject = [
      "compute": .number(budget),
      "rowCount": .integer(runs.count),
      "parameters": parameters?.json ?? .null,
      "tokens": tokens?.json ?? .null,
      "tokensPerParameter": tokensPerParameter?.json ?? .null,
      "loss": loss?.json ?? .null,
      "curvature": JSONValue(minimum?.curvature),
      "isInterior": minimum.map { .bool($0.isInterior) } ?? .null,
      "parabola": parabola.map { .object($0.json) } ?? .null,
    ]
    if let refusal { object["refusal"] = .string(refusal.description) }
    return object
  }
}

extension Parabola {
  /// The coefficients for programs: L = height + slope u + curvature u², u = ln N − center.
  public var json: JSONObject {
    [
      "center": .number(center), "height": .number(height), "slope": .number(slope),
      "curvature": .number(curvature),
    ]
  }
}

extension IsoFLOPBias {
  /// The bias for programs.
  public var json: JSONObject {
    [
      "law": .string(law.name),
      "foundExponent": .number(foundExponent),
      "trueExponent": .number(trueExponent),
      "exponentError": .number(exponentError),
      "budgetCount": .integer(profileCount),
      "budgets": .array(
        budgets.map {
          [
            "compute": .number($0.compute), "found": .number($0.found), "truth": .number($0.truth),
            "relativeError": .number($0.relativeError),
          ]
        }
      ),
    ]
  }

  /// The bias as lines for people.
  public var summary: String {
    var lines = [
      "without noise, on the law \(law.name): a \(sixDigits(foundExponent)), truly"
        + " \(sixDigits(trueExponent)), bias \(sixDigits(exponentError))"
    ]
    let rows = budgets.map {
      [
        sixDigits($0.compute), sixDigits($0.found), sixDigits($0.truth),
        "\(sixDigits(100 * $0.relativeError)) %",
      ]
    }
    if !rows.isEmpty { lines += ReportTable.lines([["C", "N* found", "N* true", "error"]] + rows) }
    return lines.joined(separator: "\n")
  }
}
