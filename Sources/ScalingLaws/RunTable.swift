public import FileFormats

/// A table of training runs, read from CSV.
///
///     let table = try RunTable(csv, RunTableOptions(selections: [.init(parsing: "dataset=c4")]))
///     let result = try LawFit(Chinchilla(), to: table).run()
///
/// Columns are found by name in any order (``RunColumn/spellings``), and counts are read as people
/// write them, `1,000,000` or `70B`, where that has one meaning. Parameters and tokens as given
/// win, and compute is then a label; otherwise two of parameters, tokens and compute give the third
/// by C = k N D. Everything is computed in Double: 6 N D overflows 64-bit integers, and published
/// tables carry the negative numbers to prove it.
public struct RunTable: Sendable, Hashable {
  /// What errors and reports call the table.
  public var name: String

  /// The selected runs in the table's order.
  public var runs: [Run]

  /// The heading of the column each quantity was read from.
  public var columns: [RunColumn: String]

  /// What a reader of results from this table should know.
  public var warnings: [FitWarning]

  /// The unit of the runs' losses: nats per token, or bits per byte where the table was declared so.
  public var lossUnit: LossUnit

  /// The unit the table's user declared; `nil` if none.
  public var declaredLossUnit: LossUnit?

  /// What the runs' parameters count.
  public var parameterConvention: ParameterConvention

  /// The lines of the rows left out for having no usable loss, N or D, where that was asked for.
  public var skippedLines: [Int]

  /// The table's headings, in order.
  public var header: [String]

  /// ``alternative`` as a list of one or none, since a value cannot hold its own kind.
  private var alternatives: [RunTable] = []

  /// Creates a table from runs that did not come from a file.
  public init(name: String, runs: [Run]) {
    self.name = name
    self.runs = runs
    columns = [:]
    warnings = []
    lossUnit = .natsPerToken
    parameterConvention = .undeclared
    skippedLines = []
    header = []
  }

  /// Reads the runs of a CSV table.
  ///
  /// - Parameters:
  ///   - csv: The table as text fields.
  ///   - options: Named columns, selections, units, and k.
  /// - Throws: ``RunTableError`` at the first line or column that cannot be used.
  public init(
    _ csv: CSVTable,
    _ options: RunTableOptions = RunTableOptions()
  ) throws(RunTableError) {
    let rows = try options.select(csv)
    let headings: [ParameterConvention: String]
    (self, headings) = try Self.reading(rows, of: csv, options)
    let other: ParameterConvention =
      parameterConvention == .nonEmbedding ? .total : .nonEmbedding
    guard let heading = headings[other] else { return }
    var otherOptions = options
    otherOptions.columns[.parameters] = heading
    otherOptions.parameterConvention = other
    if let (table, _) = try? Self.reading(rows, of: csv, otherOptions) { alternatives = [table] }
  }

  /// The same rows with parameters counted the other way, where the table has a column for each.
  ///
  /// With embeddings if ``parameterConvention`` is without them, else without. A law fitted to both
  /// shows what the choice does. `nil` also where that column has values that are no count.
  public var alternative: RunTable? { alternatives.first }
}

// MARK: - Reading

extension RunTable {
  /// Reads selected rows; also gives the headings of both conventions, where there are both.
  private static func reading(
    _ rows: [CSVTable.Row],
    of csv: CSVTable,
    _ options: RunTableOptions
  ) throws(RunTableError) -> (RunTable, [ParameterConvention: String]) {
    let layout = try located(csv.name) { () throws(RunTableError.Reason) in
      try RunTableLayout(header: csv.header, options: options)
    }
    var reader = RunReader(layout: layout, options: options)
    var table = RunTable(name: csv.name, runs: [])
    table.runs.reserveCapacity(rows.count)
    for row in rows {
      let run = try located(csv.name, line: row.line) { () throws(RunTableError.Reason) in
        try reader.read(row)
      }
      if let run { table.runs.append(run) }
    }
    if table.runs.isEmpty, let line = reader.skippedLines.first, let reason = reader.firstSkipped {
      let count = reader.skippedLines.count
      throw RunTableError(csv.name, .everyRowSkipped(count: count, line: line, reason))
    }
    table.columns = layout.positions.mapValues { csv.header[$0] }
    table.declaredLossUnit = options.lossUnit
    table.lossUnit = (options.lossUnit ?? .natsPerToken).converted
    table.parameterConvention = layout.convention
    table.skippedLines = reader.skippedLines
    table.header = csv.header
    table.warnings =
      reader.warnings + table.duplicateWarnings
      + RunTableSuspicions(table, vocabularySize: options.vocabularySize).warnings
    return (table, layout.conventionHeadings)
  }
}

extension RunTable {
  /// The extent of the runs; `nil` where a quantity has no positive finite value.
  public var fittedRange: CoefficientSet.FittedRange {
    CoefficientSet.FittedRange(
      parameters: range(\.parameters),
      tokens: range(\.tokens),
      compute: range(\.compute)
    )
  }

  private func range(_ quantity: (Run) -> Double) -> ClosedRange<Double>? {
    let values = runs.map(quantity).filter { $0 > 0 && $0.isFinite }
    guard let least = values.min(), let most = values.max() else { return nil }
    return least...most
  }
}

/// Adds the table and the line to an error.
func located<Result>(
  _ name: String,
  line: Int? = nil,
  _ body: () throws(RunTableError.Reason) -> Result
) throws(RunTableError) -> Result {
  do throws(RunTableError.Reason) {
    return try body()
  } catch {
    throw RunTableError(name, line: line, error)
  }
}
