import IsoLoss

/// What `isoloss tokenizer count` found, for people and for programs.
struct CountReport {
  /// What was counted of a text.
  struct File {
    var name: String
    var byteCount = 0
    var tokenCount = 0
    var unknownCount = 0
    var usedTokenCount = 0
    var counts = TextCounts()

    /// Whether counting ended at the limit, with the rest of the text unseen.
    var isBeyondLimit = false

    /// What looks mistaken about the text.
    var warnings: [ReportWarning] = []
  }

  let vocabulary: LoadedVocabulary
  let limit: Int?
  private(set) var files: [File] = []
  private(set) var total: File

  /// How often each token occurs in all texts.
  private var usage: TokenUsage

  /// The texts that could not be counted, with the reason.
  var failures: [(name: String, message: String)] = []

  init(vocabulary: LoadedVocabulary, limit: Int?) {
    self.vocabulary = vocabulary
    self.limit = limit
    total = File(name: "total")
    usage = TokenUsage(tokenCount: vocabulary.tokenizer.tokenCount)
  }

  /// Adds a text.
  private mutating func add(_ file: File, _ usage: TokenUsage) {
    files.append(file)
    self.usage.add(usage)
    total.byteCount += file.byteCount
    total.tokenCount += file.tokenCount
    total.unknownCount += file.unknownCount
    total.usedTokenCount = self.usage.usedTokenCount
    total.counts += file.counts
    total.isBeyondLimit = total.isBeyondLimit || file.isBeyondLimit
  }

  /// The id of what the vocabulary does not hold.
  private var unknown: TokenID? { vocabulary.tokenizer.unknownToken }

  /// What looks mistaken about the texts.
  var warnings: [ReportWarning] { files.flatMap(\.warnings) }
}

extension CountReport {
  /// Counts a text to its end, or until it has more tokens than the limit.
  mutating func count(_ portions: TextPortions) throws {
    var (file, portions) = (File(name: portions.name), portions)
    var usage = TokenUsage(tokenCount: vocabulary.tokenizer.tokenCount)
    var counter = TextCounter()
    while !file.isBeyondLimit, let ids = try portions.next({ counter.count($0) }) {
      file.tokenCount += ids.count
      usage.add(ids, byteCount: 0)
      file.isBeyondLimit = limit.map { file.tokenCount > $0 } ?? false
    }
    file.byteCount = portions.byteCount
    file.usedTokenCount = usage.usedTokenCount
    if let unknown { file.unknownCount = usage.counts[Int(unknown)] }
    file.counts = counter.finish()
    if let mistaken = MistakenInput.detect(firstBytes: portions.firstBytes) {
      let message = "`\(file.name)` \(mistaken.hint)"
      file.warnings = [ReportWarning(id: "mistaken-input", message: message)]
    }
    add(file, usage)
  }
}

extension CountReport.File {
  /// How many of the tokens are unknown, in parts of 1.
  var unknownShare: Double? {
    isBeyondLimit || tokenCount == 0 ? nil : Double(unknownCount) / Double(tokenCount)
  }

  /// The bytes that a token stands for in the mean.
  var bytesPerToken: Double? {
    isBeyondLimit || tokenCount == 0 ? nil : Double(byteCount) / Double(tokenCount)
  }

  /// The tokens of a word in the mean.
  var tokensPerWord: Double? {
    isBeyondLimit || counts.wordCount == 0 ? nil : Double(tokenCount) / Double(counts.wordCount)
  }
}

// MARK: - For people

extension CountReport {
  var text: String {
    let known = NumberText.counted(vocabulary.tokenizer.tokenCount, "token")
    var table = TextTable([.left, .right, .right, .right, .right, .right, .right])
    table.add(
      ["file", "bytes", "tokens", "bytes per token", "tokens per word", "tokens used"]
        + (unknown == nil ? [] : ["unknown"])
    )
    for file in files { table.add(row(file)) }
    if files.count > 1 { table.add(row(total)) }
    return "vocabulary  \(vocabulary.name.escapedForTerminal): \(known)\n\n\(table.text)"
  }

  private func row(_ file: File) -> [String] {
    guard !file.isBeyondLimit else {
      let more = file.name == total.name ? file.tokenCount : limit ?? 0
      return [file.name.escapedForTerminal, "n/a", "> \(NumberText.count(more))"]
    }
    return [
      file.name.escapedForTerminal,
      NumberText.count(file.byteCount),
      NumberText.count(file.tokenCount),
      file.bytesPerToken.map(NumberText.measured) ?? "n/a",
      file.tokensPerWord.map(NumberText.measured) ?? "n/a",
      NumberText.count(file.usedTokenCount),
    ] + (unknown == nil ? [] : [UnknownTokens.share(file.unknownCount, of: file.tokenCount)])
  }
}

// MARK: - For programs

extension CountReport {
  var json: [(String, JSONValue)] {
    [
      ("vocabulary", .object(vocabulary.identityJSON)),
      ("limit", JSONValue(limit)),
      ("total", files.isEmpty ? .null : .object(members(total))),
      ("files", .array(files.map(file))),
      (
        "failed",
        .array(failures.map { ["name": .string($0.name), "error": .string($0.message)] })
      ),
    ]
  }

  private func file(_ file: File) -> JSONValue {
    var object: JSONObject = ["name": .string(file.name)]
    for member in members(file).members { object[member.key] = member.value }
    return .object(object)
  }

  private func members(_ file: File) -> JSONObject {
    // Of a text beyond the limit nothing is known but that.
    let isKnown = !file.isBeyondLimit
    return [
      "isBeyondLimit": .bool(file.isBeyondLimit),
      "byteCount": isKnown ? .integer(file.byteCount) : .null,
      "characterCount": isKnown ? .integer(file.counts.characterCount) : .null,
      "wordCount": isKnown ? .integer(file.counts.wordCount) : .null,
      "tokenCount": isKnown ? .integer(file.tokenCount) : .null,
      "bytesPerToken": JSONValue(file.bytesPerToken),
      "tokensPerWord": JSONValue(file.tokensPerWord),
      "usedTokenCount": isKnown ? .integer(file.usedTokenCount) : .null,
      "unusedTokenCount": isKnown
        ? .integer(vocabulary.tokenizer.tokenCount - file.usedTokenCount) : .null,
      "unknownCount": isKnown ? .integer(file.unknownCount) : .null,
      "unknownShare": JSONValue(file.unknownShare),
    ]
  }
}

extension LoadedVocabulary {
  /// Which vocabulary a report is about.
  var identityJSON: JSONObject {
    [
      "name": .string(name),
      "format": .string(format),
      "unit": .string(unit),
      "sha256": JSONValue(hash?.description),
      "tokenCount": .integer(tokenizer.tokenCount),
      "pattern": JSONValue(bytePairs?.pattern?.rawValue),
      "normalizer": JSONValue(bytePairs?.normalization == .formC ? "NFC" : nil),
    ]
  }
}
