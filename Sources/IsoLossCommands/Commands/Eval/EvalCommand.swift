import IsoLoss

/// `isoloss eval`: the loss of texts under a model.
public struct EvalCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "eval",
    summary: "loss of texts: nats and bits per token, perplexity, bits per byte",
    discussion: """
      Scores texts under a model, every token once, each given all that came before. Without --train the \
      model is `adaptive`: it starts knowing nothing and learns each byte after scoring it, so that its \
      bits per byte can be held against compressors. With --train an interpolated modified Kneser-Ney \
      n-gram model is estimated from those files first. With --model FOLDER it is a transformer's \
      checkpoint, as the Hugging Face ecosystem writes it: config.json, model.safetensors (or several with \
      their index) and tokenizer.json; GPT-2, Llama, Mistral, Qwen2 and GPT-NeoX are understood.

      FILE may be a folder (its files in byte order of their paths, hidden ones left out) or `-` for \
      standard input.
      """,
    argument: .init("FILE", atLeast: 0),
    options: [
      .file(
        "model",
        "MODEL",
        help:
          "`adaptive` or the folder of a checkpoint (default: adaptive, unless --train is given)"
      ),
      .choice(
        "effort",
        AdaptiveModel.Effort.allCases.map(\.rawValue),
        help: "work per byte of the adaptive model: `max` costs fewer bits and more time"
          + " (default: standard)"
      ),
      .value(
        "memory",
        "SIZE",
        help: "bound on the adaptive model's tables; when they are full, contexts seen rarely give"
          + " way (default: 100MiB, for `max` 320MiB)"
      ),
      .flag("carry", help: "keep what was learned from file to file; the default forgets"),
      .file(
        "train",
        isRepeatable: true,
        help: "train an n-gram model on this file first; may be given more than once"
      ),
      .value("order", "N", help: "longest n-gram of --train (default: 5; characters and bytes: 6)"),
      .choice(
        "unit",
        ["byte", "character", "word"],
        help: "what a token of --train is (default: word)"
      ),
      .choice(
        "reserved",
        ["skip", "count", "error"],
        help: "what becomes of a literal <s>, </s> or <unk> in training text (default: skip)"
      ),
      .choice(
        "discounts",
        ["fallback", "strict"],
        help:
          "what happens where too few counts determine a discount: 0.5, 1, 1.5 with a warning, or"
          + " an error (default: fallback)"
      ),
      .choice(
        "documents",
        DocumentSeparator.allCases.map(\.rawValue),
        help: "what a document is, for standard errors: a file, or what an empty line or a heading"
          + " `= Title =` begins (default: file); the adaptive model and checkpoints read on across"
          + " them"
      ),
      .file(
        "per-token",
        "OUT",
        help: "write a line per token: byte offset, byte length, token, nats"
      ),
      .flag("rank", help: "add the token's rank among the vocabulary to --per-token (slow)"),
      .flag(
        "allow-lossy",
        help: "give bits per byte even where the tokens do not determine the bytes"
      ),
      .flag("json", help: "write one JSON object"),
    ] + CheckpointWords.options,
    examples: [
      .init("isoloss eval corpora/lighthouse.txt", "a text under the adaptive model"),
      .init("isoloss eval --train train.txt --order 5 test.txt", "a text under a 5-gram model"),
      .init("cat *.txt | isoloss eval --json -", "standard input, as JSON"),
      .init("isoloss eval --model tinyllama test.txt", "a text under a checkpoint"),
      .init(
        "isoloss eval --model gpt2 --ids ids.bin --ids-format u16 --context 512",
        "token ids under one"
      ),
    ]
  )

  /// The level of the intervals.
  static let intervalLevel = 0.95

  var inputs: [String]
  var model: EvalModelChoice
  var carries: Bool
  var separator: DocumentSeparator
  var perTokenPath: String?
  var ranks: Bool
  var allowsLossy: Bool
  var writesJSON: Bool

  /// How ids are written, where that is said.
  var idFormat: TokenIDFormat?

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    model = try EvalModelChoice(words)
    inputs = words.arguments + words.texts("ids")
    idFormat = words.text("ids-format").flatMap(TokenIDFormat.init)
    carries = words.has("carry")
    separator = words.text("documents").flatMap(DocumentSeparator.init) ?? .file
    perTokenPath = words.text("per-token")
    ranks = words.has("rank")
    allowsLossy = words.has("allow-lossy")
    writesJSON = words.has("json")
    if ranks, perTokenPath == nil { throw .needs(option: "--rank", other: "--per-token") }
    if perTokenPath == "-" { throw .other("`--per-token` takes a file; /dev/stdout is one") }
    if inputs.isEmpty { throw .missingArgument("FILE") }
    let read = inputs + [words.text("vocabulary") ?? ""]
    if read.filter({ $0 == "-" }).count > 1 { throw .other("standard input is given twice") }
  }

  /// Scores the texts and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let model = try model.make(in: context)
    let start = context.secondsNow()
    let result = try EvalRun(command: self, model: model, context: context).result()
    // Each failure has been said; people need no report without a single loss, programs do.
    guard !result.files.isEmpty || writesJSON else { return .unusable }
    let seconds = context.secondsNow() - start
    if writesJSON {
      let report = EvalJSON(result: result, command: self, seconds: seconds).report
      try context.output.write(report.text(in: context))
    } else {
      try context.output.write(EvalText(result: result, command: self).text)
    }
    let rate = NumberText.bytes(Int(Double(result.total.text.byteCount) / max(seconds, 1e-9)))
    let tokens = NumberText.count(Int(Double(result.total.tokenCount) / max(seconds, 1e-9)))
    context.note("scored in \(NumberText.measured(seconds)) s, \(rate)/s, \(tokens) tokens/s")
    return result.failures.isEmpty ? .done : .unusable
  }
}
