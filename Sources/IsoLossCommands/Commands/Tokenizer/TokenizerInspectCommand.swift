import IsoLoss

/// `isoloss tokenizer inspect`: what a vocabulary is, and how it cuts a text.
public struct TokenizerInspectCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "tokenizer inspect",
    summary: "a vocabulary's facts, and the tokens of a text",
    discussion: """
      Says what a vocabulary's file is: its format and hash, how many tokens it has and of what kinds, how \
      text is normalized and cut into pieces, the unknown, the special and the longest tokens.

      With --text or --file it also shows the tokens of a text: on alternating backgrounds in a terminal, \
      with bars between them elsewhere, and with their ids, bytes and places in a table. --html writes all \
      of that as one page that needs nothing else; there a pointer shows what is known of a token.
      """,
    argument: .init("VOCABULARY", count: 1...1),
    options: VocabularyWords.refinements + [
      .value("text", "TEXT", help: "show the tokens of this text"),
      .file(
        "file",
        help: "show the tokens of this file, at most a megabyte; `-` is standard input"
      ),
      SpecialWords.option,
      .flag(
        "verify",
        help:
          "encode and decode every token: all bytes have to come back (else the exit code is 1), and"
          + " tokens that no text becomes are counted"
      ),
      .file("html", "OUT", help: "write a page with the facts and the tokens"),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init("isoloss tokenizer inspect gpt2.tiktoken", "what it is"),
      .init("isoloss tokenizer inspect tok --text 'The keeper’s lamp'", "how it cuts a text"),
      .init("isoloss tokenizer inspect tok --file text.txt --html tokens.html", "as a page"),
    ]
  )

  /// The longest text shown, in bytes.
  private static let longestText = 1 << 20

  private let vocabulary: VocabularyWords
  private let text: String?
  private let textPath: String?
  private let specialTokens: SpecialTokenPolicy
  private let verifies: Bool
  private let pagePath: String?
  private let writesJSON: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    vocabulary = VocabularyWords(words.arguments.first ?? "-", words)
    try words.refuseTogether(["text", "file"])
    text = words.text("text")
    textPath = words.text("file")
    specialTokens = SpecialWords.policy(words)
    if words.isGiven("special"), text == nil, textPath == nil {
      throw .needs(option: "--special", other: "--text` or `--file")
    }
    verifies = words.has("verify")
    pagePath = words.text("html")
    writesJSON = words.has("json")
    try vocabulary.refuseSecondStandardInput([textPath ?? ""])
  }

  /// Reads the vocabulary and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    if let pagePath {
      let inputs = [vocabulary.path, textPath].compactMap(\.self)
      try context.refuseOverwriting(inputs, with: pagePath)
    }
    let loaded = try LoadedVocabulary(vocabulary, in: context)
    try loaded.refuse(specialTokens)
    var report = InspectReport(vocabulary: loaded)
    if let shown = try shownText(in: context) {
      do throws(SpecialTokenError) {
        report.text = try InspectReport.Text(
          name: shown.name,
          bytes: loaded.tokenizer.normalized(shown.bytes),
          spans: loaded.tokenizer.spans(shown.bytes, specialTokens: specialTokens)
        )
      } catch {
        throw CommandError("\(shown.name): \(error)")
      }
    }
    if verifies { report.verification = try Verification(of: loaded, in: context) }
    if let pagePath { try context.writeFile(pagePath, InspectPage(found: report).report.html) }
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.tokenizer-inspect",
        body: report.json,
        warnings: [],
        seconds: context.secondsNow() - start
      )
      try context.output.write(json.text(in: context))
    } else {
      try context.output.write(report.text(inColor: context.usesOutputColor))
    }
    return report.verification.map { $0.brokenTokens.isEmpty ? .done : .checkFailed } ?? .done
  }

  private func shownText(in context: CommandContext) throws -> (name: String, bytes: [UInt8])? {
    if let text { return ("--text", Array(text.utf8)) }
    guard let textPath else { return nil }
    var source = try context.open(textPath)
    let bytes = try source.readAll(limit: Self.longestText)
    let name = context.displayName(textPath)
    if let mistaken = MistakenInput.detect(firstBytes: bytes) {
      context.warn("`\(name)` \(mistaken.hint)")
    }
    return (name, bytes)
  }
}

/// What encoding and decoding every token of a vocabulary showed.
struct Verification {
  /// How many tokens text can become.
  var ordinaryTokenCount = 0

  /// Those of them whose own bytes become another sequence of tokens.
  var unreachableTokens: [TokenID] = []

  /// Those whose bytes do not come back.
  var brokenTokens: [TokenID] = []

  /// Encodes and decodes the tokens of a vocabulary.
  ///
  /// - Throws: `Interruption`.
  init(of loaded: LoadedVocabulary, in context: CommandContext) throws {
    let tokenizer = loaded.tokenizer
    let progress = ProgressLine(
      "verify",
      total: tokenizer.tokenCount,
      unit: .count("token"),
      in: context
    )
    defer { progress.finish() }
    for id in 0..<TokenID(tokenizer.tokenCount) where tokenizer.byteLength(of: id) > 0 {
      if id % 256 == 0 { try context.interruption.check() }
      progress.update(count: Int(id))
      ordinaryTokenCount += 1
      let bytes = tokenizer.decode([id])
      let ids = tokenizer.encode(bytes)
      if ids != [id] { unreachableTokens.append(id) }
      if tokenizer.decode(ids) != tokenizer.normalized(bytes) { brokenTokens.append(id) }
    }
  }
}
