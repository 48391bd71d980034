import IsoLoss

/// `isoloss tokenizer encode`: the ids of texts.
public struct TokenizerEncodeCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "tokenizer encode",
    summary: "the token ids of texts",
    discussion: """
      Encodes texts by a vocabulary, exactly as its makers do, and writes the ids: as decimal numbers, a \
      document a line; as JSON Lines; or as 16-bit or 32-bit binary numbers, low byte first, that \
      training maps into memory. A document is a file, or with --jsonl a line of JSON that holds it as \
      `text` or, for any bytes, as `base64`; every line is answered by one, `{"ids":[…]}`, in order.

      Without FILE, and for `-`, standard input is read. Text is never a special token unless \
      --special allow asks for it.
      """,
    argument: .init("FILE", atLeast: 0),
    options: [VocabularyWords.vocabulary] + VocabularyWords.refinements + [
      .flag("jsonl", help: "read JSON Lines, an object with `text` or `base64` a line"),
      TokenFileFormat.option(
        help: "how ids are written (default: text, with --jsonl: jsonl)"
      ),
      .file("output", short: "o", "OUT", help: "where the ids go (default: standard output)"),
      SpecialWords.option,
      .flag("end-of-text", help: "put the vocabulary's end-of-text token behind every document"),
      .flag(
        "offsets",
        help:
          "add `byteOffsets` and `scalarOffsets`, where each token begins and ends in the text (as"
          + " the vocabulary normalizes it), to jsonl"
      ),
    ],
    examples: [
      .init("isoloss tokenizer encode --vocabulary tok/tokenizer.json text.txt", "ids as numbers"),
      .init(
        "isoloss tokenizer encode --vocabulary gpt2.tiktoken --format u16 -o ids.bin *.txt",
        "two bytes a token"
      ),
      .init(
        "isoloss tokenizer encode --vocabulary tok --jsonl <documents.jsonl",
        "a document a line"
      ),
    ]
  )

  /// The longest line of JSON Lines, in bytes.
  static let longestLine = 1 << 28

  private let vocabulary: VocabularyWords
  private let inputs: [String]
  private let readsJSONLines: Bool
  private let format: TokenFileFormat
  private let outputPath: String?
  private let specialTokens: SpecialTokenPolicy
  private let endsTexts: Bool
  private let givesOffsets: Bool

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    vocabulary = try VocabularyWords(words)
    inputs = words.arguments.isEmpty ? ["-"] : words.arguments
    readsJSONLines = words.has("jsonl")
    format =
      words.text("format").flatMap(TokenFileFormat.init(rawValue:))
      ?? (readsJSONLines ? .jsonl : .text)
    outputPath = words.text("output")
    specialTokens = SpecialWords.policy(words)
    endsTexts = words.has("end-of-text")
    givesOffsets = words.has("offsets")
    if givesOffsets, format != .jsonl {
      throw .other("`--offsets` needs `--format jsonl` or `--jsonl`")
    }
    try words.refuseTogether(["offsets", "end-of-text"])
    try vocabulary.refuseSecondStandardInput(inputs)
  }

  /// Encodes text by text.
  public func run(in context: CommandContext) throws -> ExitCode {
    let files = try inputs.flatMap(context.expandFolder)
    if let outputPath { try context.refuseOverwriting(files, with: outputPath) }
    let loaded = try LoadedVocabulary(vocabulary, in: context)
    try checkFormat(loaded)
    try loaded.refuse(specialTokens)
    let end = endsTexts ? loaded.endOfText : nil
    if endsTexts, end == nil {
      throw CommandError("`--end-of-text`: `\(loaded.name)` has no token that ends a text")
    }
    let writer = try TokenWriter(format, to: outputPath, in: context)
    let start = context.secondsNow()
    var byteCount = 0
    let run = EncodingRun(
      tokenizer: loaded.tokenizer,
      specialTokens: specialTokens,
      end: end,
      givesOffsets: givesOffsets,
      writer: writer,
      context: context
    )
    do {
      for file in files {
        byteCount += try readsJSONLines ? run.encodeLines(of: file) : run.encodeText(of: file)
      }
    } catch {
      // What was answered before is good, and a file does not appear.
      if outputPath == nil { try? writer.flush() }
      throw error
    }
    try writer.commit()
    let seconds = context.secondsNow() - start
    let rate = NumberText.bytes(Int(Double(byteCount) / max(seconds, 1e-9)))
    context.note("encoded in \(NumberText.measured(seconds)) s, \(rate)/s")
    return .done
  }

  private func checkFormat(_ loaded: LoadedVocabulary) throws(CommandError) {
    let count = loaded.tokenizer.tokenCount
    guard format == .u16, count > 1 << 16 else { return }
    throw CommandError(
      "`--format u16`: `\(loaded.name)` has \(NumberText.counted(count, "token")), and 16 bits number"
        + " only 65,536; `--format u32` holds them"
    )
  }
}

extension VocabularyWords {
  /// Refuses standard input for two things at once.
  func refuseSecondStandardInput(_ inputs: [String]) throws(UsageError) {
    let count = (inputs + [path, mergesPath ?? ""]).count { $0 == "-" }
    if count > 1 { throw .other("standard input is given twice") }
  }
}

/// Encodes the documents of inputs.
private struct EncodingRun {
  let tokenizer: any Tokenizer
  let specialTokens: SpecialTokenPolicy
  let end: TokenID?
  let givesOffsets: Bool
  let writer: TokenWriter
  let context: CommandContext

  /// Encodes an input as one document, and returns how many bytes it has.
  func encodeText(of word: String) throws -> Int {
    var source = try context.open(word)
    let name = context.displayName(word)
    var unknown = UnknownTokens(tokenizer)
    guard !givesOffsets else {
      let text = try source.readAll(limit: TokenizerEncodeCommand.longestLine)
      warn(of: text, name)
      let spans = try naming(name) { () throws(SpecialTokenError) in
        try tokenizer.spans(text, specialTokens: specialTokens)
      }
      unknown.add(spans)
      context.warn(of: unknown, in: name)
      try writer.write(spans)
      return text.count
    }
    var reader = TextPortions(source, name: name, tokenizer, specialTokens, in: context)
    while let ids = try reader.next() {
      unknown.add(ids)
      try writer.write(ids)
    }
    warn(of: reader.firstBytes, name)
    context.warn(of: unknown, in: name)
    if let end { try writer.write([end]) }
    try writer.endDocument()
    return reader.byteCount
  }

  /// Encodes every line of an input, and returns how many bytes its documents have.
  func encodeLines(of word: String) throws -> Int {
    var lines = LineReader(
      try context.open(word),
      name: context.displayName(word),
      limit: TokenizerEncodeCommand.longestLine,
      waiting: writer.flush
    )
    var byteCount = 0
    var unknown = UnknownTokens(tokenizer)
    while let line = try lines.next() {
      try context.interruption.check()
      let text = try TextLine.text(of: line, file: lines.name, number: lines.number)
      byteCount += text.count
      if givesOffsets {
        let spans = try naming(lines.place) { () throws(SpecialTokenError) in
          try tokenizer.spans(text, specialTokens: specialTokens)
        }
        unknown.add(spans)
        try writer.write(spans)
      } else {
        let ids = try naming(lines.place) { () throws(SpecialTokenError) in
          try tokenizer.encode(text.span, specialTokens: specialTokens)
        }
        unknown.add(ids)
        try writer.write(ids)
        if let end { try writer.write([end]) }
        try writer.endDocument()
      }
    }
    context.warn(of: unknown, in: lines.name)
    return byteCount
  }

  /// Says where an error is.
  private func naming<Result>(
    _ place: String,
    _ body: () throws(SpecialTokenError) -> Result
  ) throws -> Result {
    do throws(SpecialTokenError) {
      return try body()
    } catch {
      throw CommandError("\(place): \(error)")
    }
  }

  private func warn(of firstBytes: [UInt8], _ name: String) {
    guard let mistaken = MistakenInput.detect(firstBytes: firstBytes) else { return }
    context.warn("`\(name)` \(mistaken.hint)")
  }
}
