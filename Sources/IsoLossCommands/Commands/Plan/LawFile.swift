import IsoLoss

/// A law as `isoloss fit --json` wrote it, or as someone wrote it by hand.
struct LawFile {
  /// What the file says.
  let fitted: FittedLaw

  /// The largest file read, in bytes: half a million draws of five coefficients fit.
  private static let largestFile = 1 << 26

  /// Reads a law.
  init(_ path: String, in context: CommandContext) throws {
    var file = try context.open(path)
    let name = context.displayName(path)
    let json = try JSONValue(parsing: file.readAll(limit: Self.largestFile), name: name)
    fitted = try FittedLaw(json: json, name: name)
  }
}

extension FittedLaw {
  /// The law as reports for people introduce it: `law.json: chinchilla, 30 runs of runs.csv`.
  var introduction: String {
    var parts = [law.name]
    if let count = provenance.rowCount, let table = provenance.table {
      parts.append("\(NumberText.counted(count, "run")) of \(table)")
    }
    if let objective { parts.append(objective.name) }
    return "\(name): \(parts.joined(separator: ", "))"
  }

  /// What a report for programs says of a law it was given.
  var json: JSONValue {
    [
      "name": .string(name),
      "law": .string(law.name),
      "formula": .string(law.form.formula),
      "table": JSONValue(provenance.table),
      "sha256": JSONValue(provenance.sha256),
      "rowCount": JSONValue(provenance.rowCount),
      "objective": JSONValue(objective?.name),
      "estimates": .object(JSONObject(estimates.map { ($0.name, $0.json) })),
      "lossUnit": JSONValue(lossUnit?.rawValue),
      "validation": JSONValue(validation),
      "parameterConvention": .string(parameterConvention.rawValue),
      "flopsPerTokenParameter": .number(k),
      "fittedRange": fittedRange.json,
      "uncertainty": JSONValue(sampleSource?.rawValue),
      "drawCount": JSONValue(draws?.count),
    ]
  }

  /// The law's own warnings, with its name.
  var reportWarnings: [ReportWarning] {
    caveats.map { ReportWarning(id: $0.id, message: "\(name): \($0.message)") }
  }
}
