import IsoLoss

/// `isoloss model inspect`: what a model is, and what it costs.
public struct ModelInspectCommand: Command {
  /// The table of words.
  public static let specification = CommandSpecification(
    name: "model inspect",
    summary: "a transformer's sizes, parameters, FLOPs, memory and tensors",
    discussion: """
      Says what a checkpoint's folder holds, as the Hugging Face ecosystem writes it: config.json and \
      model.safetensors, in one file or several. GPT-2, Llama, Mistral, Qwen2 and GPT-NeoX are understood. A \
      config.json alone will do, and so will sizes given as options, for a model that does not exist yet.

      Parameters are counted part by part, FLOPs as in appendix F of Hoffmann et al. 2022, whose table A4 \
      compares those of the blocks with 6 N D. Problems are what keeps the weights from being read: missing, \
      ill-shaped and unknown tensors.
      """,
    argument: .init("FOLDER", count: 0...1),
    options: ModelShapeWords.options + [
      .value(
        "sequence",
        "N",
        help: "count FLOPs for sequences of so many tokens (default: the whole context)"
      ),
      .flag("tensors", help: "list every tensor with its type, shape and file"),
      .flag(
        "verify",
        help: "read all weights and hash all files; the exit code is 1 if there are problems"
      ),
      .flag("json", help: "write one JSON object"),
    ],
    examples: [
      .init("isoloss model inspect tinyllama --tensors", "what a folder holds"),
      .init(
        "isoloss model inspect --layers 12 --width 768 --heads 12 --architecture gpt2",
        "a model on paper: GPT-2"
      ),
    ]
  )

  private let path: String?
  private let shape: ModelShapeWords?
  private let sequence: Int?
  private let (listsTensors, verifies, writesJSON): (Bool, Bool, Bool)

  /// Takes the meaning from parsed words.
  public init(_ words: ParsedWords) throws(UsageError) {
    path = words.arguments.first
    shape = try ModelShapeWords(words, hasFolder: path != nil)
    if path == nil, shape == nil {
      throw .other("no model is named: a folder, or `--layers`, `--width` and `--heads`")
    }
    let limit = TransformerSize.context.accepted
    sequence = try words.quantity("sequence") { text throws(QuantityError) in
      try Quantity.integer(text, in: limit)
    }
    listsTensors = words.has("tensors")
    verifies = words.has("verify")
    writesJSON = words.has("json")
    if path == nil, verifies { throw .needs(option: "--verify", other: "FOLDER") }
    if path == nil, listsTensors { throw .needs(option: "--tensors", other: "FOLDER") }
  }

  /// Reads the folder and reports.
  public func run(in context: CommandContext) throws -> ExitCode {
    let start = context.secondsNow()
    let model =
      if let path { try InspectedModel(path, in: context) } else { try InspectedModel(shape) }
    var report = ModelReport(model: model, listsTensors: listsTensors)
    report.sequence = sequence ?? model.shape.context
    if verifies, let files = model.files {
      report.verification = try WeightVerification(of: files.weights, in: context)
    }
    for warning in report.warnings { context.warn("\(warning.message) [\(warning.id)]") }
    if writesJSON {
      let json = JSONReport(
        schema: "isoloss.model-inspect",
        body: report.json,
        warnings: report.warnings,
        seconds: context.secondsNow() - start
      )
      try context.output.write(json.text(in: context))
    } else {
      try context.output.write(report.text)
    }
    return verifies && !report.problems.isEmpty ? .checkFailed : .done
  }
}
