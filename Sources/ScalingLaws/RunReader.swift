import FileFormats

/// Reads one row after another and remembers what is odd about their compute.
struct RunReader {
  private let layout: RunTableLayout

  /// k in C = k N D.
  private let factor: Double

  /// What a loss as written is multiplied by.
  private let lossFactor: Double

  /// Whether rows without a usable loss, N or D are passed over.
  private let skipsBadRows: Bool

  /// The lines of the rows passed over.
  private(set) var skippedLines: [Int] = []

  /// What was wrong with the first of them.
  private(set) var firstSkipped: RunTableError.Reason?

  /// C / (k N D) of each run that has all three.
  private var computeRatios: [Double] = []

  /// The lines whose compute is no positive number, though N and D are given.
  private var linesWithoutCompute: [Int] = []

  init(layout: RunTableLayout, options: RunTableOptions) {
    self.layout = layout
    factor = options.flopsPerTokenParameter
    lossFactor = (options.lossUnit ?? .natsPerToken).conversionFactor
    skipsBadRows = options.skipsBadRows
  }

  /// The run of a row; `nil` for one passed over.
  mutating func read(_ row: CSVTable.Row) throws(RunTableError.Reason) -> Run? {
    var run: Run
    do throws(RunTableError.Reason) {
      run = try core(row)
    } catch {
      guard skipsBadRows, error.isBadValue else { throw error }
      skippedLines.append(row.line)
      firstSkipped = firstSkipped ?? error
      return nil
    }
    run.uniqueTokens = try uniqueTokens(row, of: run.tokens)
    if layout.positions[.weight] != nil { run.weight = try number(.weight, row) }
    return run
  }

  /// Parameters, tokens, compute and loss, without which a row is no run.
  private mutating func core(_ row: CSVTable.Row) throws(RunTableError.Reason) -> Run {
    let loss = try number(.loss, row)
    let parameters: Double
    let tokens: Double
    var compute: Double?
    if layout.positions[.parameters] != nil, layout.positions[.tokens] != nil {
      parameters = try number(.parameters, row)
      tokens = try number(.tokens, row)
      compute = label(row, product: factor * parameters * tokens)
    } else {
      let budget = try number(.compute, row)
      compute = budget
      if layout.positions[.parameters] != nil {
        parameters = try number(.parameters, row)
        tokens = try third(.tokens, budget / factor / parameters)
      } else {
        tokens = try number(.tokens, row)
        parameters = try third(.parameters, budget / factor / tokens)
      }
    }
    return Run(
      name: layout.positions[.name].map { trimmed(row.fields[$0][...]) },
      line: row.line,
      parameters: parameters,
      tokens: tokens,
      compute: compute ?? factor * parameters * tokens,
      loss: loss * lossFactor,
      columns: extraColumns(row)
    )
  }

  /// What the rows passed over and the compute column gave cause to say.
  var warnings: [FitWarning] {
    var warnings: [FitWarning] = []
    if !skippedLines.isEmpty {
      let count = skippedLines.count
      warnings.append(
        FitWarning(
          .rowsSkipped,
          "\(count) row\(count == 1 ? "" : "s") without a positive loss, N and D"
            + " \(count == 1 ? "is" : "are") left out: \(lineList(skippedLines))"
        )
      )
    }
    let heading = layout.positions[.compute].map { layout.header[$0] } ?? "compute"
    if let first = linesWithoutCompute.first {
      warnings.append(
        FitWarning(
          .computeIgnored,
          "\(linesWithoutCompute.count) of \(linesWithoutCompute.count + computeRatios.count) values"
            + " of `\(heading)` are no positive numbers, the first on line \(first);"
            + " parameters and tokens are given, so compute is taken from them"
        )
      )
    }
    if let mismatch = median(computeRatios.map { abs($0 - 1) }), mismatch > 0.02,
      let ratio = median(computeRatios)
    {
      warnings.append(
        FitWarning(
          .computeMismatch,
          mismatchWords(heading, mismatch: mismatch, ratio: ratio)
            + "; parameters and tokens are used as given"
        )
      )
    }
    return warnings
  }

  /// A factor that all runs share, or else how far half of them are off.
  private func mismatchWords(_ heading: String, mismatch: Double, ratio: Double) -> String {
    let product = "\(sixDigits(factor)) · N · D"
    return abs(ratio - 1) > 0.02
      ? "`\(heading)` is \(sixDigits(ratio)) times \(product) (median)"
      : "`\(heading)` is off \(product) by \(sixDigits(100 * mismatch)) % (median), above it in some runs"
        + " and below in others"
  }

  /// The compute of a row that does without; `nil` and remembered if it cannot be used.
  private mutating func label(_ row: CSVTable.Row, product: Double) -> Double? {
    guard let position = layout.positions[.compute] else { return nil }
    let field = row.fields[position]
    guard let compute = RunNumber(reading: field, isCount: true).value, compute > 0,
      compute.isFinite
    else {
      linesWithoutCompute.append(row.line)
      return nil
    }
    computeRatios.append(compute / product)
    return compute
  }

  /// The different tokens of a row; `nil` where the table does not say.
  ///
  /// A column of unique tokens wins over one of epochs. Neither can make them more than were read.
  private func uniqueTokens(
    _ row: CSVTable.Row,
    of tokens: Double
  ) throws(RunTableError.Reason) -> Double? {
    for column in [RunColumn.uniqueTokens, .epochs] {
      guard let position = layout.positions[column], !isMissingValue(row.fields[position]) else {
        continue
      }
      let value = try number(column, row)
      return min(tokens, column == .epochs ? tokens / value : value)
    }
    return nil
  }

  private func number(
    _ column: RunColumn,
    _ row: CSVTable.Row
  ) throws(RunTableError.Reason) -> Double {
    guard let position = layout.positions[column] else {
      throw .tooFewColumns(found: layout.header)
    }
    let field = row.fields[position]
    let heading = layout.header[position]
    let isCount = column != .loss && column != .weight && column != .epochs
    switch RunNumber(reading: field, isCount: isCount) {
    case .value(let value) where value > 0 && value.isFinite:
      return value
    case .ambiguous(let readings):
      throw .ambiguousNumber(column: heading, found: trimmed(field[...]), readings: readings)
    case .slip(let meant):
      throw .notPositive(column: heading, found: trimmed(field[...]), meant: meant)
    default:
      if column == .loss, isMissingValue(field) {
        throw .missingLoss(column: heading, found: trimmed(field[...]))
      }
      throw .notPositive(column: heading, found: trimmed(field[...]))
    }
  }

  private func third(
    _ column: RunColumn,
    _ value: Double
  ) throws(RunTableError.Reason) -> Double {
    guard value > 0, value.isFinite else { throw .impossibleThird(column, value: value) }
    return value
  }

  private func extraColumns(_ row: CSVTable.Row) -> [String: String] {
    var columns: [String: String] = [:]
    for position in layout.extraPositions {
      columns[layout.header[position]] = row.fields[position]
    }
    return columns
  }
}

extension RunTableError.Reason {
  /// Whether a row is to blame that holds a value no fit can use, and not the way it is written.
  fileprivate var isBadValue: Bool {
    switch self {
    case .missingLoss, .impossibleThird: true
    case .notPositive(_, _, let meant): meant == nil
    default: false
    }
  }
}

/// Lines as messages name them: `line 3`, `lines 3, 5 and 9`, `lines 1, 2, 3, 4, 5 and 17 more`.
func lineList(_ lines: [Int]) -> String {
  let shown = lines.count > 6 ? 5 : lines.count
  var words = lines.prefix(shown).map(String.init)
  if lines.count > shown { words.append("\(lines.count - shown) more") }
  guard words.count > 1, let last = words.popLast() else { return "line \(words.joined())" }
  return "lines \(words.joined(separator: ", ")) and \(last)"
}
