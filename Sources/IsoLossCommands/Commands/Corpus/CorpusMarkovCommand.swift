import IsoLoss

/// `isoloss corpus markov`: a text whose best possible loss is known.
public struct CorpusMarkovCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "corpus markov",
    summary: "a text from a source of known entropy",
    discussion: """
      Writes a text in which each byte depends on those before it, and says how small its loss can become. \
      After any context of K bytes the letters have the same probabilities, in an order of that \
      context's own; so the entropy rate is known in closed form, and a model must learn every context to \
      reach it. The code length is the information of the very text that was written: no model \
      that has to learn does better on average.

      Without `--output` the text goes to standard output and nothing else is said, unless \
      `--verbose` asks for it.
      """,
    argument: .none,
    options: [
      .value("order", "K", help: "how many bytes the next one depends on, 0 to 10 (default: 2)"),
      .value("entropy-rate", "H", help: "bits per byte, above 0 (default: 2)"),
      .value("bytes", "COUNT", help: "how long the text is (default: 1M)"),
      .value(
        "skip",
        "COUNT",
        help: "leave out so many bytes before it: another text of the same source (default: 0)"
      ),
      .value(
        "alphabet",
        "SIZE",
        help: "how many letters there are, 2 to 64: a to z, space, newline, … (default: 27)"
      ),
      .value("seed", "NUMBER", help: "the seed of the source and its text (default: 0)"),
      .file("output", short: "o", "OUT", help: "where the text goes (default: standard output)"),
      .flag("json", help: "write one JSON object about the text; needs `--output`"),
    ],
    examples: [
      .init("isoloss corpus markov --order 2 --entropy-rate 2 -o text.txt", "a megabyte"),
      .init("isoloss corpus markov --bytes 100k --seed 7 | isoloss eval -", "a learner's loss"),
    ]
  )

  private let source: MarkovSource
  private let byteCount: Int
  private let skippedCount: Int
  private let outputPath: String?
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    let order = try UncertaintyWords.wholeNumber(words, "order", atMost: 10) ?? 2
    let size = try UncertaintyWords.wholeNumber(words, "alphabet", atMost: 64) ?? 27
    let rate = try words.quantity("entropy-rate", default: 2, Quantity.number)
    let seed = UInt64(try UncertaintyWords.wholeNumber(words, "seed", atMost: .max) ?? 0)
    do throws(MarkovSourceError) {
      source = try MarkovSource(
        order: order,
        alphabetSize: size,
        entropyRate: rate,
        seed: seed
      )
    } catch {
      throw .other("\(error)")
    }
    byteCount = Int(min(try words.quantity("bytes", default: 1e6, Quantity.count), 1e15))
    guard byteCount > 0 else { throw .other("`--bytes`: expected one or more") }
    let skipsNone = words.text("skip") == "0"
    let skipped = try skipsNone ? 0 : words.quantity("skip", default: 0, Quantity.count)
    guard skipped == skipped.rounded() else {
      throw .other("`--skip`: expected a whole number, found `\(words.text("skip") ?? "")`")
    }
    skippedCount = Int(min(skipped, 1e15))
    outputPath = words.text("output")
    writesJSON = words.has("json")
    guard outputPath != nil || !writesJSON else {
      throw .other("`--json` needs `--output`: the text itself goes to standard output")
    }
  }

  /// Writes the text, then what is known of it.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    var text = source.makeText()
    let file = try outputPath.map(context.createFile)
    let progress = ProgressLine("writing", totalByteCount: byteCount, in: context)
    defer { progress.finish() }
    while text.byteCount < skippedCount {
      try context.interruption.check()
      try context.interruption.check()
      _ = text.next(min(1 << 16, skippedCount - text.byteCount))
    }
    let skipped = text
    while text.byteCount < skippedCount + byteCount {
      try context.interruption.check()
      let chunk = text.next(min(1 << 16, skippedCount + byteCount - text.byteCount))
      if let file { try file.write(bytes: chunk) } else { try context.output.write(bytes: chunk) }
      progress.update(byteCount: text.byteCount - skippedCount)
    }
    try file?.commit()
    let report = MarkovReport(source: source, text, after: skipped)
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.corpus-markov",
        seed: source.seed,
        body: report.json,
        warnings: [],
        seconds: context.secondsNow() - start
      )
      try context.output.write(json.text(in: context))
    } else if outputPath != nil {
      try context.output.write(report.words)
    } else {
      context.note(report.words)
    }
    return .done
  }
}

/// What is known of a text from a source.
private struct MarkovReport {
  let source: MarkovSource
  let byteCount: Int
  let skippedCount: Int
  let codeLength: Double

  init(source: MarkovSource, _ text: MarkovText, after skipped: MarkovText) {
    self.source = source
    byteCount = text.byteCount - skipped.byteCount
    skippedCount = skipped.byteCount
    codeLength = text.codeLength - skipped.codeLength
  }

  private var bitsPerByte: Double { codeLength / Double(byteCount) }
  private var standardDeviation: Double {
    source.deviation / Double(byteCount).squareRoot()
  }

  /// For people.
  var words: String {
    var table = TextTable([.left, .right])
    table.add(["", "bits per byte"])
    table.add(["entropy rate", NumberText.measured(source.entropyRate)])
    table.add(["code length of this text", NumberText.measured(bitsPerByte)])
    table.add(["  its standard deviation", NumberText.error(standardDeviation)])
    return """
      text   \(NumberText.counted(byteCount, "byte"))\
      \(skippedCount > 0 ? " after \(NumberText.count(skippedCount)) others" : ""), \
      each depending on \(NumberText.counted(source.order, "byte")) before it
      source \(source.alphabet.count) letters, seed \(source.seed)

      \(table.text)
      """
  }

  var json: [(String, JSONValue)] {
    [
      ("order", .integer(source.order)),
      ("alphabetSize", .integer(source.alphabet.count)),
      ("byteCount", .integer(byteCount)),
      ("skippedByteCount", .integer(skippedCount)),
      ("entropyRate", .number(source.entropyRate)),
      ("codeLengthBits", .number(codeLength)),
      ("bitsPerByte", .number(bitsPerByte)),
      ("standardDeviation", .number(standardDeviation)),
    ]
  }
}
