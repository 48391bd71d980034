import FileFormats

/// Why a table of runs cannot be used.
public struct RunTableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Reason: Error, Hashable, Sendable {
    /// A field is not the positive number it must be.
    ///
    /// `meant` is what was probably meant, where a slip such as `70b` can be guessed.
    case notPositive(column: String, found: String, meant: String? = nil)

    /// A field is a number in two ways.
    case ambiguousNumber(column: String, found: String, readings: [String])

    /// A run has no loss: the field is empty or says that there is none.
    case missingLoss(column: String, found: String)

    /// A field compared as a number is none.
    case notNumber(column: String, selection: String, found: String)

    /// Two of parameters, tokens and compute make a wrong third.
    case impossibleThird(RunColumn, value: Double)

    /// Fewer than two of parameters, tokens and compute have a column.
    case tooFewColumns(found: [String], guesses: [ColumnGuess] = [])

    /// Parameters have a column that leaves embeddings out, and no other.
    case onlyNonEmbedding(String)

    /// The first line holds numbers, where names of columns should stand.
    case noHeader([String])

    /// No column is the loss; `candidate` looks like it, and `guesses` like what else is missing.
    case noLoss(found: [String], candidate: String?, guesses: [ColumnGuess] = [])

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

    /// Rows that are no run may be passed over, and none is one; what is wrong with the first.
    indirect case everyRowSkipped(count: Int, line: Int, Self)

    /// A run has no group: its field is empty.
    case missingGroup(column: String)

    /// Runs read their data more than once, which a law without repeats does not describe.
    case repeatedTokens(epochs: Double, count: Int, of: Int, column: String?)
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
    case .notPositive(let column, let found, let meant):
      "expected a positive number for `\(column)`, found \(quoted(found))" + didYouMean(meant)
    case .ambiguousNumber(let column, let found, let readings):
      "expected a positive number for `\(column)`, found \(quoted(found)), which may be"
        + " \(readings.map { "`\($0)`" }.joined(separator: " or ")): write the one you mean"
    case .missingLoss(let column, let found):
      "expected a positive number for `\(column)`, found \(quoted(found));"
        + " leave such runs out with --where '\(column)>0'"
    case .notNumber(let column, let selection, let found):
      "expected a number for `\(column)` to compare in `\(selection)`, found \(quoted(found))"
    case .impossibleThird(let column, let value):
      "expected positive \(column.rawValue) from the other two columns, found \(value)"
    case .tooFewColumns(let found, let guesses):
      "expected columns for two of parameters, tokens and compute, found \(list(found))"
        + naming(guesses)
    case .onlyNonEmbedding(let heading):
      "`\(heading)` counts parameters without embeddings: say --parameters non-embedding to use it"
    case .noHeader(let found):
      "expected a header that names the columns, found numbers: \(list(found))"
    case .noLoss(let found, let candidate, let guesses):
      "expected a column `loss`, found \(list(found))"
        + (candidate.map { naming([ColumnGuess(.loss, heading: $0)] + guesses) }
          ?? perplexityHint(found))
    case .ambiguousColumn(let column, let candidates):
      "several columns could be the \(column.displayName): \(list(candidates));"
        + " name one with --column '\(column.rawValue)=…'"
    case .unknownColumn(let column, let found):
      "no column is called \(quoted(column)); there are \(list(found))"
        + didYouMean(closest(to: column, among: found))
    case .malformedSelection(let text):
      "expected a comparison such as `dataset=c4` or `epochs<=1`, found `\(text)`"
    case .reversedSign(let text, let found, let meant):
      "expected `\(meant)` where `\(text)` has `\(found)`"
    case .nothingSelected(let selection, let column, let found, let near):
      "`\(selection)` selects no run; `\(column)` holds \(list(found))"
        + didYouMean(near)
    case .sharedColumn(let heading, let first, let second):
      "the column `\(heading)` is named for both \(first.displayName) and \(second.displayName)"
    case .noRows:
      "expected runs below the header, found none"
    case .everyRowSkipped(let count, let line, let reason):
      "none of the \(count) rows is a run; on line \(line), \(reason)"
    case .missingGroup(let column):
      "expected a group in `\(column)`, found nothing"
    case .repeatedTokens(let epochs, let count, let total, let column):
      "\(count) of \(total) runs read their data more than once, this one \(sixDigits(epochs)) times;"
        + " a law of N and D knows no repeats: fit a data-constrained law"
        + (column.map { ", or leave such runs out with --where '\($0)<=1'" } ?? "")
    }
  }

  private func naming(_ guesses: [ColumnGuess]) -> String {
    guard !guesses.isEmpty else { return "" }
    return "; name \(guesses.count == 1 ? "it" : "them") with "
      + guesses.map(\.option).joined(separator: " ")
  }

  private func perplexityHint(_ found: [String]) -> String {
    let heading = found.first { ["ppl", "perplexity"].contains($0.lowercased()) }
    return heading.map { "; the logarithm of \(quoted($0)) would be one" } ?? ""
  }

  /// A word of one or two letters is near to every other.
  private func closest(to word: String, among found: [String]) -> String? {
    word.count > 2 ? closestSpelling(to: word, among: Array(found.prefix(200))) : nil
  }

  private func didYouMean(_ guess: String?) -> String {
    guess.map { "; did you mean \(quoted($0))?" } ?? ""
  }

  private func quoted(_ field: String) -> String {
    field.isEmpty ? "nothing" : excerpt(field, limit: 80)
  }

  /// The first of the words; a hostile header may have thousands.
  private func list(_ words: [String]) -> String {
    let shown = words.count > 24 ? 20 : words.count
    return words.prefix(shown).map(quoted).joined(separator: ", ")
      + (words.count > shown ? " and \(words.count - shown) more" : "")
  }
}
