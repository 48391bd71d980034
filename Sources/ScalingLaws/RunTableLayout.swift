import FileFormats

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where each quantity of a run stands in the rows of a table.
struct RunTableLayout {
  /// The headings.
  var header: [String]

  /// The position of each column found.
  var positions: [RunColumn: Int] = [:]

  /// Finds the columns: those the user named, then the known spellings.
  init(header: [String], options: RunTableOptions) throws(RunTableError.Reason) {
    self.header = header
    let named = try Self.named(options.columns, in: header)
    for column in RunColumn.allCases {
      if let heading = options.columns[column] {
        positions[column] = try Self.position(of: heading, in: header)
      } else if column == .compute, positions[.parameters] != nil, positions[.tokens] != nil {
        // A label at most, so a choice of labels is no reason to refuse the table.
        positions[column] = try? column.position(in: header)
      } else {
        positions[column] = try column.position(in: header)
      }
    }
    // A heading that the user gave another meaning has not its own as well.
    for (column, position) in positions where named[column] == nil {
      if named.values.contains(position) { positions[column] = nil }
    }
    guard positions[.loss] != nil else {
      let candidate = header.first { $0.lowercased().contains("loss") }
      throw .noLoss(found: header, candidate: candidate)
    }
    let sizes: [RunColumn] = [.parameters, .tokens, .compute]
    guard sizes.count(where: { positions[$0] != nil }) >= 2 else {
      throw .tooFewColumns(found: header)
    }
  }

  /// The positions of the columns the user named, no two alike.
  private static func named(
    _ columns: [RunColumn: String],
    in header: [String]
  ) throws(RunTableError.Reason) -> [RunColumn: Int] {
    var positions: [RunColumn: Int] = [:]
    for column in RunColumn.allCases {
      guard let heading = columns[column] else { continue }
      let position = try position(of: heading, in: header)
      if let other = RunColumn.allCases.first(where: { positions[$0] == position }) {
        throw .sharedColumn(header[position], other, column)
      }
      positions[column] = position
    }
    return positions
  }

  /// The position of a heading: exactly, or the only one that is it but for case.
  static func position(
    of heading: String,
    in header: [String]
  ) throws(RunTableError.Reason) -> Int {
    if let exact = header.firstIndex(of: heading) { return exact }
    let others = header.indices.filter { header[$0].lowercased() == heading.lowercased() }
    guard others.count == 1 else { throw .unknownColumn(heading, found: header) }
    return others[0]
  }
}

/// Reads one row after another and remembers what is odd about their compute.
struct RunReader {
  private let layout: RunTableLayout

  /// k in C = k N D.
  private let factor: Double

  /// C / (k N D) of each run that has all three.
  private var computeRatios: [Double] = []

  /// The lines whose compute is no positive number, though N and D are given.
  private var linesWithoutCompute: [Int] = []

  init(layout: RunTableLayout, factor: Double) {
    self.layout = layout
    self.factor = factor
  }

  /// The run of a row.
  mutating func read(_ row: CSVTable.Row) throws(RunTableError.Reason) -> Run {
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
      loss: loss,
      columns: extraColumns(row)
    )
  }

  /// What the compute column gave cause to say.
  var warnings: [FitWarning] {
    var warnings: [FitWarning] = []
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
    guard let compute = CSVNumber.parse(row.fields[position]), compute > 0,
      compute.isFinite
    else {
      linesWithoutCompute.append(row.line)
      return nil
    }
    computeRatios.append(compute / product)
    return compute
  }

  private func number(
    _ column: RunColumn,
    _ row: CSVTable.Row
  ) throws(RunTableError.Reason) -> Double {
    guard let position = layout.positions[column] else {
      throw .tooFewColumns(found: layout.header)
    }
    let field = row.fields[position]
    guard let value = CSVNumber.parse(field), value > 0, value.isFinite else {
      if column == .loss, isMissingValue(field) {
        throw .missingLoss(column: layout.header[position], found: trimmed(field[...]))
      }
      throw .notPositive(column: layout.header[position], found: trimmed(field[...]))
    }
    return value
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
    for (position, heading) in layout.header.enumerated()
    where !layout.positions.values.contains(position) {
      columns[heading] = row.fields[position]
    }
    return columns
  }
}

/// The middle value, or `nil` of none.
func median(_ values: [Double]) -> Double? {
  quantile(values.sorted(), 0.5)
}

/// The value below which lies a share of sorted ones, interpolated between neighbors; `nil` of none.
func quantile(_ sorted: [Double], _ share: Double) -> Double? {
  guard let last = sorted.last else { return nil }
  let place = share * Double(sorted.count - 1)
  let below = Int(place)
  guard below + 1 < sorted.count else { return last }
  return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
}
