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

  /// The longest tokens that text can become, the longest first and the first of equals.
  var longestTokens: [TokenID] {
    let tokenizer = vocabulary.tokenizer
    let ids = (0..<TokenID(tokenizer.tokenCount)).map { (id: $0, tokenizer.byteLength(of: $0)) }
    let longest = ids.sorted { ($1.1, $0.id) < ($0.1, $1.id) }.prefix(Self.longestCount)
    return longest.filter { $0.1 > 0 }.map(\.id)
  }

  /// What is known of the vocabulary, in words.
  var factRows: [[String]] {
    var rows = [
      ["vocabulary", vocabulary.name.escapedForTerminal],
      ["format", vocabulary.format],
      ["sha256", vocabulary.hash?.description ?? "n/a"],
    ]
    switch vocabulary.facts {
    case .bytePairs(let file): rows += file.factRows(singleByteCount: singleByteCount)
    case .units(let units): rows += units.factRows(singleByteCount: singleByteCount)
    }
    if let hash = vocabulary.corpusHash { rows.append(["trained on", "\(hash)"]) }
    return rows
  }

  private func unknownTokens(of text: Text) -> UnknownTokens {
    var unknown = UnknownTokens(vocabulary.tokenizer)
    unknown.add(text.spans)
    return unknown
  }

  private var singleByteCount: Int {
    let tokenizer = vocabulary.tokenizer
    return (0..<TokenID(tokenizer.tokenCount)).count { tokenizer.byteLength(of: $0) == 1 }
  }
}

// MARK: - For people

extension InspectReport {
  /// The report.
  func text(inColor: Bool) -> String {
    var table = TextTable([.left, .left])
    for row in factRows { table.add(row) }
    var sections = [table.text]
    let special = vocabulary.specialTokens
    if !special.isEmpty { sections.append(tokenTable("special", special)) }
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
    let unknown = unknownTokens(of: text)
    return "text  \(text.name.escapedForTerminal): \(counts.joined(separator: ", "))"
      + (text.spans.isEmpty ? "" : ", \(NumberText.measured(rate)) bytes per token")
      + (unknown.count == 0 ? "" : ", \(unknown.shareText) unknown")
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
    let pairs = vocabulary.bytePairs
    return [
      ("vocabulary", .object(vocabulary.identityJSON)),
      ("expression", JSONValue(pairs?.pattern?.expression)),
      ("mergeCount", JSONValue(pairs?.mergeCount)),
      ("looksUpWholePieces", pairs.map { .bool($0.looksUpWholePieces) } ?? .null),
      ("hasByteFallback", pairs.map { .bool($0.hasByteFallback) } ?? .null),
      ("dropsWhiteSpace", .bool(vocabulary.units?.dropsWhiteSpace ?? false)),
      ("unknownToken", JSONValue(vocabulary.tokenizer.unknownToken.map { Int($0) })),
      ("beginningOfText", JSONValue(vocabulary.beginningOfText.map { Int($0) })),
      ("endOfText", JSONValue(vocabulary.endOfText.map { Int($0) })),
      ("tieRule", JSONValue(vocabulary.tieRule)),
      ("corpusHash", JSONValue(vocabulary.corpusHash?.description)),
      ("specialTokens", .array(vocabulary.specialTokens.map(token))),
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
      "unknownCount": .integer(unknownTokens(of: text).count),
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
