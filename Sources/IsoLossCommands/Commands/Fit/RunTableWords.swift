import IsoLoss

/// The options that say how a run table is read, shared by `fit` and `plan --fit`.
enum RunTableWords {
  /// What N counts; only for commands whose `--parameters` is not a number of them.
  static let parametersOption = Option.choice(
    "parameters",
    [ParameterConvention.total, .nonEmbedding].map(\.rawValue),
    help: "what N counts, and which column is read where the table has both"
  )

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
    .choice(
      "loss-unit",
      LossUnit.allCases.map(\.rawValue),
      help: "what the losses are in (default: nats, per token); bits per token become nats"
    ),
    .value(
      "vocabulary",
      "V",
      help: "how many tokens the vocabulary has: warns of losses above ln V (default: 256000)"
    ),
    .value("weight", "COLUMN", help: "which column says how much each row counts (default: all 1)"),
    .flag("skip-bad", help: "leave out rows whose loss, N or D is no positive number, and say so"),
    .value(
      "flops-per-token-parameter",
      "K",
      help: "FLOPs per token and parameter, the 6 of C = 6 N D (default: 6)"
    ),
  ]

  /// The options that mean nothing without a table.
  static let namesOfTableOptions = [
    "where", "column", "loss-unit", "vocabulary", "weight", "skip-bad",
  ]

  /// What N counts, by the option of ``parametersOption``.
  static func parameterConvention(_ words: ParsedWords) -> ParameterConvention {
    words.text("parameters").flatMap(ParameterConvention.init(rawValue:)) ?? .undeclared
  }

  /// Takes the meaning from parsed words.
  static func parse(_ words: ParsedWords) throws(UsageError) -> RunTableOptions {
    var options = RunTableOptions()
    options.flopsPerTokenParameter = try flopsPerTokenParameter(words)
    options.lossUnit = words.text("loss-unit").flatMap(LossUnit.init(rawValue:))
    options.skipsBadRows = words.has("skip-bad")
    options.vocabularySize = try words.quantity("vocabulary", Quantity.count)
    if let size = options.vocabularySize, size < 2 {
      throw .other("`--vocabulary`: expected two tokens or more")
    }
    options.columns = try columns(words)
    for text in words.texts("where") { options.selections.append(try selection(text)) }
    return options
  }

  /// The columns the user named.
  private static func columns(_ words: ParsedWords) throws(UsageError) -> [RunColumn: String] {
    var columns: [RunColumn: String] = [:]
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
      if let other = columns[column] {
        throw .other("`--column`: `\(column)` is named twice, `\(other)` and `\(parts[1])`")
      }
      columns[column] = parts[1]
    }
    if let heading = words.text("weight") {
      if columns[.weight] != nil { throw .conflict("--weight", "--column weight=…") }
      columns[.weight] = heading
    }
    return columns
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
