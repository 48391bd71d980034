import FileFormats

extension OutlierReport {
  /// The flagged and the influential runs for programs, with the fit that leaves the former out.
  var json: JSONValue {
    var object: JSONObject = [
      "rule": .string(rule.name),
      "threshold": .number(rule.threshold),
      "noise": .number(noise),
      "rows": .array(rows.map(\.json)),
      "influential": .array(influential.map { json($0) }),
      "without": without.map { json(without: $0) } ?? .null,
    ]
    if let withoutReason { object["withoutReason"] = .string(withoutReason) }
    return .object(object)
  }

  private func json(without fit: FitResult) -> JSONValue {
    [
      "rowCount": .integer(fit.rowCount),
      "residualSumOfSquares": .number(fit.residualSumOfSquares),
      "isConverged": .bool(fit.isConverged),
      "estimates": .object(JSONObject(fit.estimates.map { ($0.name, $0.json) })),
    ]
  }

  private func json(_ row: InfluentialRow) -> JSONValue {
    let names = all.law.form.coefficients.map(\.name)
    let shifts = zip(names, row.coefficientShifts).map { ($0, JSONValue.number($1)) }
    var object: JSONObject = [
      "line": .integer(row.run.line),
      "name": JSONValue(row.run.name),
      "leverage": .number(row.leverage),
      "studentizedResidual": .number(row.studentizedResidual),
      "cooksDistance": .number(row.cooksDistance),
      "coefficientShifts": .object(JSONObject(shifts)),
      "coefficientsWithout": .null,
    ]
    if let law = row.lawWithout {
      let values = zip(names, law.coefficients).map { ($0, JSONValue.number($1)) }
      object["coefficientsWithout"] = .object(JSONObject(values))
    }
    return .object(object)
  }
}

extension OutlierReport.Row {
  var json: JSONValue {
    [
      "line": .integer(run.line),
      "name": JSONValue(run.name),
      "loss": .number(run.loss),
      "residual": .number(robustResidual),
      "inNoise": .number(distance),
    ]
  }
}

extension ResidualTrends {
  /// The tests for programs, by variable.
  var json: JSONValue {
    .object(
      JSONObject(
        trends.map { trend in
          (
            trend.variable,
            [
              "slope": trend.slope?.json ?? .null,
              "curvature": trend.curvature?.json ?? .null,
              "signs": trend.signs?.json ?? .null,
            ]
          )
        }
      )
    )
  }
}

extension ResidualTrends.Slope {
  var json: JSONValue {
    [
      "value": .number(value),
      "standardError": .number(standardError),
      "t": .number(statistic),
      "pValue": .number(pValue),
      "explainedShare": .number(explainedShare),
    ]
  }
}

extension SignRuns {
  var json: JSONValue {
    [
      "count": .integer(count),
      "expected": .number(expected),
      "z": .number(statistic),
      "pValue": .number(pValue),
    ]
  }
}
