import IsoLoss

/// A checkpoint that is being made into a model for `isoloss eval`.
struct CheckpointModel {
  let words: CheckpointWords
  let context: CommandContext

  /// What reports call the folder.
  let name: String
  let files: CheckpointFiles

  /// The tokenizer, where there is one.
  let vocabulary: LoadedVocabulary?

  /// What there is to warn about.
  private(set) var warnings: [ReportWarning] = []

  /// The longest default context; what long-context models were trained on takes too much memory.
  private static let longestDefault = 4096

  private var shape: TransformerShape { files.configuration.transformer.shape }

  /// Reads what the folder says of itself, and its tokenizer.
  init(_ words: CheckpointWords, in context: CommandContext) throws {
    let folder = words.folder
    let name = folder.asFolder
    self.words = words
    self.context = context
    self.name = name
    let path = context.path(name)
    try Self.checkFolder(name, path, in: context)
    files = try CheckpointFiles(folder: path, name: name)
    do {
      vocabulary = try Self.vocabulary(words, folder: name, in: context)
    } catch let error as VocabularyError where words.readsIDs && words.vocabularyPath == nil {
      // Ids can be scored without it, which the report says.
      vocabulary = nil
      let message = "the tokenizer in `\(name)` is not used: \(error)"
      warnings.append(ReportWarning(id: "tokenizer-unreadable", message: message))
    }
    if let vocabulary { try check(vocabulary) }
  }

  /// Makes the model, reading its weights.
  mutating func make() throws -> EvalModel {
    let (windows, prefix) = try windows()
    let end = try words.scoresEnd ? endToken() : nil
    let checkpoint = try files.read(context.checkpoint)
    let hashes = try files.weights.files.map { file in
      (file, try file.contentHash { _ in try context.interruption.check() })
    }
    let model = TransformerModel(
      checkpoint,
      tokenizer: vocabulary?.tokenizer,
      windows: windows,
      scoredEnd: end.map { TokenID($0) },
      kernels: context.kernels
    )
    let report = CheckpointReport(
      name: name,
      model: model,
      vocabulary: vocabulary,
      window: words.window,
      convention: words.convention,
      prefix: prefix,
      weights: hashes.map { file, hash in
        .init(name: String(file.name.dropFirst(name.count + 1)), file.byteCount, hash)
      }
    )
    return EvalModel(
      model: model,
      title: report.title,
      details: report.details,
      json: report.json,
      warnings: warnings,
      convention: words.convention
    )
  }
}

// MARK: - Folder and tokenizer

extension CheckpointModel {
  /// Throws with a hint unless a folder holds a configuration and weights.
  private static func checkFolder(
    _ name: String,
    _ path: String,
    in context: CommandContext
  ) throws {
    guard Folder.exists(at: path) else {
      guard Folder.hasFile(at: path) else {
        throw CommandError(
          "`\(name)`: no such folder; `--model` takes `adaptive` or the folder of a checkpoint"
        )
      }
      throw CommandError("`\(name)`: \(try fileReason(name, in: context))")
    }
    let weights = [SafetensorsFolder.fileName, SafetensorsFolder.indexName]
    let configuration = CheckpointFiles.configurationName
    var missing: [String] = []
    if !Folder.hasFile(at: "\(path)/\(configuration)") { missing.append("`\(configuration)`") }
    if !weights.contains(where: { Folder.hasFile(at: "\(path)/\($0)") }) {
      missing.append("weights (`\(weights[0])` or `\(weights[1])`)")
    }
    guard missing.isEmpty else {
      throw CommandError("`\(name)`: the folder holds no \(missing.joined(separator: " and no "))")
    }
  }

  /// Why a file is no checkpoint.
  private static func fileReason(_ name: String, in context: CommandContext) throws -> String {
    var source = try context.open(name)
    if try source.nextChunk().starts(with: "GGUF".utf8) {
      return "a GGUF model, whose weights are not read yet; `--model` takes the folder of a"
        + " checkpoint with `config.json` and `model.safetensors`"
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
    let isPart = name.hasSuffix(".safetensors") || name.hasSuffix(".json")
    return "is a file, and a checkpoint is a folder"
      + (isPart ? "; `--model \(folder.isEmpty ? "/" : folder)` may be meant" : "")
  }

  /// The tokenizer that was named, or that of the folder.
  private static func vocabulary(
    _ words: CheckpointWords,
    folder: String,
    in context: CommandContext
  ) throws -> LoadedVocabulary? {
    if words.vocabularyPath == nil,
      LoadedVocabulary.usualFiles(inFolder: folder, in: context).isEmpty
    {
      if words.readsIDs { return nil }
      throw CommandError(
        "`\(folder)`: the folder holds no tokenizer; `--vocabulary FILE` names one elsewhere,"
          + " `--ids FILE` scores token ids"
      )
    }
    return try LoadedVocabulary(VocabularyWords(words.vocabularyPath ?? folder), in: context)
  }

  /// Throws if the tokenizer has tokens that the model has not.
  private func check(_ vocabulary: LoadedVocabulary) throws(CommandError) {
    let count = vocabulary.tokenizer.tokenCount
    guard count > shape.vocabulary else { return }
    throw CommandError(
      "`\(vocabulary.name)` has \(NumberText.counted(count, "token")), more than the vocabulary of"
        + " `\(name)`, \(NumberText.count(shape.vocabulary)): it is the tokenizer of another model"
    )
  }
}

// MARK: - Windows

extension CheckpointModel {
  private mutating func windows() throws -> (ContextWindows, CheckpointPrefix?) {
    let length = try contextLength()
    if let convention = words.convention {
      return try windows(of: length, by: convention)
    }
    let stride = words.window == .disjoint ? length : try stride(atMost: length, of: length)
    let prefix = try prefix(default: addsBeginning ? .every : .first)
    let windows = ContextWindows(
      context: length,
      stride: stride,
      prefix: prefix?.ofWindows ?? ContextWindows.Prefix.none
    )
    return (windows, prefix)
  }

  /// Tokens between the beginnings of windows that overlap.
  private func stride(atMost most: Int, of length: Int) throws(CommandError) -> Int {
    let stride = words.stride ?? max(1, length / 2)
    guard stride <= most else {
      let bound = most < length ? "less than" : "at most"
      throw CommandError(
        "`--stride`: expected \(bound) the context of \(NumberText.counted(length, "token")), found"
          + " `\(stride)`"
      )
    }
    return stride
  }

  /// Whether the tokenizer begins a text with a token by itself.
  private var addsBeginning: Bool { vocabulary?.bytePairs?.addsBeginningOfText == true }

  /// Windows by another program's convention.
  private func windows(
    of length: Int,
    by convention: CheckpointWords.Convention
  ) throws(CommandError) -> (ContextWindows, CheckpointPrefix?) {
    guard length >= convention.fewestTokens else {
      throw CommandError(
        "`--context`: expected at least \(convention.fewestTokens), of which one token is scored,"
          + " found `\(length)`"
      )
    }
    switch convention {
    case .lmEval:
      let prefix = try prefix(at: .first, for: convention)
      return (.rolling(context: length, beginning: Int32(prefix.id)), prefix)
    case .llamaCpp:
      let prefix = try prefix(at: .every, for: convention)
      return (.secondHalves(of: length, beginning: Int32(prefix.id)), prefix)
    case .hfStrided:
      let prefix = addsBeginning ? try prefix(default: .first) : nil
      let stride = try stride(atMost: length - 1, of: length)
      let beginning = prefix.map { Int32($0.id) }
      return (.strided(context: length, stride: stride, beginning: beginning), prefix)
    }
  }

  /// What stands before a text by another program's convention.
  private func prefix(
    at place: CheckpointWords.Prefix,
    for convention: CheckpointWords.Convention
  ) throws(CommandError) -> CheckpointPrefix {
    if let prefix = try prefix(default: place) { return prefix }
    throw CommandError(
      "`--compat \(convention.rawValue)`: neither `\(name)` nor its tokenizer names a token that"
        + " begins or ends a text, which stands "
        + (place == .every ? "at the first place of every window" : "before it")
    )
  }

  /// The tokens of a window.
  private mutating func contextLength() throws(CommandError) -> Int {
    let trained = shape.context
    guard let given = words.context else { return min(trained, Self.longestDefault) }
    guard given > trained else { return given }
    let count = NumberText.counted(trained, "token")
    guard shape.positions != .learned else {
      throw CommandError(
        "`--context`: expected at most \(trained), the positions that `\(name)` has learned, found"
          + " `\(given)`"
      )
    }
    warnings.append(
      ReportWarning(
        id: "context-beyond-training",
        message: "`--context \(given)` is more than the \(count) that `\(name)` was trained on"
      )
    )
    return given
  }

  /// What stands before a text: the token that begins texts, else the one that ends them.
  private func prefix(
    default place: CheckpointWords.Prefix
  ) throws(CommandError) -> CheckpointPrefix? {
    let place = words.prefix ?? place
    guard place != .none else { return nil }
    let beginning = vocabulary?.beginningOfText.map(Int.init) ?? files.configuration.beginningOfText
    if let id = known(beginning) { return .init(id: id, isBeginning: true, place: place) }
    if let id = endOfText { return .init(id: id, isBeginning: false, place: place) }
    guard words.prefix != nil else { return nil }
    throw CommandError(
      "`--bos \(place.rawValue)`: neither `\(name)` nor its tokenizer names a token that begins or"
        + " ends a text"
    )
  }

  private func endToken() throws(CommandError) -> Int {
    if let endOfText { return endOfText }
    throw CommandError(
      "`--score-eos`: neither `\(name)` nor its tokenizer names a token that ends a text"
    )
  }

  private var endOfText: Int? {
    known(vocabulary?.endOfText.map(Int.init) ?? files.configuration.endOfText.first)
  }

  /// An id, if the model has it.
  private func known(_ id: Int?) -> Int? {
    id.flatMap { (0..<shape.vocabulary).contains($0) ? $0 : nil }
  }
}

/// What stands before a text under a checkpoint.
struct CheckpointPrefix: Sendable, Hashable {
  /// The token.
  var id: Int

  /// Whether it is the one that begins texts, rather than that which ends them.
  var isBeginning: Bool

  /// Where it stands.
  var place: CheckpointWords.Prefix

  /// The same in the terms of windows.
  var ofWindows: ContextWindows.Prefix {
    switch place {
    case .first: .first(Int32(id))
    case .every: .every(Int32(id))
    case .none: .none
    }
  }
}
