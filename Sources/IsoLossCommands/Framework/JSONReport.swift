import IsoLoss

/// The frame every JSON report stands in.
struct JSONReport {
  /// The report's kind, such as `isoloss.eval`.
  var schema: String

  /// The version of the kind.
  var version = 1

  /// The seed of the random numbers drawn; `nil` where none were.
  var seed: UInt64?

  /// The members between the frame's.
  var body: [(String, JSONValue)]

  /// What there is to warn about.
  var warnings: [ReportWarning]

  /// How long the work took.
  var seconds: Double

  /// What else may differ between two runs of the same work.
  var measured: [(String, JSONValue)] = []

  /// The report: schema, version, seed, body, warnings, and under `environment` what may differ
  /// between two runs of the same work.
  ///
  /// A number that is not finite stands as null, and a warning names it.
  func text(in context: CommandContext) -> String {
    var report: JSONObject = [
      "schema": .string(schema),
      "schemaVersion": .integer(version),
      "version": .string(IsoLossVersion.current),
      // JSON's integers end where Int does.
      "seed": seed.map { seed in Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)") }
        ?? .null,
    ]
    for (key, value) in body { report[key] = value }
    var warnings = warnings
    for path in JSONValue.object(report).nonFinitePaths {
      let message = "`\(path)` is not a finite number and stands as null"
      warnings.append(ReportWarning(id: "not-finite", message: message))
      context.warn(message)
    }
    report["warnings"] = .array(warnings.map(\.json))
    var environment: JSONObject = [
      "threads": .integer(context.kernels.pool.threadCount),
      "kernels": .string(context.kernels.variant.rawValue),
      "seconds": .number(seconds),
    ]
    for (key, value) in measured { environment[key] = value }
    report["environment"] = .object(environment)
    return JSONValue.object(report).serialized() + "\n"
  }
}

extension JSONReport {
  /// A measured or estimated quantity: `{value, standardError, interval, level}`, with a reason beside
  /// what cannot be known or needs care.
  static func measured(
    _ value: Double?,
    _ uncertainty: Uncertainty?,
    reason: String?
  ) -> JSONValue {
    var object: JSONObject = [
      "value": JSONValue(value),
      "standardError": JSONValue(uncertainty?.standardError),
      "interval": uncertainty.map {
        [.number($0.interval.lowerBound), .number($0.interval.upperBound)]
      } ?? .null,
      "level": JSONValue(uncertainty?.level),
    ]
    if let reason { object["reason"] = .string(reason) }
    return .object(object)
  }
}
