import IsoLoss

/// How many tokens of a text stand for what the vocabulary does not hold.
struct UnknownTokens {
  private let unknown: TokenID?

  /// How the vocabulary decodes them.
  private let text: [UInt8]

  /// How many are unknown, and how many tokens there are.
  private(set) var (count, tokenCount) = (0, 0)

  init(_ tokenizer: any Tokenizer) {
    unknown = tokenizer.unknownToken
    text = unknown.map { tokenizer.decode([$0]) } ?? []
  }

  /// Counts ids; a vocabulary that holds everything costs nothing.
  mutating func add(_ ids: [TokenID]) {
    guard let unknown else { return }
    tokenCount += ids.count
    count += ids.count { $0 == unknown }
  }

  /// Counts the tokens of a text with their places.
  mutating func add(_ spans: [TokenSpan]) {
    guard unknown != nil else { return }
    add(spans.map(\.id))
  }

  /// How many are unknown, and their share.
  var shareText: String { Self.share(count, of: tokenCount) }

  /// The warning that a text has unknown tokens; `nil` where it has none.
  func warning(of name: String) -> ReportWarning? {
    guard count > 0, let unknown else { return nil }
    let message =
      "`\(name)`: \(shareText) of \(NumberText.counted(tokenCount, "token"))"
      + " unknown to the vocabulary: id \(unknown), which decodes to `\(PieceText.text(text))`"
    return ReportWarning(id: "unknown-tokens", message: message)
  }

  /// A number of tokens that are unknown, and their share.
  static func share(_ count: Int, of tokenCount: Int) -> String {
    guard count > 0, tokenCount > 0 else { return NumberText.count(count) }
    let percent = 100 * Double(count) / Double(tokenCount)
    return "\(NumberText.count(count)) (\(NumberText.significant(percent, digits: 2)) %)"
  }
}

extension CommandContext {
  /// Warns of a text's unknown tokens, if it has any.
  func warn(of unknown: UnknownTokens, in name: String) {
    guard let warning = unknown.warning(of: name) else { return }
    warn("\(warning.message) [\(warning.id)]")
  }
}

extension LoadedVocabulary {
  /// Refuses to look for special tokens in texts where a vocabulary cannot have any.
  func refuse(_ specialTokens: SpecialTokenPolicy) throws(CommandError) {
    guard let units, specialTokens != .text else { return }
    throw CommandError(
      "`--special \(specialTokens.rawValue)`: `\(name)` holds \(units.unit)s and no special tokens"
    )
  }
}
