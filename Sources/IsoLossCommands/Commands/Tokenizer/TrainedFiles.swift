import IsoLoss

/// Where a trained vocabulary is written: of byte pairs as `tokenizer.json` and in this package's own
/// format, of characters or words in the latter only.
struct TrainedFiles {
  /// A file that was written.
  struct Written {
    var name: String
    var hash: ContentHash

    /// The file as reports for programs name it.
    var json: JSONValue { ["name": .string(name), "sha256": .string("\(hash)")] }
  }

  /// The folder that both files are in, if one was named.
  private let folder: String?

  /// The path of what `tokenizers` reads, and that of the file with its origin.
  private let (portable, native): (String, String)

  /// Takes a folder, or the name of a JSON file.
  init(path: String) {
    if path.hasSuffix(".json") {
      folder = nil
      portable = path
      native = path.dropLast(".json".count) + ".isoloss.json"
    } else {
      let folder = path.asFolder
      self.folder = folder
      portable = "\(folder)/tokenizer.json"
      native = "\(folder)/vocabulary.json"
    }
  }

  /// The paths of both files.
  var paths: [String] { [portable, native] }

  /// Writes both files, each whole or not at all.
  func write(_ training: BytePairTraining, in context: CommandContext) throws -> [Written] {
    let vocabulary = BytePairVocabulary(
      training.learned,
      pattern: training.pattern,
      normalization: training.normalizesToNFC ? .formC : .none
    )
    let file = VocabularyFile(
      vocabulary,
      tieRule: training.options.tieRule.rawValue,
      corpusHash: training.corpusHash
    )
    if let folder { try context.makeFolder(folder) }
    return try [(portable, try vocabulary.tokenizerJSON()), (native, file.text)].map { path, text in
      try Self.write(text, path, in: context)
    }
  }

  private static func write(
    _ text: String,
    _ path: String,
    in context: CommandContext
  ) throws -> Written {
    try context.writeFile(path, text)
    return Written(name: path, hash: ContentHash(of: Array(text.utf8)))
  }
}

// MARK: - Characters and words

extension TrainedFiles {
  /// The path of the one file: the name that was given, or `vocabulary.json` in the folder.
  var unitPath: String { folder == nil ? portable : native }

  /// Refuses a folder with a vocabulary that would be read in place of the new one.
  func refuseHidden(in context: CommandContext) throws(CommandError) {
    guard let folder, Folder.hasFile(at: context.path(portable)) else { return }
    throw CommandError(
      "`\(folder)` holds another vocabulary, `\(portable)`, which is read first; choose another output"
    )
  }

  /// Writes the file, whole or not at all.
  func write(_ vocabulary: UnitVocabulary, in context: CommandContext) throws -> [Written] {
    if let folder { try context.makeFolder(folder) }
    return [try Self.write(vocabulary.fileText, unitPath, in: context)]
  }
}
