import IsoLoss

/// The options that say how a run table is read, shared by `fit` and `plan --fit`.
enum RunTableWords {
  /// The options' table.
  static let options: [Option] = [
    .value(
      "where",
      "COLUMN=VALUE",
      isRepeatable: true,
      help: "only the rows for which this holds; also !=, <, <=, >, >=; repeatable"
    ),
    .value(
      "column",
      "NAME=HEADER",
      isRepeatable: true,
      help: "which column holds N, D, C or loss where its heading does not say so; repeatable"
    ),
    .value(
      "flops-per-token-parameter",
      "K",
      help: "FLOPs per token and parameter, the 6 of C = 6 N D (default: 6)"
    ),
  ]

  /// Takes the meaning from parsed words.
  static func parse(_ words: ParsedWords) throws(UsageError) -> RunTableOptions {
    var options = RunTableOptions()
    options.flopsPerTokenParameter = try flopsPerTokenParameter(words)
    for text in words.texts("column") {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw .other("`--column`: expected such as `loss=C4 Eval Loss`, found `\(text)`")
      }
      guard let column = RunColumn(spelled: parts[0]) else {
        let known = RunColumn.allCases.flatMap { [$0.rawValue] + $0.spellings }
        let names = known.enumerated().filter { known.firstIndex(of: $1) == $0 }.map(\.element)
        throw .other(
          "`--column`: no quantity is called `\(parts[0])`; there are \(names.joined(separator: ", "))"
        )
      }
      if let other = options.columns[column] {
        throw .other("`--column`: `\(column)` is named twice, `\(other)` and `\(parts[1])`")
      }
      options.columns[column] = parts[1]
    }
    for text in words.texts("where") { options.selections.append(try selection(text)) }
    return options
  }

  /// A selection of rows; a bound may be a count as people write it, `N<=100M`.
  private static func selection(_ text: String) throws(UsageError) -> RunSelection {
    let sign = text.lastIndex { "=<>".contains($0) }
    let value = sign.map { String(text[text.index(after: $0)...]) } ?? ""
    let isOrder = text.contains { "<>".contains($0) }
    var plain = text
    if isOrder, let sign, CSVNumber.parse(value) == nil, let count = try? Quantity.count(value) {
      plain = "\(text[...sign])\(count)"
    }
    do throws(RunTableError.Reason) {
      return try RunSelection(parsing: plain)
    } catch {
      throw .other("`--where`: \(error)")
    }
  }

  /// The FLOPs per token and parameter, 6 unless given.
  static func flopsPerTokenParameter(_ words: ParsedWords) throws(UsageError) -> Double {
    try words.quantity("flops-per-token-parameter", default: 6, Quantity.number)
  }
}
