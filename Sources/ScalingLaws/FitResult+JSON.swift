import CurveFitting
public import FileFormats

extension FitResult {
  /// The version of the `isoloss.fit` schema that ``json`` follows.
  public static var schemaVersion: Int { 1 }

  /// The result for programs: one object, versioned, with keys in a fixed order.
  ///
  /// A quantity that cannot be known is null, with a `reason` beside it.
  public var json: JSONObject {
    var object = members
    if let basinScan { object["basinScan"] = basinScan.json }
    for (name, reason) in absences { object["\(name)Reason"] = .string(reason) }
    return object
  }

  /// Why criteria are null: `aicReason` and the like stand at the end.
  private var absences: [(String, String)] {
    var absences: [(String, String)] = []
    if rSquared == nil { absences.append(("rSquared", "the losses are all equal")) }
    if aic == nil {
      let reason = "the law leaves no residuals, so their likelihood has no bounds"
      absences += [("aic", reason), ("aicc", reason), ("bic", reason)]
    } else if aicc == nil {
      let reason =
        rowCount > coefficientCount + 2
        ? "n/(p + 1) is 40 or more, where the correction is too small to matter"
        : "too few runs for the correction"
      absences.append(("aicc", reason))
    }
    return absences
  }

  private var members: JSONObject {
    [
      "schema": "isoloss.fit",
      "schemaVersion": .integer(Self.schemaVersion),
      "law": .string(law.name),
      "formula": .string(law.form.formula),
      "table": .string(table.name),
      "rowCount": .integer(rowCount),
      "degreesOfFreedom": .integer(degreesOfFreedom),
      "objective": .string(objective.name),
      "objectiveValue": .number(objectiveValue),
      "solver": .string(solver.rawValue),
      "errorModel": .string(errorModel.rawValue),
      "estimates": .object(JSONObject(estimates.map { ($0.name, $0.json) })),
      "correlations": correlationsJSON,
      "residualSumOfSquares": .number(residualSumOfSquares),
      "rSquared": JSONValue(rSquared),
      "aic": JSONValue(aic),
      "aicc": JSONValue(aicc),
      "bic": JSONValue(bic),
      "conditionNumber": .number(fit.covariance.conditionNumber),
      "relativeGradient": .number(fit.relativeGradient),
      "termination": .string(termination.rawValue),
      "isConverged": .bool(isConverged),
      "iterations": .integer(fit.iterations),
      "evaluations": .integer(fit.evaluations),
      "minima": minimaJSON,
      "residualSummary": residualSummaryJSON,
      "warnings": .array(
        warnings.map { ["id": .string($0.id), "message": .string($0.message)] }
      ),
    ]
  }

  /// Between scaled coefficients (log A with alpha, say), by name and name.
  private var correlationsJSON: JSONValue {
    let names = law.form.coefficients.map(\.name)
    return .object(
      JSONObject(
        names.enumerated().map { first, name in
          let row = names.enumerated().map { second, other in
            (other, JSONValue(correlation(first, second)))
          }
          return (name, .object(JSONObject(row)))
        }
      )
    )
  }

  /// How many starts there were, and each minimum with how many of them it drew.
  private var minimaJSON: JSONValue {
    let found = search.minima.map { minimum in
      let values = zip(law.form.coefficients, minimum.point.parameters).map {
        ($0.name, JSONValue.number($0.scale.natural($1)))
      }
      return JSONValue.object([
        "objectiveValue": .number(minimum.point.objective),
        "startCount": .integer(minimum.startCount),
        "coefficients": .object(JSONObject(values)),
      ])
    }
    return [
      "startCount": .integer(search.startCount),
      "flatCount": .integer(search.flatCount),
      "unconvergedCount": .integer(search.unconvergedCount),
      "found": .array(found),
    ]
  }

  private var residualSummaryJSON: JSONValue {
    let summary = residualSummary
    let largest = summary.largest.map { index in
      let run = table.runs[index]
      return JSONValue.object([
        "line": .integer(run.line),
        "name": JSONValue(run.name),
        "loss": .number(run.loss),
        "residual": .number(residuals[index]),
      ])
    }
    return [
      "minimum": .number(summary.minimum),
      "lowerQuartile": .number(summary.lowerQuartile),
      "median": .number(summary.median),
      "upperQuartile": .number(summary.upperQuartile),
      "maximum": .number(summary.maximum),
      "largest": .array(largest),
    ]
  }
}

extension Estimate {
  /// The estimate as `{value, standardError, interval: [low, high], level}`, with a `reason` for nulls.
  public var json: JSONValue {
    var object: JSONObject = [
      "value": .number(value),
      "standardError": JSONValue(standardError),
      "interval": interval.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null,
      "level": .number(level),
    ]
    if let reason { object["reason"] = .string(reason) }
    if let profile { object["profile"] = profile.json }
    return .object(object)
  }
}
