public import FileFormats

extension AllocationLaw {
  /// The law for programs: its numbers with errors.
  public var json: JSONObject {
    var object: JSONObject = [
      "approach": .string(approach.rawValue),
      "flopsPerTokenParameter": .number(flopsPerTokenParameter),
      "estimates": .object(JSONObject(estimates.map { ($0.name, $0.json) })),
    ]
    if let line = coefficients.logLoss {
      object["logLoss"] = ["intercept": .number(line.intercept), "slope": .number(line.slope)]
    }
    return object
  }

  /// The law for people: a, b and G with errors, then the best split of budgets, each a table.
  ///
  /// - Parameter budgets: The budgets, in FLOPs.
  /// - Returns: The tables, an empty line between them.
  public func summary(budgets: [Double] = []) -> String {
    var lines = ReportTable.lines(
      [ReportTable.heading(level)] + estimates.map(ReportTable.row)
    )
    lines += ReportTable.absences(estimates)
    for compute in budgets {
      let best = optimum(compute: compute)
      let quantities =
        [best.parameters, best.tokens, best.tokensPerParameter]
        + (best.loss.map { [$0] } ?? [])
      lines.append("")
      lines += ReportTable.lines(
        [ReportTable.heading(level, "at \(sixDigits(compute))")]
          + quantities.map(ReportTable.row)
      )
    }
    return lines.joined(separator: "\n")
  }
}

extension AllocationEstimate {
  /// The split for programs.
  public var json: JSONObject {
    [
      "compute": .number(compute),
      "parameters": parameters.json,
      "tokens": tokens.json,
      "tokensPerParameter": tokensPerParameter.json,
      "loss": loss?.json ?? .null,
    ]
  }
}

/// What reports of the approaches share.
///
/// In tables names stand left, numbers right, two spaces between.
enum ReportTable {
  /// The headings above estimates.
  static func heading(_ level: Double, _ name: String = "estimate") -> [String] {
    [name, "value", "std. error", "\(sixDigits(100 * level)) % interval", ""]
  }

  /// An estimate below them.
  static func row(_ estimate: Estimate) -> [String] {
    [
      estimate.name,
      sixDigits(estimate.value),
      estimate.standardError.map(sixDigits) ?? "n/a",
      estimate.interval.map { sixDigits($0.lowerBound) } ?? "n/a",
      estimate.interval.map { sixDigits($0.upperBound) } ?? "",
    ]
  }

  /// Why errors are missing, a line a reason.
  static func absences(_ estimates: [Estimate]) -> [String] {
    var reasons: [String] = []
    for reason in estimates.compactMap(\.reason) where !reasons.contains(reason) {
      reasons.append(reason)
    }
    return reasons.map { reason in
      let names = estimates.filter { $0.reason == reason }.map(\.name)
      return "n/a for \(names.joined(separator: ", ")): \(reason)"
    }
  }

  /// What the errors of a law rest on, for programs.
  static func bootstrap(_ count: Int, _ lost: Int, _ seed: UInt64) -> JSONValue {
    [
      "resampleCount": .integer(count),
      "lostCount": .integer(lost),
      // JSON's integers end where Int does.
      "seed": Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)"),
    ]
  }

  /// Rows of equally many cells as lines.
  static func lines(_ rows: [[String]]) -> [String] {
    let columns = rows.first?.indices ?? 0..<0
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + blanks : blanks + cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
