public import FileFormats
import ScalingLaws

extension PlanAnswer {
  /// The answer as the members of a JSON report, in a fixed order.
  ///
  /// The errors of a fit stand under `uncertainty`, one object a quantity. A loss that the source does not give is null, with the reason in `lossAbsence`. Hours stand
  /// under `time` where hardware was stated.
  public var json: JSONObject {
    var object: JSONObject = [
      "coefficientSet": .string(coefficientSet),
      "compute": .number(compute),
      "parameters": .number(parameters),
      "tokens": .number(tokens),
      "tokensPerParameter": .number(tokensPerParameter),
      "loss": loss.map(JSONValue.number) ?? .null,
    ]
    if let lossAbsence { object["lossAbsence"] = .string(lossAbsence) }
    if let uncertainty { object["uncertainty"] = .object(uncertainty.json) }
    if let time { object["time"] = .object(time.json) }
    object["warnings"] = .array(warnings.map { .object($0.json) })
    return object
  }
}

extension OptimumEstimate {
  /// Each quantity as `{value, standardError, interval, level}`, with a `reason` beside nulls.
  var json: JSONObject {
    [
      "parameters": parameters.json,
      "tokens": tokens.json,
      "tokensPerParameter": tokensPerParameter.json,
      "loss": loss.json,
    ]
  }
}

extension PlanAnswer.Time {
  /// The time and the hardware it is meant on.
  var json: JSONObject {
    [
      "hours": .number(hours),
      "deviceHours": .number(deviceHours),
      "accelerator": .string(hardware.accelerator.name),
      "peakFLOPsPerSecond": .number(hardware.accelerator.peak),
      "count": .integer(hardware.count),
      "utilization": .number(hardware.utilization),
    ]
  }
}

extension PlanWarning {
  /// The warning's name and words.
  var json: JSONObject {
    ["id": .string(id), "message": .string(message)]
  }
}
