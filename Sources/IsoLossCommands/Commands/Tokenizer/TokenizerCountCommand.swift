import IsoLoss

/// `isoloss tokenizer count`: how many tokens texts have, and how well a vocabulary fits them.
public struct TokenizerCountCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "tokenizer count",
    summary: "how many tokens texts have, and how well a vocabulary fits",
    discussion: """
      Counts bytes and tokens of each file and of all together, with the bytes that a token stands for in \
      the mean, the tokens that a word becomes (its fertility), how many of the vocabulary's tokens \
      occur at all, and how many of the text's are unknown to it.

      With --limit it only asks whether a text has more tokens than that, and reads little more of it; \
      if one has, the exit code is 1. Without FILE, and for `-`, standard input is read.
      """,
    argument: .init("FILE", atLeast: 0),
    options: [VocabularyWords.vocabulary] + VocabularyWords.refinements + [
      .value("limit", "N", help: "stop counting a text at more than N tokens, and exit with 1"),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init("isoloss tokenizer count --vocabulary gpt2.tiktoken *.txt", "tokens of files"),
      .init("isoloss tokenizer count --vocabulary tok --limit 8192 prompt.txt", "does it fit?"),
    ]
  )

  private let vocabulary: VocabularyWords
  private let inputs: [String]
  private let limit: Int?
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    vocabulary = try VocabularyWords(words)
    inputs = words.arguments.isEmpty ? ["-"] : words.arguments
    limit = try words.quantity("limit", Quantity.count).map { Int(min($0.rounded(.down), 1e15)) }
    writesJSON = words.has("json")
    try vocabulary.refuseSecondStandardInput(inputs)
  }

  /// Counts and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    let loaded = try LoadedVocabulary(vocabulary, in: context)
    var report = CountReport(vocabulary: loaded, limit: limit)
    for input in inputs {
      do {
        for file in try context.expandFolder(input) { count(file, &report, in: context) }
      } catch {
        fail(input, error, &report, in: context)
      }
      try context.interruption.check()
    }
    guard !report.files.isEmpty || writesJSON else { return .unusable }
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.tokenizer-count",
        body: report.json,
        warnings: report.warnings,
        seconds: context.secondsNow() - start
      )
      try context.output.write(json.text(in: context))
    } else {
      try context.output.write(report.text)
    }
    for warning in report.warnings { context.warn(warning.message) }
    if !report.failures.isEmpty { return .unusable }
    return report.files.contains { $0.isBeyondLimit } ? .checkFailed : .done
  }

  private func count(_ word: String, _ report: inout CountReport, in context: CommandContext) {
    do {
      let source = try context.open(word)
      let name = context.displayName(word)
      let tokenizer = report.vocabulary.tokenizer
      try report.count(TextPortions(source, name: name, tokenizer, in: context))
    } catch {
      fail(word, error, &report, in: context)
    }
  }

  private func fail(
    _ word: String,
    _ error: any Error,
    _ report: inout CountReport,
    in context: CommandContext
  ) {
    // A signal is reported once, by whoever looks at the flag next.
    guard context.interruption.signal == nil else { return }
    context.reportError("\(error)")
    report.failures.append((context.displayName(word), "\(error)"))
  }
}
