public import FileFormats

extension HonestyReport {
  /// What a report says of the checks, in order; only those that were made.
  public var jsonMembers: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = []
    if let deviations { members.append(("leastDeviations", deviations.json)) }
    members.append(("residualTrends", residualTrends.json))
    if let replicates { members.append(("replicates", replicates.json)) }
    if let conventions { members.append(("conventions", conventions.json)) }
    if reportsOutliers, let outliers { members.append(("outliers", outliers.json)) }
    if let holdout { members.append(("holdout", .object(holdout.json))) }
    if !rollout.isEmpty { members.append(("rollout", .array(rollout.map(\.json)))) }
    if let comparison { members.append(("lawComparison", comparison.json)) }
    return members
  }
}

extension Holdout {
  /// The test for programs.
  public var json: JSONObject {
    var object: JSONObject = [
      "heldOutShare": .number(share),
      "trainingCount": .integer(split.training.count),
      "heldOutCount": .integer(split.heldOut.count),
      "heldOutLines": .array(heldOutRuns.map { .integer($0.line) }),
      "extrapolationFactor": .number(extrapolationFactor),
      "meanAbsoluteRelativeError": .number(meanAbsoluteRelativeError),
      "bias": .number(bias),
      "meanAbsoluteReducibleError": JSONValue(meanAbsoluteReducibleError),
    ]
    if let reason = reducibleErrorReason {
      object["meanAbsoluteReducibleErrorReason"] = .string(reason)
    }
    object["errorInNoise"] = JSONValue(errorInNoise)
    if errorInNoise == nil {
      object["errorInNoiseReason"] = "the training fit leaves no noise"
    }
    object["regret"] =
      regret.map { ["mean": .number($0.mean), "largest": .number($0.largest)] } ?? .null
    if regret == nil { object["regretReason"] = "the law has no optimum in closed form" }
    let values = zip(training.law.form.coefficients, training.law.coefficients).map {
      ($0.name, JSONValue.number($1))
    }
    object["trainingConverged"] = .bool(training.isConverged)
    object["trainingCoefficients"] = .object(JSONObject(values))
    return object
  }
}

extension RolloutCut {
  /// The cut for programs: a test, or the reason there is none.
  var json: JSONValue {
    var object: JSONObject = ["trainingShare": .number(trainingShare)]
    for member in holdout?.json.members ?? [] { object[member.key] = member.value }
    if let failure { object["error"] = .string(failure) }
    return .object(object)
  }
}

extension FormComparison {
  /// The laws for programs.
  var json: JSONValue {
    .array(
      entries.map { entry in
        var object: JSONObject = [
          "law": .string(entry.law),
          "coefficientCount": JSONValue(entry.result?.freeCount),
          "residualSumOfSquares": JSONValue(entry.result?.residualSumOfSquares),
          "aic": JSONValue(entry.result?.aic),
          "aicc": JSONValue(entry.result?.aicc),
          "bic": JSONValue(entry.result?.bic),
          "holdout": entry.holdout.map { .object($0.json) } ?? .null,
        ]
        if let failure = entry.failure { object["error"] = .string(failure) }
        return .object(object)
      }
    )
  }
}

extension DeviationComparison {
  /// Least absolute deviations for programs, with their distance from least squares.
  var json: JSONValue {
    .object(
      JSONObject(
        differences.map { difference in
          (
            difference.name,
            [
              "value": .number(difference.leastDeviations),
              "inStandardErrors": JSONValue(difference.inStandardErrors),
            ]
          )
        }
      )
    )
  }
}

extension ConventionComparison {
  /// Both counts for programs.
  var json: JSONValue {
    [
      "parameterColumn": JSONValue(chosen.table.columns[.parameters]),
      "otherColumn": JSONValue(other.table.columns[.parameters]),
      "otherConvention": .string(other.table.parameterConvention.rawValue),
      "estimates": .object(
        JSONObject(
          differences.map { difference in
            (
              difference.name,
              [
                "chosen": difference.chosen.json, "other": difference.other.json,
                "inStandardErrors": JSONValue(difference.inStandardErrors),
              ]
            )
          }
        )
      ),
    ]
  }
}

extension LackOfFit {
  /// The replicates for programs.
  var json: JSONValue {
    var object: JSONObject = [
      "groupCount": .integer(groupCount),
      "runCount": .integer(runCount),
      "pureStandardDeviation": .number(pureStandardDeviation),
      "pureDegreesOfFreedom": .integer(pureDegreesOfFreedom),
      "lackDegreesOfFreedom": .integer(lackDegreesOfFreedom),
      "statistic": JSONValue(statistic),
      "pValue": JSONValue(pValue),
    ]
    if let reason { object["reason"] = .string(reason) }
    return .object(object)
  }
}
