import IsoLoss

/// The words by which a vocabulary is chosen.
struct VocabularyWords: Sendable, Hashable {
  /// The file or folder; `byte` for the vocabulary of single bytes.
  var path: String

  /// The file of merges, where the vocabulary's file has only ids.
  var mergesPath: String?

  /// How text is cut, for files that do not say it.
  var pattern: SplitPattern?

  /// Whether the pattern is for a vocabulary that says none, and of no meaning for others.
  var isPatternFallback = false

  /// Every pattern's name.
  static let patternNames = SplitPattern.allCases.map(\.rawValue)

  /// The option that names the vocabulary.
  static let vocabulary = Option.file(
    "vocabulary",
    help:
      "the vocabulary, recognized by its content: ranks (.tiktoken), tokenizer.json, encoder.json"
      + " or vocab.bpe with the other beside it, GGUF, SentencePiece, what `train` writes (byte"
      + " pairs, characters or words), a folder with one of them, or `byte`"
  )

  /// The options that say what a vocabulary's file does not.
  static let refinements: [Option] = [
    .choice(
      "pattern",
      patternNames,
      help: "how text is cut into pieces, for files of ranks or merges that do not say it; those of"
        + " gpt2, cl100k, o200k and qwen2 are known by their content"
    ),
    .file(
      "merges",
      help:
        "the merges of a vocabulary of ids; needed unless they stand beside it: vocab.bpe beside"
        + " encoder.json, merges.txt beside vocab.json"
    ),
  ]

  /// Takes the choice from parsed words, and the path from `--vocabulary`.
  init(_ words: ParsedWords) throws(UsageError) {
    guard let path = words.text("vocabulary") else {
      throw .other("no vocabulary is named: `--vocabulary FILE` is needed")
    }
    self.init(path, words)
  }

  /// Names a file or a folder and nothing else.
  init(_ path: String) { self.path = path }

  /// Takes the choice from parsed words.
  init(_ path: String, _ words: ParsedWords) {
    self.path = path
    mergesPath = words.text("merges")
    pattern = words.text("pattern").flatMap(SplitPattern.init(rawValue:))
  }
}

/// What becomes of special tokens that a text spells out, as `--special` says.
enum SpecialWords {
  static let option = Option.choice(
    "special",
    SpecialTokenPolicy.allCases.map(\.rawValue),
    help:
      "what a special token that is spelled out in the text becomes: that token (allow), an error"
      + " (forbid), or ordinary text (default: text)"
  )

  static func policy(_ words: ParsedWords) -> SpecialTokenPolicy {
    words.text("special").flatMap(SpecialTokenPolicy.init(rawValue:)) ?? .text
  }
}

/// How files hold ids.
enum TokenFileFormat: String, Sendable, Hashable, CaseIterable {
  /// Decimal numbers with spaces between, a document a line.
  case text
  /// An object with `ids` a line.
  case jsonl
  /// 16 bits each, the low byte first.
  case u16
  /// 32 bits each, the low byte first.
  case u32

  static func option(help: String) -> Option {
    .choice("format", allCases.map(\.rawValue), help: help)
  }

  /// The bytes of an id; `nil` where ids are digits.
  var idByteCount: Int? {
    switch self {
    case .text, .jsonl: nil
    case .u16: 2
    case .u32: 4
    }
  }
}
