import IsoLoss

/// How a checkpoint scores texts, as the words of `isoloss eval` ask.
struct CheckpointWords: Sendable, Hashable {
  /// How texts longer than the context are cut.
  enum Window: String, Sendable, Hashable, CaseIterable {
    /// Windows that overlap, each scoring what those before it did not.
    case sliding

    /// Windows that do not overlap.
    case disjoint
  }

  /// Where the token that begins a text stands.
  enum Prefix: String, Sendable, Hashable, CaseIterable {
    /// Before the text.
    case first

    /// At the first place of every window.
    case every

    /// Nowhere.
    case none
  }

  /// Another program whose way to score is taken, its faults included.
  enum Convention: String, Sendable, Hashable, CaseIterable {
    /// The second half of each window, by `llama-perplexity`.
    case llamaCpp = "llama.cpp"

    /// Windows that roll over a text, and words with empty ones, by lm-evaluation-harness.
    case lmEval = "lm-eval"

    /// Windows that overlap, and weights of the guide of Hugging Face's transformers.
    case hfStrided = "hf-strided"

    /// The tokens of the shortest window that scores one.
    var fewestTokens: Int {
      switch self {
      case .lmEval: 1
      case .hfStrided: 2
      case .llamaCpp: 3
      }
    }
  }

  /// The checkpoint's folder, as given.
  var folder: String

  /// The tokenizer, where it is not in the folder.
  var vocabularyPath: String?

  /// How texts are cut.
  var window = Window.sliding

  /// Whose way to score is taken instead; `nil` for none.
  var convention: Convention?

  /// Tokens of a window, where that is given.
  var context: Int?

  /// Tokens between windows, where that is given.
  var stride: Int?

  /// Where the token that begins a text stands, where that is given.
  var prefix: Prefix?

  /// Whether the end of a text is scored.
  var scoresEnd = false

  /// Whether inputs are ids rather than texts.
  var readsIDs = false

  /// The options that only a checkpoint understands.
  static let options: [Option] = [
    .file(
      "vocabulary",
      help: "the tokenizer of a checkpoint whose folder has none, as `isoloss tokenizer` takes it"
    ),
    .choice(
      "window",
      Window.allCases.map(\.rawValue),
      help:
        "how a text beyond a checkpoint's context is cut: windows that overlap, each scoring what"
        + " those before it did not, or windows that do not (default: sliding)"
    ),
    .value(
      "stride",
      "N",
      help: "tokens from one sliding window's beginning to the next (default: half the context)"
    ),
    .value(
      "context",
      "N",
      help: "tokens that a window takes in (default: what the checkpoint was trained on, at most"
        + " 4096)"
    ),
    .choice(
      "compat",
      Convention.allCases.map(\.rawValue),
      help: "score as another program does: llama.cpp's `llama-perplexity` begins each window of"
        + " --context tokens anew, scores its second half and drops a last one that is not full;"
        + " lm-eval rolls disjoint windows, the last one filled with tokens before it, and counts"
        + " words by splits at white space, empty ones at a text's edges included; hf-strided takes"
        + " windows of --context every --stride, as the guide of Hugging Face's transformers does, and"
        + " weighs the mean of each but the first by one token less than it scores"
    ),
    .choice(
      "bos",
      Prefix.allCases.map(\.rawValue),
      help: "where the token that begins a text stands: before it, at the first place of every"
        + " window, or nowhere, and then the first token is not scored (default: every, if the tokenizer"
        + " adds it by itself, else first)"
    ),
    .flag("score-eos", help: "score the token that ends a text behind each one"),
    .file(
      "ids",
      isRepeatable: true,
      help: "score the token ids of this file instead of a text: JSON, a list or objects with"
        + " `ids`; numbers, a document a line; or what --ids-format says; may be given more than once"
    ),
    .choice(
      "ids-format",
      TokenIDFormat.allCases.map(\.rawValue),
      help:
        "how --ids are written (default: json or text, as the file looks; u16 and u32 are binary,"
        + " low byte first)"
    ),
  ]

  /// Takes the meaning from parsed words.
  init(folder: String, _ words: ParsedWords) throws(UsageError) {
    self.folder = folder
    vocabularyPath = words.text("vocabulary")
    window = words.text("window").flatMap(Window.init) ?? .sliding
    prefix = words.text("bos").flatMap(Prefix.init)
    scoresEnd = words.has("score-eos")
    readsIDs = words.isGiven("ids")
    let limits = 1...1 << 24
    context = try words.quantity("context") { text throws(QuantityError) in
      try Quantity.integer(text, in: limits)
    }
    stride = try words.quantity("stride") { text throws(QuantityError) in
      try Quantity.integer(text, in: limits)
    }
    if window == .disjoint, stride != nil { throw .conflict("--window disjoint", "--stride") }
    convention = words.text("compat").flatMap(Convention.init)
    if let convention {
      let strides = convention == .hfStrided ? [] : ["stride"]
      for name in ["window", "bos", "score-eos"] + strides where words.isGiven(name) {
        throw .conflict("--compat", "--\(name)")
      }
    }
    if words.isGiven("ids-format"), !readsIDs {
      throw .needs(option: "--ids-format", other: "--ids")
    }
    if readsIDs {
      if !words.arguments.isEmpty { throw .conflict("--ids", words.arguments[0]) }
      try words.refuseTogether(["ids", "documents"])
    }
  }
}

/// How files of ids are written.
enum TokenIDFormat: String, Sendable, Hashable, CaseIterable {
  /// Decimal numbers with white space between, a document a line.
  case text
  /// Lists of numbers, or objects with `ids`: one, or one a line.
  case json
  /// 16 bits each, the low byte first.
  case u16
  /// 32 bits each, the low byte first.
  case u32

  /// The bytes of an id; `nil` where ids are digits.
  var idByteCount: Int? {
    switch self {
    case .text, .json: nil
    case .u16: 2
    case .u32: 4
    }
  }
}
