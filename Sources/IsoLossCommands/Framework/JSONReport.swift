import IsoLoss

/// The frame every JSON report stands in.
enum JSONReport {
  /// Writes a report: schema, version, seed, body, warnings, and under `environment` what may differ
  /// between two runs of the same work.
  static func write(
    schema: String,
    version: Int = 1,
    body: [(String, JSONValue)],
    warnings: [ReportWarning],
    seconds: Double,
    to context: CommandContext
  ) throws(FileError) {
    var report: JSONObject = [
      "schema": .string(schema),
      "schemaVersion": .integer(version),
      "version": .string(IsoLossVersion.current),
    ]
    for (key, value) in body { report[key] = value }
    var warnings = warnings
    for path in JSONValue.object(report).nonFinitePaths {
      let message = "`\(path)` is not a finite number and stands as null"
      warnings.append(ReportWarning(id: "not-finite", message: message))
      context.warn(message)
    }
    report["warnings"] = .array(warnings.map(\.json))
    report["environment"] = ["seconds": .number(seconds)]
    try context.output.write(JSONValue.object(report).serialized() + "\n")
  }

  /// A measured or estimated quantity: `{value, standardError, interval, level}`, with a reason beside
  /// what cannot be known.
  static func measured(
    _ value: Double?,
    _ uncertainty: Uncertainty?,
    reason: String
  ) -> JSONValue {
    var object: JSONObject = [
      "value": JSONValue(value),
      "standardError": JSONValue(uncertainty?.standardError),
      "interval": uncertainty.map {
        [.number($0.interval.lowerBound), .number($0.interval.upperBound)]
      } ?? .null,
      "level": JSONValue(uncertainty?.level),
    ]
    if uncertainty == nil { object["reason"] = .string(reason) }
    return .object(object)
  }
}
