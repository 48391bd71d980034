import IsoLoss

/// What `isoloss tokenizer inspect` found, as one page.
struct InspectPage {
  /// What was found.
  let found: InspectReport

  /// How many tokens of a text are shown, and how many of those also in a table.
  private static let (shownTokens, listedTokens) = (20_000, 1_000)

  /// The page.
  var report: HTMLReport {
    var sections = found.text.map(sections) ?? []
    sections.append(
      .init(heading: "Vocabulary", blocks: [Self.table(["what", "value"], found.factRows)])
    )
    let special = found.vocabulary.specialTokens
    if !special.isEmpty {
      sections.append(.init(heading: "Special tokens", blocks: [tokens(special)]))
    }
    sections.append(.init(heading: "Longest tokens", blocks: [tokens(found.longestTokens)]))
    if let verification = found.verification {
      sections.append(.init(heading: "Verification", blocks: [.text(verification.text)]))
    }
    return HTMLReport(
      title: "Tokens of \(found.vocabulary.name)",
      subtitle: "isoloss \(IsoLossVersion.current)",
      sections: sections
    )
  }

  private func sections(_ text: InspectReport.Text) -> [HTMLReport.Section] {
    let pieces = text.spans.prefix(Self.shownTokens).map { span in
      let bytes = text.bytes[span.byteRange]
      return HTMLReport.Piece(
        text: PieceText.text(bytes, keepsLines: true),
        detail: detail(span, bytes)
      )
    }
    let rows = text.spans.prefix(Self.listedTokens).map { span in
      let bytes = text.bytes[span.byteRange]
      return [
        "\(span.id)", "\(span.byteRange.lowerBound)", "\(span.scalarRange.lowerBound)",
        "`\(PieceText.text(bytes))`", Self.hexadecimal(bytes),
      ]
    }
    let caption = "\(text.name): \(text.bytes.count) bytes, \(text.spans.count) tokens"
    let columns: [HTMLReport.Table.Column] = [
      .init("id", isNumeric: true), .init("byte", isNumeric: true),
      .init("scalar", isNumeric: true), .init("token"), .init("bytes"),
    ]
    return [
      .init(
        heading: "Text",
        blocks: [.text(caption), .pieces(pieces)] + Self.more(text, behind: pieces.count)
      ),
      .init(
        heading: "Tokens",
        blocks: [.table(.init(columns: columns, rows: rows))] + Self.more(text, behind: rows.count)
      ),
    ]
  }

  /// Says how many tokens are left out.
  private static func more(
    _ text: InspectReport.Text,
    behind count: Int
  ) -> [HTMLReport.Block] {
    guard text.spans.count > count else { return [] }
    return [.text("The first \(count) of \(text.spans.count) tokens are shown.")]
  }

  /// What a pointer on a token shows.
  private func detail(_ span: TokenSpan, _ bytes: ArraySlice<UInt8>) -> String {
    """
    id \(span.id)
    bytes \(span.byteRange.lowerBound) to \(span.byteRange.upperBound): \(Self.hexadecimal(bytes))
    scalars \(span.scalarRange.lowerBound) to \(span.scalarRange.upperBound)
    """
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = bytes.prefix(32).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    return digits.joined(separator: " ") + (bytes.count > 32 ? " …" : "")
  }

  private func tokens(_ ids: [TokenID]) -> HTMLReport.Block {
    Self.table(
      ["id", "token"],
      ids.map { ["\($0)", "`\(PieceText.text(found.vocabulary.tokenizer.decode([$0])))`"] }
    )
  }

  private static func table(_ names: [String], _ rows: [[String]]) -> HTMLReport.Block {
    .table(.init(columns: names.map { .init($0) }, rows: rows))
  }
}
