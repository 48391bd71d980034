import IsoLoss

/// `isoloss tokenizer decode`: the bytes of token ids.
public struct TokenizerDecodeCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "tokenizer decode",
    summary: "the text of token ids",
    discussion: """
      Writes the bytes that ids stand for to standard output, nothing before, between or after them. Ids \
      are decimal numbers, a document a line; JSON Lines with `ids`; or 16-bit or 32-bit binary numbers, \
      low byte first: what `isoloss tokenizer encode` writes. With --jsonl every line of ids is answered by \
      a line of JSON with the document as `text`, or as `base64` where its bytes are no UTF-8.

      Of a vocabulary of words a space is put between two of them, but around no newline; what it did not \
      hold is U+FFFD. Without FILE, and for `-`, standard input is read.
      """,
    argument: .init("FILE", atLeast: 0),
    options: [VocabularyWords.vocabulary] + VocabularyWords.refinements + [
      TokenFileFormat.option(help: "how ids are written (default: text, with --jsonl: jsonl)"),
      .flag("jsonl", help: "answer each document by a line of JSON"),
      .file("output", short: "o", "OUT", help: "where the text goes (default: standard output)"),
    ],
    examples: [
      .init("isoloss tokenizer decode --vocabulary gpt2.tiktoken ids.txt", "ids back to text"),
      .init("isoloss tokenizer decode --vocabulary tok --format u16 ids.bin", "of two bytes each"),
    ]
  )

  private let vocabulary: VocabularyWords
  private let inputs: [String]
  private let format: TokenFileFormat
  private let writesJSONLines: Bool
  private let outputPath: String?

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    vocabulary = try VocabularyWords(words)
    inputs = words.arguments.isEmpty ? ["-"] : words.arguments
    writesJSONLines = words.has("jsonl")
    format =
      words.text("format").flatMap(TokenFileFormat.init(rawValue:))
      ?? (writesJSONLines ? .jsonl : .text)
    outputPath = words.text("output")
    if writesJSONLines, format.idByteCount != nil {
      throw .other(
        "`--jsonl` answers documents, which `--format \(format.rawValue)` does not divide"
      )
    }
    try vocabulary.refuseSecondStandardInput(inputs)
  }

  /// Decodes input by input.
  public func run(in context: CommandContext) throws -> ExitCode {
    let files = try inputs.flatMap(context.expandFolder)
    if let outputPath { try context.refuseOverwriting(files, with: outputPath) }
    let loaded = try LoadedVocabulary(vocabulary, in: context)
    let file = try outputPath.map(context.createFile)
    let run = DecodingRun(
      tokenizer: loaded.tokenizer,
      tokenCount: loaded.tokenizer.tokenCount,
      writesJSONLines: writesJSONLines,
      sink: file ?? context.output,
      context: context
    )
    for file in files {
      if let width = format.idByteCount {
        try run.decodeBinary(file, width: width)
      } else {
        try run.decodeLines(file, isJSON: format == .jsonl)
      }
    }
    try file?.commit()
    return .done
  }
}

/// Decodes the documents of inputs.
private struct DecodingRun {
  let tokenizer: any Tokenizer

  /// Every id is held against it, so it is asked for once.
  let tokenCount: Int

  let writesJSONLines: Bool
  let sink: any TextSink
  let context: CommandContext

  /// Decodes every line by itself.
  func decodeLines(_ word: String, isJSON: Bool) throws {
    var lines = LineReader(
      try context.open(word),
      name: context.displayName(word),
      limit: TokenizerEncodeCommand.longestLine
    ) { try sink.flush() }
    var unknown = UnknownTokens(tokenizer)
    while let line = try lines.next() {
      try context.interruption.check()
      let ids = isJSON ? try Self.jsonIDs(of: line, lines) : try Self.ids(of: line, at: lines.place)
      try check(ids, at: lines.place)
      unknown.add(ids)
      let text = tokenizer.decode(ids)
      if writesJSONLines {
        try sink.write(TextLine.line(of: text))
      } else {
        try sink.write(bytes: text)
      }
    }
    context.warn(of: unknown, in: lines.name)
  }

  /// Decodes a file of numbers.
  func decodeBinary(_ word: String, width: Int) throws {
    var source = try context.open(word)
    let name = context.displayName(word)
    var stream = tokenizer.makeDecodingStream()
    var unknown = UnknownTokens(tokenizer)
    var rest: [UInt8] = []
    var offset = 0
    while case let chunk = try source.nextChunk(), !chunk.isEmpty {
      try context.interruption.check()
      let bytes = rest + chunk
      let whole = bytes.count / width
      var ids: [TokenID] = []
      ids.reserveCapacity(whole)
      for index in 0..<whole {
        var id: TokenID = 0
        for byte in (0..<width).reversed() { id = id << 8 | TokenID(bytes[index * width + byte]) }
        guard Int(id) < tokenCount else {
          throw beyond(Int(id), at: "\(name): byte \(offset + index * width)")
        }
        ids.append(id)
      }
      rest = Array(bytes[(whole * width)...])
      offset += whole * width
      unknown.add(ids)
      try sink.write(bytes: stream.decode(ids))
    }
    guard rest.isEmpty else {
      throw CommandError(
        "\(name): expected ids of \(width) bytes, found \(offset + rest.count) bytes, which are"
          + " no multiple of it"
      )
    }
    try sink.write(bytes: stream.finish())
    context.warn(of: unknown, in: name)
  }

  private func check(_ ids: [TokenID], at place: String) throws(CommandError) {
    if let wrong = ids.first(where: { Int($0) >= tokenCount }) {
      throw beyond(Int(wrong), at: place)
    }
  }

  private func beyond(_ id: Int, at place: String) -> CommandError {
    let count = NumberText.counted(tokenCount, "token")
    return CommandError("\(place): the id \(id) is beyond the vocabulary of \(count)")
  }

  /// The numbers of a line with white space between them.
  private static func ids(of line: [UInt8], at place: String) throws(CommandError) -> [TokenID] {
    var ids: [TokenID] = []
    for word in line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }) {
      var id: UInt64 = 0
      for digit in word {
        let isDigit = UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit
        if isDigit { id = id * 10 + UInt64(digit - UInt8(ascii: "0")) }
        guard isDigit, id <= UInt64(TokenID.max) else {
          let found = String(decoding: word.prefix(200), as: UTF8.self)
          throw CommandError("\(place): expected an id, found \(Self.quoted(found))")
        }
      }
      ids.append(TokenID(id))
    }
    return ids
  }

  private static func quoted(_ text: String) -> String {
    let start = String(text.prefix(40))
    return "`\(start.escapedForTerminal)\(start.count < text.count ? "…" : "")`"
  }

  /// The numbers under `ids` of a line of JSON.
  private static func jsonIDs(of line: [UInt8], _ lines: LineReader) throws -> [TokenID] {
    var ids: [TokenID]?
    do throws(JSONError) {
      var reader = try JSONReader(line, name: lines.name)
      try reader.beginObject()
      var key: [UInt8] = []
      while try reader.nextKey(into: &key) {
        guard String(decoding: key, as: UTF8.self) == "ids" else {
          _ = try reader.value()
          continue
        }
        if ids != nil { throw reader.place(.duplicateKey("ids")) }
        ids = try list(&reader)
      }
      try reader.finish()
    } catch {
      throw JSONError(lines.name, line: lines.number, column: error.column, error.reason)
    }
    guard let ids else {
      throw CommandError("\(lines.place): expected an object with `ids`, found none")
    }
    return ids
  }

  private static func list(_ reader: inout JSONReader) throws(JSONError) -> [TokenID] {
    var ids: [TokenID] = []
    try reader.beginArray()
    while try reader.nextElement() {
      let number = try reader.integer()
      guard let id = TokenID(exactly: number) else {
        throw reader.place(.unexpected(expected: "an id", found: "`\(number)`"))
      }
      ids.append(id)
    }
    return ids
  }
}
