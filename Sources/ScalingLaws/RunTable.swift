public import FileFormats

/// A table of training runs, read from CSV.
///
///     let table = try RunTable(csv, RunTableOptions(selections: [.init(parsing: "dataset=c4")]))
///     let result = try LawFit(Chinchilla(), to: table).run()
///
/// Columns are found by name in any order (``RunColumn/spellings``). Parameters and tokens as given
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

  /// Creates a table from runs that did not come from a file.
  public init(name: String, runs: [Run]) {
    self.name = name
    self.runs = runs
    columns = [:]
    warnings = []
  }

  /// Reads the runs of a CSV table.
  ///
  /// - Parameters:
  ///   - csv: The table as text fields.
  ///   - options: Named columns, selections, and k.
  /// - Throws: ``RunTableError`` at the first line or column that cannot be used.
  public init(
    _ csv: CSVTable,
    _ options: RunTableOptions = RunTableOptions()
  ) throws(RunTableError) {
    let layout = try located(csv.name) { () throws(RunTableError.Reason) in
      guard !csv.rows.isEmpty else { throw .noRows }
      return try RunTableLayout(header: csv.header, options: options)
    }
    var reader = RunReader(layout: layout, factor: options.flopsPerTokenParameter)
    var runs: [Run] = []
    for row in try options.select(csv) {
      runs.append(
        try located(csv.name, line: row.line) { () throws(RunTableError.Reason) in
          try reader.read(row)
        }
      )
    }
    name = csv.name
    self.runs = runs
    columns = layout.positions.mapValues { csv.header[$0] }
    warnings = reader.warnings
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
