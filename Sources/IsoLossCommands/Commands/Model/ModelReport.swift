import IsoLoss

/// What `isoloss model inspect` found, for people and for programs.
struct ModelReport {
  let model: InspectedModel
  let listsTensors: Bool

  /// The tokens that FLOPs are counted for.
  var sequence = 1

  /// What reading the weights showed, if that was asked for.
  var verification: WeightVerification?

  var configuration: TransformerConfiguration { model.configuration.transformer }
  var shape: TransformerShape { model.shape }

  /// What keeps the weights from being read, and what is wrong in them.
  var problems: [String] { model.problems + (verification?.problems ?? []) }

  /// What there is to warn about.
  var warnings: [ReportWarning] { model.tokenizer?.warnings ?? [] }

  /// The FLOPs of a sequence in which all pairs count.
  var flops: ForwardFLOPs { shape.forwardFLOPs(tokens: sequence) }

  /// The FLOPs of a sequence in which masked pairs do not count.
  var visibleFLOPs: ForwardFLOPs {
    let pairs = ForwardFLOPs.Pairs.visible(window: configuration.attentionWindow)
    return shape.forwardFLOPs(tokens: sequence, pairs: pairs)
  }

  /// The bytes of the weights as the files hold them, or in single precision.
  var weightByteCount: Double {
    guard let weights = model.files?.weights else { return 4 * Double(shape.parameterCount) }
    return weights.tensors.reduce(0) { $0 + Double($1.tensor.byteRange.count) }
  }

  /// The types of the tensors with how many there are of each.
  var elementTypes: [(type: SafetensorsType, count: Int)] {
    var counts: [SafetensorsType: Int] = [:]
    for (_, tensor) in model.files?.weights.tensors ?? [] { counts[tensor.type, default: 0] += 1 }
    return SafetensorsType.allCases.compactMap { type in counts[type].map { (type, $0) } }
  }
}

// MARK: - For people

extension ModelReport {
  /// The report.
  var text: String {
    var sections = [facts, parameterTable, flopsTable, memoryTable]
    if listsTensors, let files = model.files { sections.append(tensorTable(files)) }
    if let verification { sections.append(text(verification)) }
    if !problems.isEmpty {
      sections.append(problems.map { "problem: \($0)\n" }.joined())
    }
    return sections.joined(separator: "\n")
  }

  private var facts: String {
    var table = TextTable([.left, .left])
    if let name = model.name { table.add(["model", name.escapedForTerminal]) }
    table.add(["architecture", model.configuration.architecture.rawValue])
    for row in sizeRows + partRows { table.add(row) }
    if model.name != nil {
      table.add(["tokens", tokens])
      table.add(["weights", weights])
      table.add(["tokenizer", tokenizer])
    }
    return table.text
  }

  private var sizeRows: [[String]] {
    let keys = shape.keyValueHeads
    let shared = keys == shape.heads ? "" : ", \(keys) of keys and values"
    let window = configuration.attentionWindow.map { ", each sees \(NumberText.count($0))" } ?? ""
    return [
      ["layers", "\(shape.layers)"],
      ["width", NumberText.count(shape.width)],
      ["heads", "\(shape.heads) of \(shape.headWidth)\(shared)"],
      ["feed-forward", "\(NumberText.count(shape.feedForwardWidth)), \(feedForward)"],
      [
        "vocabulary",
        NumberText.count(shape.vocabulary)
          + (shape.isHeadTied ? ", head tied" : ", head of its own"),
      ],
      ["context", "\(NumberText.count(shape.context)) tokens\(window)"],
    ]
  }

  private var feedForward: String {
    let name =
      switch configuration.activation {
      case .relu: "ReLU"
      case .silu: "SiLU"
      case .gelu: "GELU"
      case .geluTanh: "GELU by tanh"
      }
    return (shape.feedForward == .gated ? "gated by " : "") + name
      + (shape.residual == .parallel ? ", beside attention" : "")
  }

  private var partRows: [[String]] {
    let norm = shape.normalization == .layerNorm ? "layer norm" : "root mean square"
    let epsilon = NumberText.measured(configuration.normEpsilon)
    return [
      ["positions", positions], ["norm", "\(norm), epsilon \(epsilon)"], ["biases", biases],
    ]
  }

  private var positions: String {
    guard let rotary = model.configuration.rotary else { return "learned" }
    let turned = rotary.dimension(headWidth: shape.headWidth)
    let scaling =
      switch rotary.scaling {
      case .none: ""
      case .linear(let factor): ", frequencies over \(NumberText.measured(factor))"
      case .llama3(let factor, _, _, let context):
        ", low frequencies over \(NumberText.measured(factor)) beyond \(NumberText.count(context)) tokens"
      }
    return "rotary, base \(NumberText.measured(rotary.base)),"
      + " \(turned) of \(shape.headWidth) numbers of a head\(scaling)"
  }

  private var biases: String {
    let names: [(TransformerShape.Biases, String)] = [
      (.queriesKeysValues, "queries, keys and values"), (.attentionOutput, "attention's output"),
      (.feedForward, "feed-forward"),
    ]
    let found = names.filter { shape.biases.contains($0.0) }.map(\.1)
    return found.isEmpty ? "none" : found.joined(separator: ", ")
  }

  private var tokens: String {
    let configuration = model.configuration
    let begin = configuration.beginningOfText.map { "\($0)" } ?? "none"
    let ends = configuration.endOfText.map { "\($0)" }.joined(separator: ", ")
    return "text begins with \(begin), ends with \(ends.isEmpty ? "none" : ends)"
  }

  private var tokenizer: String {
    guard !model.vocabularies.isEmpty else { return "none" }
    let names = model.vocabularies.joined(separator: ", ")
    return names + (model.tokenizer.map { ": \($0.words)" } ?? "")
  }

  private var weights: String {
    guard let weights = model.files?.weights else { return "none" }
    let types = elementTypes.map { "\($0.type.rawValue)" }.joined(separator: ", ")
    return "\(NumberText.counted(weights.tensors.count, "tensor")) of \(types) in"
      + " \(NumberText.counted(weights.files.count, "file"))"
  }
}
