import IsoLoss

/// What `isoloss tokenizer train` came to, for people and for programs.
struct TrainReport {
  let training: BytePairTraining
  let inputs: [String]
  let written: [TrainedFiles.Written]

  /// The file that the words were kept in, if they were not counted now.
  var resumedFrom: String?

  var warnings: [ReportWarning] = []

  private var bytesPerToken: Double {
    Double(training.byteCount) / Double(training.tokenCount)
  }

  /// What may make the vocabulary other than was meant.
  var ownWarnings: [ReportWarning] {
    var warnings: [ReportWarning] = []
    if training.termination != .vocabularyIsFull {
      let message =
        "the vocabulary has \(NumberText.counted(training.vocabularySize, "token")) instead of"
        + " \(NumberText.count(training.options.vocabularySize)): \(training.termination.words)"
      warnings.append(ReportWarning(id: "small-vocabulary", message: message))
    }
    if training.omittedWordCount > 0 {
      let message =
        "\(NumberText.counted(training.omittedWordCount, "rare word")) of"
        + " \(NumberText.counted(Int(training.omittedPieceCount), "piece")) did not fit into the memory;"
        + " a larger `--memory` takes them in"
      warnings.append(ReportWarning(id: "words-left-out", message: message))
    }
    return warnings
  }
}

extension BytePairTraining.Termination {
  /// Why no more was merged.
  fileprivate var words: String {
    switch self {
    case .vocabularyIsFull: "it has its size"
    case .noPairLeft: "no pair is left to merge"
    case .belowMinimumCount: "no pair is left that comes up often enough"
    }
  }
}

// MARK: - For people

extension TrainReport {
  /// The report.
  var text: String {
    let specials = training.options.specialTokens.count
    let merges = training.learned.merges.count
    var rows = [
      ["text", "\(source): \(NumberText.counted(training.byteCount, "byte"))"],
      ["sha256", "\(training.corpusHash)"],
      [
        "words",
        "\(NumberText.count(training.wordCount)) different among"
          + " \(NumberText.counted(Int(training.pieceCount), "piece"))",
      ],
      ["pattern", training.pattern.rawValue],
      ["normalizer", training.normalizesToNFC ? "NFC of Unicode 16.0" : "none"],
      ["tie rule", training.options.tieRule.rawValue],
      [
        "vocabulary",
        "\(NumberText.counted(training.vocabularySize, "token")): special"
          + " \(NumberText.count(specials)), bytes 256, merges \(NumberText.count(merges))",
      ],
      ["ended", training.termination.words],
    ]
    if let last = training.lastCount {
      rows.append(["last merge", "a pair that came up \(NumberText.counted(Int(last), "time"))"])
    }
    rows.append([
      "tokens",
      "\(NumberText.count(Int(training.tokenCount))), \(NumberText.measured(bytesPerToken)) bytes each",
    ])
    rows += written.map { ["written", $0.name.escapedForTerminal] }
    var table = TextTable([.left, .left])
    for row in rows { table.add(row) }
    return table.text
  }

  private var source: String {
    if inputs.isEmpty { return "words of \((resumedFrom ?? "").escapedForTerminal)" }
    guard inputs.count < 4 else { return "\(inputs.count) files" }
    return inputs.map(\.escapedForTerminal).joined(separator: ", ")
  }
}

// MARK: - For programs

extension TrainReport {
  var json: [(String, JSONValue)] {
    [
      ("inputs", .array(inputs.map { .string($0) })),
      ("unit", .string(VocabularyFile.unit)),
      ("resumedFrom", JSONValue(resumedFrom)),
      ("corpusHash", .string("\(training.corpusHash)")),
      ("byteCount", .integer(training.byteCount)),
      ("textCount", .integer(training.textCount)),
      ("pieceCount", .integer(Int(training.pieceCount))),
      ("wordCount", .integer(training.wordCount)),
      ("omittedWordCount", .integer(training.omittedWordCount)),
      ("omittedPieceCount", .integer(Int(training.omittedPieceCount))),
      ("pattern", .string(training.pattern.rawValue)),
      ("normalizer", JSONValue(training.normalizesToNFC ? "NFC" : nil)),
      ("tieRule", .string(training.options.tieRule.rawValue)),
      ("minimumCount", .integer(Int(training.options.minimumCount))),
      ("specialTokenCount", .integer(training.options.specialTokens.count)),
      ("mergeCount", .integer(training.learned.merges.count)),
      ("vocabularySize", .integer(training.vocabularySize)),
      ("termination", .string(training.termination.rawValue)),
      ("lastCount", JSONValue(training.lastCount.map { Int($0) })),
      ("tokenCount", .integer(Int(training.tokenCount))),
      ("unknownCount", .integer(0)),
      ("bytesPerToken", .number(bytesPerToken)),
      ("written", .array(written.map(\.json))),
    ]
  }
}
