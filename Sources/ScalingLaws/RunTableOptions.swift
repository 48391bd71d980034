import FileFormats

/// How a CSV table becomes runs: what its columns mean and which rows count.
public struct RunTableOptions: Sendable, Hashable {
  /// Headings for columns whose spelling is not known: `[.loss: "C4 Eval Loss"]`.
  public var columns: [RunColumn: String]

  /// Conditions a row must all meet.
  public var selections: [RunSelection]

  /// k in C = k · N · D, the training FLOPs for one token and one parameter.
  public var flopsPerTokenParameter: Double

  /// What the losses are given in; `nil` where nobody said, which is read as nats per token.
  public var lossUnit: LossUnit?

  /// What the parameters count, and which column is meant where the table counts both.
  public var parameterConvention: ParameterConvention

  /// How many different tokens there are, where known: no loss should exceed its logarithm.
  public var vocabularySize: Double?

  /// Whether rows without a positive finite loss, N and D are left out rather than an error.
  ///
  /// What is written so that it cannot be read (`1,5`, `70b`) stays an error.
  public var skipsBadRows: Bool

  /// Creates options.
  ///
  /// - Precondition: `flopsPerTokenParameter` is positive, `vocabularySize` above 1.
  public init(
    columns: [RunColumn: String] = [:],
    selections: [RunSelection] = [],
    flopsPerTokenParameter: Double = 6,
    lossUnit: LossUnit? = nil,
    parameterConvention: ParameterConvention = .undeclared,
    vocabularySize: Double? = nil,
    skipsBadRows: Bool = false
  ) {
    precondition(flopsPerTokenParameter > 0, "a token costs a positive number of FLOPs")
    precondition(vocabularySize ?? 2 > 1, "a vocabulary has more than one token")
    self.columns = columns
    self.selections = selections
    self.flopsPerTokenParameter = flopsPerTokenParameter
    self.lossUnit = lossUnit
    self.parameterConvention = parameterConvention
    self.vocabularySize = vocabularySize
    self.skipsBadRows = skipsBadRows
  }
}

extension RunTableOptions {
  /// The rows that meet every condition.
  ///
  /// Conditions are tried in order, so that a first one can keep text away from a numeric second.
  func select(_ csv: CSVTable) throws(RunTableError) -> [CSVTable.Row] {
    guard !csv.rows.isEmpty else { throw RunTableError(csv.name, .noRows) }
    var rows = csv.rows
    for selection in selections {
      let column = try located(csv.name) { () throws(RunTableError.Reason) in
        try RunTableLayout.position(of: selection.column, in: csv.header)
      }
      var kept: [CSVTable.Row] = []
      for row in rows {
        let isKept = try located(csv.name, line: row.line) { () throws(RunTableError.Reason) in
          try selection.accepts(row.fields[column])
        }
        if isKept { kept.append(row) }
      }
      guard !kept.isEmpty else {
        let values = rows.map { $0.fields[column] }
        let near = values.first { trimmed($0[...]).lowercased() == selection.value.lowercased() }
        throw RunTableError(
          csv.name,
          .nothingSelected(
            "\(selection)",
            column: csv.header[column],
            found: Self.someValues(values),
            near: selection.comparison == .equal ? near.map { trimmed($0[...]) } : nil
          )
        )
      }
      rows = kept
    }
    return rows
  }

  /// The first few distinct values, to show what could have been selected.
  private static func someValues(_ values: [String]) -> [String] {
    var some: [String] = []
    for value in values where !some.contains(value) && some.count < 5 { some.append(value) }
    return some
  }
}
