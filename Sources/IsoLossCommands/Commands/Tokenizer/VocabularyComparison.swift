import IsoLoss

/// One text under several vocabularies.
struct VocabularyComparison {
  /// What a vocabulary makes of the text.
  struct Entry {
    var vocabulary: LoadedVocabulary
    var tokenCount: Int
    var usedTokenCount: Int

    /// How many of the tokens stand for what the vocabulary does not hold.
    var unknownCount: Int

    /// Where the tokens first end at another place than those of the first vocabulary; `nil` where
    /// all end at the same places, and for the first itself.
    var difference: Difference?

    /// Whether the vocabulary normalizes the text to another.
    var isNormalized: Bool
  }

  /// A place at which two sequences of tokens part.
  struct Difference {
    /// The offset at which both have a token begin that ends differently.
    var byteOffset: Int

    /// The line that it is in, counted from 1.
    var line: Int

    /// The first vocabulary's tokens from there on, and the other's, up to where both end together or
    /// a few tokens.
    var expected: [ArraySlice<UInt8>]
    var found: [ArraySlice<UInt8>]
  }

  let name: String
  let text: [UInt8]
  let hash: ContentHash
  private(set) var entries: [Entry] = []
  var warnings: [ReportWarning] = []

  /// The text and the ends of the first vocabulary's tokens.
  private var first: (text: [UInt8], ends: [Int]) = ([], [])

  /// How many tokens of a difference are shown.
  private static let shownCount = 6

  init(name: String, text: [UInt8]) {
    self.name = name
    self.text = text
    hash = ContentHash(of: text)
  }

  /// Encodes the text by one vocabulary more.
  mutating func add(_ vocabulary: LoadedVocabulary, pool: WorkerPool) {
    let tokenizer = vocabulary.tokenizer
    let ids = tokenizer.encodeOrdinary(text, pool: pool)
    var usage = TokenUsage(tokenCount: tokenizer.tokenCount)
    usage.add(ids, byteCount: text.count)
    let own = tokenizer.normalized(text)
    let ends = Self.ends(of: ids, own, tokenizer)
    var entry = Entry(
      vocabulary: vocabulary,
      tokenCount: ids.count,
      usedTokenCount: usage.usedTokenCount,
      unknownCount: tokenizer.unknownToken.map { usage.counts[Int($0)] } ?? 0,
      isNormalized: own != text
    )
    if entries.isEmpty {
      first = (own, ends)
    } else {
      entry.difference = Self.difference(first, (own, ends))
    }
    entries.append(entry)
  }

  /// Where each token ends in the text.
  private static func ends(
    of ids: [TokenID],
    _ text: [UInt8],
    _ tokenizer: any Tokenizer
  ) -> [Int] {
    var ends: [Int] = []
    ends.reserveCapacity(ids.count)
    var end = 0
    for id in ids {
      end += tokenizer.byteLength(of: id)
      ends.append(end)
    }
    // Where lengths alone do not tell, as with a space put before the text, tokens are followed
    // through it.
    if end == text.count, tokenizer.hasFixedLengths { return ends }
    let spans = (try? tokenizer.spans(text, specialTokens: .text)) ?? []
    return spans.map(\.byteRange.upperBound)
  }

  private static func difference(
    _ first: (text: [UInt8], ends: [Int]),
    _ other: (text: [UInt8], ends: [Int])
  ) -> Difference? {
    var index = 0
    var start = 0
    while index < first.ends.count, index < other.ends.count,
      first.ends[index] == other.ends[index],
      first.text[start..<first.ends[index]] == other.text[start..<first.ends[index]]
    {
      start = first.ends[index]
      index += 1
    }
    guard index < first.ends.count || index < other.ends.count else { return nil }
    let common = commonEnd(first.ends[index...], other.ends[index...])
    return Difference(
      byteOffset: start,
      line: 1 + first.text[..<start].count { $0 == UInt8(ascii: "\n") },
      expected: pieces(first, from: index, start: start, through: common),
      found: pieces(other, from: index, start: start, through: common)
    )
  }

  /// The first place at which tokens of both end; `nil` for none.
  private static func commonEnd(_ first: ArraySlice<Int>, _ other: ArraySlice<Int>) -> Int? {
    var (first, other) = (first, other)
    while let left = first.first, let right = other.first {
      if left == right { return left }
      _ = left < right ? first.popFirst() : other.popFirst()
    }
    return nil
  }

  private static func pieces(
    _ sequence: (text: [UInt8], ends: [Int]),
    from index: Int,
    start: Int,
    through common: Int?
  ) -> [ArraySlice<UInt8>] {
    var start = start
    var pieces: [ArraySlice<UInt8>] = []
    for end in sequence.ends[index...].prefix(shownCount) {
      pieces.append(sequence.text[start..<end])
      start = end
      if let common, end >= common { break }
    }
    return pieces
  }
}

extension Tokenizer {
  /// The ids of a text in which special tokens are ordinary text.
  fileprivate func encodeOrdinary(_ text: [UInt8], pool: WorkerPool) -> [TokenID] {
    do throws(SpecialTokenError) {
      return try encode(text, specialTokens: .text, pool: pool)
    } catch {
      preconditionFailure("special tokens are text here")
    }
  }
}

// MARK: - For people

extension VocabularyComparison {
  /// The report.
  var summary: String {
    var table = TextTable([.left, .right, .right, .right, .right, .right, .right])
    let namesUnknown = entries.contains { $0.vocabulary.tokenizer.unknownToken != nil }
    table.add(
      ["vocabulary", "size", "tokens", "bytes per token", "ratio", "tokens used"]
        + (namesUnknown ? ["unknown"] : [])
    )
    for entry in entries {
      let unknown = UnknownTokens.share(entry.unknownCount, of: entry.tokenCount)
      let cells = [
        entry.vocabulary.name.escapedForTerminal,
        NumberText.count(entry.vocabulary.tokenizer.tokenCount),
        NumberText.count(entry.tokenCount),
        NumberText.measured(bytesPerToken(entry)),
        NumberText.significant(ratio(entry), digits: 4),
        NumberText.count(entry.usedTokenCount),
      ]
      table.add(cells + (namesUnknown ? [unknown] : []))
    }
    let bytes = NumberText.counted(text.count, "byte")
    var sections = ["text  \(name.escapedForTerminal): \(bytes)\n", table.text]
    sections.append(entries.dropFirst().map(parting).joined())
    return sections.joined(separator: "\n")
  }

  private func parting(_ entry: Entry) -> String {
    let names = "\(entries[0].vocabulary.name) and \(entry.vocabulary.name)".escapedForTerminal
    let normalized = entry.isNormalized ? " (which normalizes the text)" : ""
    guard let difference = entry.difference else {
      return "\(names)\(normalized) cut the text into the same tokens\n"
    }
    return "\(names)\(normalized) first part at byte \(NumberText.count(difference.byteOffset)),"
      + " line \(NumberText.count(difference.line)):\n"
      + "  \(Self.drawing(difference.expected))\n  \(Self.drawing(difference.found))\n"
  }

  private static func drawing(_ pieces: [ArraySlice<UInt8>]) -> String {
    "`" + pieces.map { PieceText.text($0) }.joined(separator: "|") + "`"
  }

  private func bytesPerToken(_ entry: Entry) -> Double {
    Double(text.count) / Double(entry.tokenCount)
  }

  private func ratio(_ entry: Entry) -> Double {
    Double(entry.tokenCount) / Double(entries[0].tokenCount)
  }
}

// MARK: - For programs

extension VocabularyComparison {
  var json: [(String, JSONValue)] {
    [
      ("name", .string(name)),
      ("sha256", .string("\(hash)")),
      ("byteCount", .integer(text.count)),
      ("vocabularies", .array(entries.map(json))),
    ]
  }

  private func json(_ entry: Entry) -> JSONValue {
    [
      "vocabulary": .object(entry.vocabulary.identityJSON),
      "tokenCount": .integer(entry.tokenCount),
      "bytesPerToken": .number(bytesPerToken(entry)),
      "ratio": .number(ratio(entry)),
      "usedTokenCount": .integer(entry.usedTokenCount),
      "unknownCount": .integer(entry.unknownCount),
      "isNormalized": .bool(entry.isNormalized),
      "firstDifference": entry.difference.map(json) ?? .null,
    ]
  }

  private func json(_ difference: Difference) -> JSONValue {
    [
      "byteOffset": .integer(difference.byteOffset),
      "line": .integer(difference.line),
      "expected": .array(difference.expected.map { .string(PieceText.text($0)) }),
      "found": .array(difference.found.map { .string(PieceText.text($0)) }),
    ]
  }
}
