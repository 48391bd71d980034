/// Why a table of runs cannot be used.
public struct RunTableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// A field is not the positive number it must be.
    case notPositive(column: String, found: String)

    /// A run has no loss: the field is empty or says that there is none.
    case missingLoss(column: String, found: String)

    /// A field compared as a number is none.
    case notNumber(column: String, selection: String, found: String)

    /// Two of parameters, tokens and compute make a wrong third.
    case impossibleThird(RunColumn, value: Double)

    /// Fewer than two of parameters, tokens and compute have a column.
    case tooFewColumns(found: [String])

    /// No column is the loss; `candidate` looks like it.
    case noLoss(found: [String], candidate: String?)

    /// Several columns could be meant.
    case ambiguousColumn(RunColumn, candidates: [String])

    /// A column the user named does not exist.
    case unknownColumn(String, found: [String])

    /// A selection is not a column, a comparison and a value.
    case malformedSelection(String)

    /// A selection has its comparison the wrong way round.
    case reversedSign(String, found: String, meant: String)

    /// A selection leaves no row; `found` are values its column has, `near` one that only differs in
    /// case.
    case nothingSelected(String, column: String, found: [String], near: String? = nil)

    /// The user named one column for two quantities.
    case sharedColumn(String, RunColumn, RunColumn)

    /// The table has a header and nothing else.
    case noRows
  }

  /// What the user calls the table, usually its file name.
  public var name: String

  /// The line, counted from 1, where it is one line's fault.
  public var line: Int?

  /// What went wrong.
  public var reason: Reason

  /// Creates an error about a table.
  public init(_ name: String, line: Int? = nil, _ reason: Reason) {
    self.name = name
    self.line = line
    self.reason = reason
  }

  /// The error in words.
  public var description: String {
    let place = line.map { "\(name):\($0)" } ?? name
    return "\(place): \(reason)"
  }
}

extension RunTableError.Reason: CustomStringConvertible {
  /// The reason in words, without the place.
  public var description: String {
    switch self {
    case .notPositive(let column, let found):
      "expected a positive number for `\(column)`, found \(quoted(found))"
    case .missingLoss(let column, let found):
      "expected a positive number for `\(column)`, found \(quoted(found));"
        + " leave such runs out with --where '\(column)>0'"
    case .notNumber(let column, let selection, let found):
      "expected a number for `\(column)` to compare in `\(selection)`, found \(quoted(found))"
    case .impossibleThird(let column, let value):
      "expected positive \(column.rawValue) from the other two columns, found \(value)"
    case .tooFewColumns(let found):
      "expected columns for two of parameters, tokens and compute, found \(list(found))"
    case .noLoss(let found, let candidate):
      "expected a column `loss`, found \(list(found))"
        + (candidate.map { "; name it with --column 'loss=\($0)'" } ?? "")
    case .ambiguousColumn(let column, let candidates):
      "several columns could be the \(column.rawValue): \(list(candidates));"
        + " name one with --column '\(column.rawValue)=…'"
    case .unknownColumn(let column, let found):
      "no column is called `\(column)`; there are \(list(found))"
    case .malformedSelection(let text):
      "expected a comparison such as `dataset=c4` or `epochs<=1`, found `\(text)`"
    case .reversedSign(let text, let found, let meant):
      "expected `\(meant)` where `\(text)` has `\(found)`"
    case .nothingSelected(let selection, let column, let found, let near):
      "`\(selection)` selects no run; `\(column)` holds \(list(found))"
        + (near.map { "; did you mean `\($0)`?" } ?? "")
    case .sharedColumn(let heading, let first, let second):
      "the column `\(heading)` is named for both \(first.rawValue) and \(second.rawValue)"
    case .noRows:
      "expected runs below the header, found none"
    }
  }

  private func quoted(_ field: String) -> String { field.isEmpty ? "nothing" : "`\(field)`" }

  private func list(_ words: [String]) -> String {
    words.map { "`\($0)`" }.joined(separator: ", ")
  }
}
