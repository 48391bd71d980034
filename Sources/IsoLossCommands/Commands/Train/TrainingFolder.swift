import FileFormats
import IsoLoss

/// The folder of a run: the model, the state to go on from, and the log.
struct TrainingFolder {
  private let word: String
  private let context: CommandContext

  /// Held as long as the folder is written: two runs would write over each other's states.
  private let lock: FileLock

  private var statePath: String { path(Self.stateName) }

  /// Makes the folder where there is none, and keeps others from it.
  ///
  /// - Throws: ``CommandError`` where another run has it, or where it cannot be made or written.
  init(_ word: String, in context: CommandContext) throws {
    let word = word.asFolder
    try context.makeFolder(word)
    let name = "\(word)/training.lock"
    let lock: FileLock?
    do throws(FileError) {
      lock = try FileLock(path: context.path(name))
    } catch {
      throw FileError(name, error.reason)
    }
    guard let lock else {
      throw CommandError(
        "`\(word)`: another run is writing there; wait for its end, or choose another output"
      )
    }
    self.lock = lock
    self.word = word
    self.context = context
  }

  /// Throws where a folder holds what a run would write over: another run, a model, or a vocabulary.
  static func check(_ word: String, isResumed: Bool, in context: CommandContext) throws {
    let path = context.path(word)
    func holds(_ name: String) -> Bool { Folder.hasFile(at: "\(path)/\(name)") }
    guard !holds(stateName) else {
      if isResumed { return }
      throw CommandError(
        "`\(word)` holds a run already: `--resume` goes on with it; or choose another output"
      )
    }
    guard !holds(SafetensorsFolder.fileName) else {
      throw CommandError("`\(word)` holds a model already; choose another output")
    }
    if let name = LoadedVocabulary.usualFiles(inFolder: word, in: context).first {
      throw CommandError(
        "`\(word)` holds a vocabulary already, `\(name)`, which the model's would be taken for; choose"
          + " another output"
      )
    }
  }

  private static let stateName = "training.safetensors"

  private func path(_ name: String) -> String { context.path("\(word)/\(name)") }

  /// Goes on with the run that the folder holds, or begins one.
  func begin(_ run: inout TransformerTraining, isResumed: Bool) throws -> TrainingLog {
    try Self.check(word, isResumed: isResumed, in: context)
    guard Folder.hasFile(at: statePath) else { return TrainingLog() }
    let notes: JSONValue
    do {
      notes = try run.resume(from: statePath, name: "\(word)/\(Self.stateName)")
    } catch let error as TrainingError {
      throw CommandError("\(error)")
    }
    guard case .integer(let lineCount) = notes["logLines"] ?? .null else {
      throw CommandError("`\(word)`: the state names no length of its log")
    }
    return try TrainingLog(lineCount, of: path("log.jsonl"), name: "\(word)/log.jsonl")
  }

  /// Writes the log and then the state, so that the log of a state is always there.
  func write(_ run: borrowing TransformerTraining, _ log: TrainingLog) throws {
    try context.writeFile("\(word)/log.jsonl", log.jsonLines)
    try context.writeFile("\(word)/log.csv", log.csv)
    try run.write(to: statePath, notes: ["logLines": .integer(log.lineCount)])
  }

  /// Writes the model that the run has come to.
  ///
  /// - Returns: A warning where other programs cannot read its tokenizer.
  func finish(
    _ run: borrowing TransformerTraining,
    _ texts: TrainingTexts
  ) throws -> ReportWarning? {
    let vocabulary = texts.vocabulary
    let end = vocabulary?.endOfText
    guard
      let configuration = CheckpointConfiguration(
        describing: run.recipe.configuration,
        beginningOfText: (vocabulary?.beginningOfText ?? end).map(Int.init),
        endOfText: end.map { [Int($0)] } ?? []
      )
    else { throw CommandError("no architecture has the model's parts") }
    let warning = try vocabulary.flatMap { try write($0.facts) }
    try Checkpoint(configuration, run.result()).write(folder: context.path(word))
    return warning
  }

  /// Writes the vocabulary as other programs read it or, where that cannot be, as this one does.
  private func write(_ vocabulary: AnyVocabulary) throws -> ReportWarning? {
    let text: String
    do throws(VocabularyError.Reason) {
      text = try vocabulary.tokenizerJSON()
    } catch {
      try context.writeFile("\(word)/vocabulary.json", vocabulary.fileText)
      let message =
        "`\(word)` gets `vocabulary.json`, which only this program reads: \(error)"
      return ReportWarning(id: "tokenizer-not-portable", message: message)
    }
    try context.writeFile("\(word)/tokenizer.json", text)
    return nil
  }
}
