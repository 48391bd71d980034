import IsoLoss

/// A model that is looked at: a checkpoint's folder, a configuration alone, or sizes.
struct InspectedModel {
  /// What reports call it; `nil` for sizes given as options.
  var name: String?

  /// What it is.
  var configuration: CheckpointConfiguration

  /// Its tensors; `nil` where there are none to look at.
  var files: CheckpointFiles?

  /// Files of the folder that hold a vocabulary.
  var vocabularies: [String] = []

  /// The tokenizer that these files are; `nil` where there is none.
  var tokenizer: InspectedTokenizer?

  /// What keeps its weights from being read.
  var problems: [String] = []

  /// Its sizes.
  var shape: TransformerShape { configuration.transformer.shape }

  /// Takes a model that words describe.
  ///
  /// - Throws: Never where there are words.
  init(_ words: ModelShapeWords?) throws(CommandError) {
    guard let words else { throw CommandError("no model is named") }
    configuration = words.configuration
  }

  /// Looks at a folder, or at the file of a configuration.
  ///
  /// - Throws: `CheckpointError`, `JSONError` or `FileError` where there is no configuration to
  ///   understand; what is wrong with weights is a problem and no error.
  init(_ word: String, in context: CommandContext) throws {
    let shown = word.asFolder
    let path = context.path(shown)
    name = shown
    guard Folder.exists(at: path) else {
      configuration = try CheckpointConfiguration(path: path, name: shown)
      return
    }
    let file = CheckpointFiles.configurationName
    configuration = try CheckpointConfiguration(path: "\(path)/\(file)", name: "\(shown)/\(file)")
    vocabularies = LoadedVocabulary.usualFiles(inFolder: shown, in: context)
    let vocabulary = configuration.transformer.shape.vocabulary
    tokenizer = try InspectedTokenizer(inFolder: shown, vocabulary: vocabulary, in: context)
    do {
      let files = try CheckpointFiles(folder: path, name: shown)
      problems = files.problems.map(\.description)
      self.files = files
    } catch {
      problems = ["\(error)"]
    }
  }
}

/// What reading all weights showed.
struct WeightVerification {
  /// The SHA-256 of each file.
  var hashes: [(name: String, hash: ContentHash)] = []

  /// How many numbers were read.
  var count = 0

  /// The tensors with numbers that are infinite or none, and how many.
  var nonFinite: [(tensor: String, count: Int)] = []

  /// How many numbers are read at a time.
  private static let pieceCount = 1 << 20

  /// Reads everything.
  ///
  /// - Throws: `Interruption`.
  init(of weights: SafetensorsFolder, in context: CommandContext) throws {
    let total = weights.files.reduce(0) { $0 + $1.byteCount }
    let progress = ProgressLine("verify", total: 2 * total, unit: .bytes, in: context)
    defer { progress.finish() }
    var done = 0
    for file in weights.files {
      let hash = try file.contentHash { bytes in
        try context.interruption.check()
        progress.update(count: done + bytes)
      }
      hashes.append((file.name, hash))
      done += file.byteCount
    }
    for (file, tensor) in weights.tensors where tensor.type.isReadable {
      let bad = try Self.nonFiniteCount(file, tensor) {
        try context.interruption.check()
        progress.update(count: done)
      }
      if bad > 0 { nonFinite.append((tensor.name, bad)) }
      count += tensor.count
      done += tensor.byteRange.count
    }
  }

  private static func nonFiniteCount(
    _ file: SafetensorsFile,
    _ tensor: SafetensorsFile.Tensor,
    _ checkpoint: () throws -> Void
  ) throws -> Int {
    let rowCount = max(1, pieceCount / max(1, tensor.rowLength))
    var values = [Float](repeating: 0, count: min(rowCount, tensor.rowCount) * tensor.rowLength)
    var count = 0
    for start in stride(from: 0, to: tensor.rowCount, by: rowCount) {
      try checkpoint()
      let rows = start..<min(start + rowCount, tensor.rowCount)
      var span = values.mutableSpan
      try file.read(tensor, rows: rows, into: &span)
      for index in 0..<rows.count * tensor.rowLength where !values[index].isFinite { count += 1 }
    }
    return count
  }

  /// What is wrong, in words.
  var problems: [String] {
    nonFinite.map { tensor, count in
      "`\(tensor.escapedForTerminal)` holds \(NumberText.counted(count, "number")) not finite"
    }
  }
}
