import IsoLoss

/// What `isoloss train transformer` trains on and is measured by: texts, or ids made of them before.
struct TrainingDataWords: Sendable, Hashable {
  /// Where tokens come from.
  enum Source: Sendable, Hashable {
    /// Texts, those to measure the loss on, and what makes tokens of them; none to measure on for a part
    /// of the others.
    case texts([String], validation: [String], VocabularyWords)

    /// Ids.
    case ids(IDs)
  }

  /// Ids in files.
  struct IDs: Sendable, Hashable {
    /// Those to train on.
    let file: String

    /// Those to measure the loss on; `nil` for a part of the others.
    let validation: String?

    /// How they are written; `nil` to see from the file.
    let format: TokenIDFormat?

    /// What made them, where that is known.
    let vocabulary: VocabularyWords?

    /// The number of tokens that can be told apart, where no vocabulary says it.
    let vocabularySize: Int?
  }

  /// The texts or ids.
  let source: Source

  /// The part of the tokens that is kept to measure the loss on.
  let validationShare: Double

  static let options: [Option] =
    [
      .file(
        "vocabulary",
        help: "what makes tokens of texts, as for `isoloss tokenizer encode` (default: byte)"
      )
    ] + VocabularyWords.refinements + [
      .file(
        "validation",
        "FILE",
        help: "a text to measure the loss on, or a folder of them"
      ),
      .value(
        "validation-share",
        "SHARE",
        help: "the part of the tokens kept for that, at the end; 0 for none (default: 0.1)"
      ),
      .file("ids", help: "train on the token ids of this file instead of texts"),
      .file("validation-ids", "FILE", help: "ids to measure the loss on"),
      .choice(
        "ids-format",
        TokenIDFormat.allCases.map(\.rawValue),
        help:
          "how ids are written (default: json or text, as the file looks; u16 and u32 are binary, low"
          + " byte first, and are mapped rather than read)"
      ),
      .value(
        "vocabulary-size",
        "N",
        help: "tokens that can be told apart, for --ids without --vocabulary"
      ),
    ]

  /// Takes the meaning from parsed words.
  init(_ words: ParsedWords) throws(UsageError) {
    try words.refuseTogether(["ids", "validation"])
    try words.refuseTogether(["vocabulary", "vocabulary-size"])
    try words.refuseTogether(["validation", "validation-ids", "validation-share"])
    for name in ["validation-ids", "ids-format", "vocabulary-size"]
    where words.isGiven(name) && !words.isGiven("ids") {
      throw .needs(option: "--\(name)", other: "--ids")
    }
    validationShare = try words.share("validation-share") ?? 0.1
    guard validationShare < 1 else {
      throw .other("`--validation-share`: nothing is left to train on")
    }
    if let file = words.text("ids") {
      source = .ids(try IDs(file, words))
    } else {
      source = try Self.texts(words)
    }
  }

  private static func texts(_ words: ParsedWords) throws(UsageError) -> Source {
    let (inputs, validation) = (words.arguments, words.texts("validation"))
    guard !inputs.isEmpty else { throw .missingArgument("FILE") }
    guard (inputs + validation).count(where: { $0 == "-" }) < 2 else {
      throw .other("standard input is given twice")
    }
    let vocabulary = VocabularyWords(words.text("vocabulary") ?? "byte", words)
    return .texts(inputs, validation: validation, vocabulary)
  }
}

extension TrainingDataWords.IDs {
  fileprivate init(_ file: String, _ words: ParsedWords) throws(UsageError) {
    if let text = words.arguments.first { throw .conflict("--ids", text) }
    self.file = file
    validation = words.text("validation-ids")
    guard file != "-", validation != "-" else {
      throw .other("ids are read from files, not from standard input")
    }
    format = words.text("ids-format").flatMap(TokenIDFormat.init)
    vocabularySize = try words.size("vocabulary-size", .vocabulary)
    vocabulary = words.text("vocabulary").map { VocabularyWords($0, words) }
    guard vocabulary != nil || vocabularySize != nil else {
      throw .other("`--ids` says no vocabulary: `--vocabulary` or `--vocabulary-size` is needed")
    }
  }
}
