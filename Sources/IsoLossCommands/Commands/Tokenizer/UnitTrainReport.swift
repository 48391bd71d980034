import IsoLoss

/// What `isoloss tokenizer train --unit` came to, for people and for programs.
struct UnitTrainReport {
  let training: UnitTraining
  let size: Int?
  let inputs: [String]
  let written: [TrainedFiles.Written]

  private var unit: TextUnit { training.vocabulary.unit }

  private var bytesPerToken: Double {
    Double(training.byteCount) / Double(training.tokenCount)
  }

  /// The characters or words that have ids.
  private var keptCount: Int { training.vocabulary.tokenCount - 1 }

  /// What may make the vocabulary other than was meant.
  var warnings: [ReportWarning] {
    guard let size, training.vocabulary.tokenCount < size else { return [] }
    let count = NumberText.counted(training.vocabulary.tokenCount, "token")
    let message =
      "the vocabulary has \(count) instead of \(NumberText.count(size)): the texts have no more"
      + " \(unit)s"
    return [ReportWarning(id: "small-vocabulary", message: message)]
  }
}

// MARK: - For people

extension UnitTrainReport {
  /// The report.
  var text: String {
    let tokenCount = Int(training.tokenCount)
    var rows = [
      ["text", "\(source): \(NumberText.counted(training.byteCount, "byte"))"],
      ["sha256", training.vocabulary.corpusHash.map { "\($0)" } ?? "n/a"],
      ["unit", unit.rawValue],
      ["white space", training.vocabulary.dropsWhiteSpace ? "dropped, but for newlines" : "kept"],
      [
        "\(unit)s",
        "\(NumberText.count(training.differentCount)) different among"
          + " \(NumberText.count(tokenCount))",
      ],
      [
        "vocabulary",
        "\(NumberText.counted(training.vocabulary.tokenCount, "token")): \(unit)s"
          + " \(NumberText.count(keptCount)), unknown 1",
      ],
      ["unknown", UnknownTokens.share(Int(training.unknownCount), of: tokenCount)],
    ]
    if let least = training.leastCount {
      rows.append([
        "rarest", "a \(unit) that comes up \(NumberText.counted(Int(least), "time"))",
      ])
    }
    rows.append([
      "tokens", "\(NumberText.count(tokenCount)), \(NumberText.measured(bytesPerToken)) bytes each",
    ])
    rows += written.map { ["written", $0.name.escapedForTerminal] }
    var table = TextTable([.left, .left])
    for row in rows { table.add(row) }
    return table.text
  }

  private var source: String {
    guard inputs.count < 4 else { return "\(inputs.count) files" }
    return inputs.map(\.escapedForTerminal).joined(separator: ", ")
  }
}

// MARK: - For programs

extension UnitTrainReport {
  /// The members of a training of byte pairs, with null where there are no pairs.
  var json: [(String, JSONValue)] {
    let omitted = training.differentCount - keptCount
    return [
      ("inputs", .array(inputs.map { .string($0) })),
      ("unit", .string(unit.rawValue)),
      ("resumedFrom", .null),
      ("corpusHash", JSONValue(training.vocabulary.corpusHash?.description)),
      ("byteCount", .integer(training.byteCount)),
      ("textCount", .integer(training.textCount)),
      ("pieceCount", .integer(Int(training.tokenCount))),
      ("wordCount", .integer(training.differentCount)),
      ("omittedWordCount", .integer(omitted)),
      ("omittedPieceCount", .integer(Int(training.unknownCount))),
      ("pattern", .null),
      ("normalizer", .null),
      ("tieRule", .null),
      ("minimumCount", .null),
      ("specialTokenCount", .integer(0)),
      ("mergeCount", .null),
      ("vocabularySize", .integer(training.vocabulary.tokenCount)),
      ("termination", .null),
      ("lastCount", JSONValue(training.leastCount.map { Int($0) })),
      ("tokenCount", .integer(Int(training.tokenCount))),
      ("unknownCount", .integer(Int(training.unknownCount))),
      ("bytesPerToken", .number(bytesPerToken)),
      ("written", .array(written.map(\.json))),
    ]
  }
}
