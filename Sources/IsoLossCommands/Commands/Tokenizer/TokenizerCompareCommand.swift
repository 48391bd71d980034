import IsoLoss

/// `isoloss tokenizer compare`: one text under several vocabularies.
public struct TokenizerCompareCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "tokenizer compare",
    summary: "one text under several vocabularies",
    discussion: """
      Encodes a text by two or more vocabularies and says how many tokens each makes of it, how many bytes a \
      token stands for, and the ratio to the first. Losses per token are not comparable between vocabularies, \
      bits per byte are.

      For each vocabulary behind the first it shows where its tokens first end at another place than the \
      first one's. Without FILE, and for `-`, standard input is read.
      """,
    argument: .init("FILE", count: 0...1),
    options: [
      .file(
        "vocabulary",
        isRepeatable: true,
        help: "a vocabulary, as `isoloss tokenizer encode` takes it; given at least twice"
      ),
      .choice(
        "pattern",
        VocabularyWords.patternNames,
        help: "how text is cut into pieces, for files of ranks that do not say it"
      ),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init(
        "isoloss tokenizer compare --vocabulary gpt2.tiktoken --vocabulary tok text.txt",
        "which is shorter, and where they part"
      )
    ]
  )

  /// The longest text compared, in bytes.
  private static let longestText = 1 << 28

  private let vocabularies: [VocabularyWords]
  private let input: String
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    vocabularies = words.texts("vocabulary").map { VocabularyWords($0, words) }
    guard vocabularies.count > 1 else {
      throw .other("nothing to compare: `--vocabulary FILE` is needed at least twice")
    }
    input = words.arguments.first ?? "-"
    writesJSON = words.has("json")
    let paths = vocabularies.map(\.path) + [input]
    if paths.count(where: { $0 == "-" }) > 1 { throw .other("standard input is given twice") }
  }

  /// Encodes and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    let loaded = try vocabularies.map { words in
      try LoadedVocabulary(words.forCompanyOfOthers, in: context)
    }
    var source = try context.open(input)
    let text = try source.readAll(limit: Self.longestText)
    let name = context.displayName(input)
    guard !text.isEmpty else {
      throw CommandError("`\(name)`: nothing to compare: the input is empty")
    }
    var report = VocabularyComparison(name: name, text: text)
    for vocabulary in loaded {
      try context.interruption.check()
      report.add(vocabulary, pool: context.kernels.pool)
    }
    if let mistaken = MistakenInput.detect(firstBytes: text) {
      let message = "`\(name)` \(mistaken.hint)"
      context.warn(message)
      report.warnings.append(ReportWarning(id: "mistaken-input", message: message))
    }
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.tokenizer-compare",
        body: report.json,
        warnings: report.warnings,
        seconds: context.secondsNow() - start
      )
      try context.output.write(json.text(in: context))
    } else {
      try context.output.write(report.summary)
    }
    return .done
  }
}

extension VocabularyWords {
  /// The words for one of several vocabularies: a pattern is only for those that do not say theirs.
  fileprivate var forCompanyOfOthers: VocabularyWords {
    var words = self
    words.isPatternFallback = true
    return words
  }
}
