import IsoLoss

/// What `isoloss tokenizer inspect` found, for people and for programs.
struct InspectReport {
  /// A text with its tokens.
  struct Text {
    /// What errors call it.
    var name: String

    /// Its bytes, as the vocabulary normalizes them.
    var bytes: [UInt8]

    /// Its tokens.
    var spans: [TokenSpan]

    /// The bytes of each token.
    var pieces: [ArraySlice<UInt8>] { spans.map { bytes[$0.byteRange] } }
  }

  let vocabulary: LoadedVocabulary
  var text: Text?
  var verification: Verification?

  private static let longestCount = 8
  private static let listedSpecials = 12
  private static let listedTokens = 40

  private var facts: BytePairVocabulary { vocabulary.vocabulary }

  /// The longest tokens that text can become, the longest first and the first of equals.
  var longestTokens: [TokenID] {
    let tokenizer = vocabulary.tokenizer
    let ids = (0..<TokenID(tokenizer.tokenCount)).map { (id: $0, tokenizer.byteLength(of: $0)) }
    let longest = ids.sorted { ($1.1, $0.id) < ($0.1, $1.id) }.prefix(Self.longestCount)
    return longest.filter { $0.1 > 0 }.map(\.id)
  }

  private var mergeCount: Int? {
    if case .list(let merges) = facts.merging { return merges.count }
    return nil
  }

  private var singleByteCount: Int {
    (0..<TokenID(facts.tokenCount)).count { vocabulary.tokenizer.byteLength(of: $0) == 1 }
  }
}

// MARK: - Facts

extension InspectReport {
  /// What is known of the vocabulary, in words.
  var factRows: [[String]] {
    var rows = [
      ["vocabulary", vocabulary.name.escapedForTerminal],
      ["format", vocabulary.format],
      ["sha256", vocabulary.hash?.description ?? "n/a"],
      [
        "tokens",
        "\(NumberText.count(facts.tokenCount)), of one byte \(NumberText.count(singleByteCount)),"
          + " special \(NumberText.count(facts.specialTokens.count))",
      ],
      ["merging", merging],
      ["whole pieces", facts.looksUpWholePieces ? "looked up before merging" : "merged"],
      ["pattern", facts.pattern.map { "\($0.rawValue): \($0.expression)" } ?? cutting],
      ["normalizer", facts.normalization == .formC ? "NFC of Unicode 16.0" : "none"],
      ["spaces", spacing],
    ]
    let ends = [facts.beginningOfText, facts.endOfText].map { $0.map { "\($0)" } ?? "none" }
    rows.append(["text begins with", ends[0] + (facts.addsBeginningOfText ? ", always" : "")])
    rows.append(["text ends with", ends[1]])
    if let tieRule = vocabulary.tieRule { rows.append(["tie rule", tieRule]) }
    if let hash = vocabulary.corpusHash { rows.append(["trained on", "\(hash)"]) }
    return rows
  }

  private var merging: String {
    switch facts.merging {
    case .ranks: "by ids, the lowest first"
    case .rankOfToken: "by the tokens' scores, the highest first"
    case .list(let merges): "by \(NumberText.counted(merges.count, "merge")) in order"
    }
  }

  private var cutting: String {
    guard let spacing = facts.spacing else { return "none: a text is one piece" }
    return spacing.cutsAtEachSpace ? "pieces begin at each space" : "none"
  }

  private var spacing: String {
    guard let spacing = facts.spacing else {
      return facts.addsPrefixSpace ? "as they are, one put before the text" : "as they are"
    }
    let prefix =
      switch spacing.prefix {
      case .never: "none put before the text"
      case .first: "one put before the text"
      case .every: "one put before each stretch of text"
      }
    return "written as U+2581, \(prefix)"
      + (facts.hasByteFallback ? "; characters without token become their bytes" : "")
  }
}

// MARK: - For people

extension InspectReport {
  /// The report.
  func text(inColor: Bool) -> String {
    var table = TextTable([.left, .left])
    for row in factRows { table.add(row) }
    var sections = [table.text]
    if !facts.specialTokens.isEmpty { sections.append(tokenTable("special", facts.specialTokens)) }
    sections.append(tokenTable("longest", longestTokens))
    if let verification { sections.append(verification.text) }
    if let text { sections += [drawing(text, inColor: inColor), spanTable(text)] }
    return sections.joined(separator: "\n")
  }

  private func tokenTable(_ title: String, _ ids: [TokenID]) -> String {
    var table = TextTable([.right, .right, .left])
    table.add([title, "bytes", "token"])
    for id in ids.prefix(Self.listedSpecials) {
      let bytes = vocabulary.tokenizer.decode([id])
      table.add(["\(id)", "\(bytes.count)", "`\(PieceText.text(bytes))`"])
    }
    let more = ids.count - Self.listedSpecials
    return table.text + (more > 0 ? "and \(NumberText.count(more)) more\n" : "")
  }

  private func drawing(_ text: Text, inColor: Bool) -> String {
    let counts = [
      NumberText.counted(text.bytes.count, "byte"), NumberText.counted(text.spans.count, "token"),
    ]
    let rate = Double(text.bytes.count) / Double(text.spans.count)
    return "text  \(text.name.escapedForTerminal): \(counts.joined(separator: ", "))"
      + (text.spans.isEmpty ? "" : ", \(NumberText.measured(rate)) bytes per token")
      + "\n\n" + PieceText.drawing(text.pieces, inColor: inColor)
  }

  private func spanTable(_ text: Text) -> String {
    var table = TextTable([.right, .right, .right, .left])
    table.add(["id", "byte", "scalar", "token"])
    for span in text.spans.prefix(Self.listedTokens) {
      table.add([
        "\(span.id)", "\(span.byteRange.lowerBound)", "\(span.scalarRange.lowerBound)",
        "`\(PieceText.text(text.bytes[span.byteRange]))`",
      ])
    }
    let more = text.spans.count - Self.listedTokens
    return table.text + (more > 0 ? "and \(NumberText.count(more)) more; --json has all\n" : "")
  }
}

extension Verification {
  /// The verification in a few lines.
  var text: String {
    let count = NumberText.counted(ordinaryTokenCount, "token")
    var lines = [
      brokenTokens.isEmpty
        ? "verified: the bytes of \(count) come back"
        : "wrong: the bytes of \(NumberText.counted(brokenTokens.count, "token")) of \(count) do not come"
          + " back, first \(brokenTokens[0])"
    ]
    if let first = unreachableTokens.first {
      lines.append(
        "\(NumberText.counted(unreachableTokens.count, "token")) by themselves become others, first"
          + " \(first)"
      )
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The verification for programs.
  var json: JSONValue {
    [
      "ordinaryTokenCount": .integer(ordinaryTokenCount),
      "unreachableTokens": .array(unreachableTokens.map { .integer(Int($0)) }),
      "brokenTokens": .array(brokenTokens.map { .integer(Int($0)) }),
    ]
  }
}

// MARK: - For programs

extension InspectReport {
  var json: [(String, JSONValue)] {
    [
      ("vocabulary", .object(vocabulary.identityJSON)),
      ("expression", JSONValue(facts.pattern?.expression)),
      ("mergeCount", JSONValue(mergeCount)),
      ("looksUpWholePieces", .bool(facts.looksUpWholePieces)),
      ("hasByteFallback", .bool(facts.hasByteFallback)),
      ("beginningOfText", JSONValue(facts.beginningOfText.map { Int($0) })),
      ("endOfText", JSONValue(facts.endOfText.map { Int($0) })),
      ("tieRule", JSONValue(vocabulary.tieRule)),
      ("corpusHash", JSONValue(vocabulary.corpusHash?.description)),
      ("specialTokens", .array(facts.specialTokens.map(token))),
      ("longestTokens", .array(longestTokens.map(token))),
      ("verification", verification?.json ?? .null),
      ("text", text.map(json) ?? .null),
    ]
  }

  private func token(_ id: TokenID) -> JSONValue {
    .object(member(Int(id), vocabulary.tokenizer.decode([id])[...]))
  }

  private func json(_ text: Text) -> JSONValue {
    [
      "name": .string(text.name),
      "byteCount": .integer(text.bytes.count),
      "tokens": .array(
        text.spans.map { span in
          var object = member(Int(span.id), text.bytes[span.byteRange])
          object["byteOffsets"] = Self.range(span.byteRange)
          object["scalarOffsets"] = Self.range(span.scalarRange)
          return .object(object)
        }
      ),
    ]
  }

  /// A token with its bytes: as `text` where they are UTF-8, else as `base64`.
  private func member(_ id: Int, _ bytes: ArraySlice<UInt8>) -> JSONObject {
    let text = String(validating: bytes, as: UTF8.self)
    return [
      "id": .integer(id),
      text == nil ? "base64" : "text": .string(text ?? Base64.encode(bytes)),
    ]
  }

  private static func range(_ range: Range<Int>) -> JSONValue {
    [.integer(range.lowerBound), .integer(range.upperBound)]
  }
}
