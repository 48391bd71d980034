import IsoLoss

/// Where a trained vocabulary is written: as `tokenizer.json` and in this package's own format.
struct TrainedFiles {
  /// A file that was written.
  struct Written {
    var name: String
    var hash: ContentHash
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
      let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
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
      try context.writeFile(path, text)
      return Written(name: path, hash: ContentHash(of: Array(text.utf8)))
    }
  }
}
