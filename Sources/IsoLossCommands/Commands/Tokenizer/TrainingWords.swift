import IsoLoss

/// The counted words that a vocabulary is trained on: counted now, or kept from an earlier run.
struct TrainingWords {
  /// The words.
  var words: WordCounts

  /// The texts' names.
  var names: [String]

  /// Whether the words were kept from an earlier run.
  var isResumed = false

  /// What looks mistaken about the texts.
  var warnings: [ReportWarning] = []

  /// Reads words that were kept, or counts texts and keeps their words if asked to.
  init(
    _ command: TokenizerTrainCommand,
    _ files: [String],
    in context: CommandContext
  ) throws {
    names = files.map(context.displayName)
    if let path = command.countsPath, Folder.hasFile(at: context.path(path)) {
      var source = try context.open(path)
      words = try WordCounts.read(from: &source, interruption: context.interruption)
      isResumed = true
      try check(command, files, in: context)
      return
    }
    guard !files.isEmpty else {
      throw FileError(command.countsPath ?? "", .notFound)
    }
    var warnings: [ReportWarning] = []
    words = try Self.count(files, command.counting, &warnings, in: context)
    self.warnings = warnings
    if let path = command.countsPath {
      do throws(any Error) {
        try words.write(to: context.path(path), interruption: context.interruption)
      } catch let error as FileError {
        throw FileError(path, error.reason)
      }
    }
  }

  private static func count(
    _ files: [String],
    _ options: WordCountingOptions,
    _ warnings: inout [ReportWarning],
    in context: CommandContext
  ) throws -> WordCounts {
    let progress = ProgressLine(
      "count",
      totalByteCount: context.totalByteCount(of: files),
      in: context
    )
    defer { progress.finish() }
    let counter = WordCounter(
      options,
      pool: context.kernels.pool,
      interruption: context.interruption
    ) { progress.update(byteCount: $0) }
    warnings += try context.readTexts(files) { chunk, name in
      try counter.add(chunk, of: name)
    } end: { name in
      try counter.endText(name)
    }
    return try counter.finish()
  }

  /// Refuses words that were counted otherwise, or of other texts than those named.
  private func check(
    _ command: TokenizerTrainCommand,
    _ files: [String],
    in context: CommandContext
  ) throws {
    let path = command.countsPath ?? ""
    guard words.pattern == command.counting.pattern else {
      throw CommandError(
        "`\(path)`: its words were cut by `\(words.pattern.rawValue)`, which"
          + " `--pattern \(words.pattern.rawValue)` goes on with"
      )
    }
    guard words.normalizesToNFC == command.counting.normalizesToNFC else {
      let normalizer = words.normalizesToNFC ? "nfc" : "none"
      throw CommandError(
        "`\(path)`: its words were counted with `--normalizer \(normalizer)`, and go on with it only"
      )
    }
    guard !files.isEmpty else { return }
    var hasher = ContentHasher()
    for file in files {
      _ = try context.readChunks(of: context.open(file)) { chunk, _ in hasher.update(chunk) }
    }
    guard hasher.finalized() == words.corpusHash, files.count == words.textCount else {
      throw CommandError(
        "`\(path)`: its words are of other texts than those named; remove it to count these"
      )
    }
  }
}
