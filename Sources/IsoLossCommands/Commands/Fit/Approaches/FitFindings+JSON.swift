import IsoLoss

extension FitFindings {
  /// The report's kind: a law's, or that of approaches.
  var schema: String { isParametric ? "isoloss.fit" : "isoloss.approaches" }

  /// The version of the kind.
  var schemaVersion: Int { isParametric ? FitResult.schemaVersion : 1 }

  /// The report's members between those of the frame.
  ///
  /// - Parameters:
  ///   - checks: What checks of a law add to it.
  ///   - draws: Whether a law keeps the coefficients of its resamples.
  ///   - validation: What the losses were measured on.
  /// - Returns: The members in order.
  func body(
    checks: [(String, JSONValue)],
    draws: Bool,
    validation: String?
  ) -> [(String, JSONValue)] {
    let members =
      isParametric
      ? parametric.value.map { unframed($0.json) } ?? []
      : [("table", .string(table.name)), ("rowCount", .integer(table.runs.count))]
    var body = members + checks + table.jsonMembers
    body += [
      ("sha256", .string("\(hash)")),
      ("flopsPerTokenParameter", .number(flopsPerTokenParameter)),
      ("fittedRange", table.fittedRange.json),
    ]
    if isParametric, let result = parametric.value {
      body += result.lawFileMembers(draws: draws, validation: validation)
    }
    if !isParametric { body.append(("approaches", .object(JSONObject(answers.map(json))))) }
    body.append(("optima", optima))
    if isParametric, let reason = answers.first?.splitReason {
      body.append(("optimaReason", .string(reason)))
    }
    if words.asks(for: .isoFLOPProfiles) {
      body.append(("bias", bias.value.map { .object($0.json) } ?? .null))
      if let reason = bias.reason { body.append(("biasReason", .string(reason))) }
    }
    return body
  }

  /// The splits of the budgets, one object for each; of several approaches, each with its name.
  private var optima: JSONValue {
    .array(
      answers.flatMap { answer in
        answer.splits.map { split in
          guard !isParametric else { return .object(split.json) }
          var object: JSONObject = ["approach": .string(answer.approach.rawValue)]
          for (key, value) in split.json.members.map({ ($0.key, $0.value) }) { object[key] = value }
          return .object(object)
        }
      }
    )
  }

  /// An answer by its name: exponents, and all that the approach has to say, or the reason why it has none.
  private func json(_ answer: ApproachAnswer) -> (String, JSONValue) {
    var object = JSONObject()
    for name in ["a", "b"] {
      object[name] = answer.exponents.first { $0.name == name }?.json ?? .null
    }
    let result: JSONObject? =
      switch answer.approach {
      case .trainingCurves: curves.value?.json
      case .isoFLOPProfiles: profiles.value?.json
      case .parametricFit: parametric.value?.json
      }
    object["result"] =
      result.map { .object(JSONObject(unframed($0).filter { $0.0 != "table" })) } ?? .null
    if let reason = answer.reason ?? answer.splitReason { object["reason"] = .string(reason) }
    return (answer.approach.rawValue, .object(object))
  }

  /// A result's members without those that the report says itself.
  private func unframed(_ json: JSONObject) -> [(String, JSONValue)] {
    let framed: Set = ["schema", "schemaVersion", "warnings"]
    return json.members.filter { !framed.contains($0.key) }.map { ($0.key, $0.value) }
  }
}
