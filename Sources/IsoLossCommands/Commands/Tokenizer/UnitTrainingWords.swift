import IsoLoss

/// The characters or words that a vocabulary is to hold, as `tokenizer train --unit` asks.
struct UnitTrainingWords: Sendable, Hashable {
  /// What is counted.
  let unit: TextUnit

  /// How many tokens the vocabulary may have, the unknown among them; `nil` for as many as occur.
  let size: Int?

  /// How many bytes the counted words may take up before they are put aside.
  let memoryBudget: Int

  /// The option that names the unit.
  static let option = Option.choice(
    "unit",
    [VocabularyFile.unit, TextUnit.character.rawValue, TextUnit.word.rawValue],
    help: "what a token is (default: byte-pair)"
  )

  /// The options that say how pairs of bytes merge.
  private static let ofBytePairs = [
    "pattern", "normalizer", "special", "minimum-count", "tie-rule", "counts",
  ]

  /// Takes the meaning from parsed words; `nil` where they ask for byte pairs.
  init?(_ words: ParsedWords, memoryBudget: Int) throws(UsageError) {
    guard let unit = words.text("unit").flatMap(TextUnit.init(rawValue:)) else { return nil }
    if let name = Self.ofBytePairs.first(where: words.isGiven) {
      throw .conflict("--unit \(unit)", "--\(name)")
    }
    self.unit = unit
    self.memoryBudget = memoryBudget
    size = try words.quantity("vocabulary", Quantity.count).map { size throws(UsageError) in
      let range = 2...Double(BytePairVocabulary.mostTokens)
      guard size == size.rounded(), range.contains(size) else {
        throw .other(
          "`--vocabulary`: expected a whole number from 2 (a \(unit) and the unknown) to"
            + " \(Int(range.upperBound)), found `\(words.text("vocabulary") ?? "")`"
        )
      }
      return Int(size)
    }
  }

  /// Counts texts.
  ///
  /// - Returns: The vocabulary, and what looks mistaken about the texts.
  /// - Throws: `FileError`, ``CommandError`` and `Interruption`.
  func train(
    _ files: [String],
    in context: CommandContext
  ) throws -> (UnitTraining, [ReportWarning]) {
    let progress = ProgressLine(
      "count",
      totalByteCount: context.totalByteCount(of: files),
      in: context
    )
    defer { progress.finish() }
    var counter = UnitCounter(
      unit,
      memoryBudget: memoryBudget,
      interruption: context.interruption
    )
    let warnings = try context.readTexts(files) { chunk, _ in
      try counter.add(chunk)
      progress.update(byteCount: counter.byteCount)
    } end: { _ in
      try counter.endText()
    }
    return (try counter.finish(limit: size.map { $0 - 1 }), warnings)
  }
}
