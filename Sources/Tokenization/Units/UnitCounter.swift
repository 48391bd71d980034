public import Execution
import FileFormats

/// Counts the characters or words of texts, and makes a vocabulary of them.
///
///     var counter = UnitCounter(.word)
///     while case let chunk = try source.nextChunk(), !chunk.isEmpty { try counter.add(chunk) }
///     try counter.endText()
///     let training = try counter.finish(limit: 9_999)
///
/// Texts are read in chunks, which change nothing. When the table outgrows the memory it is given, its
/// words are put aside in a temporary file, sorted, and added up at the end.
public struct UnitCounter {
  /// What is counted.
  public let unit: TextUnit

  /// How many bytes were read.
  public private(set) var byteCount = 0

  /// How many texts were read to their end.
  public private(set) var textCount = 0

  /// How often the words of the table were put aside.
  package var runCount: Int { runs?.count ?? 0 }

  private let memoryBudget: Int
  private let interruption: InterruptionFlag?
  private var splitter: SentenceSplitter
  private var tally: UnitTally
  private var runs: WordRuns?
  private var hasher = ContentHasher()

  /// Creates a counter without texts.
  ///
  /// - Parameters:
  ///   - unit: What is counted.
  ///   - memoryBudget: How many bytes the table may take up before its words are put aside.
  ///   - interruption: Ends counting early when raised.
  /// - Precondition: `unit` is not bytes, which need no counting.
  public init(
    _ unit: TextUnit,
    memoryBudget: Int = 2 << 30,
    interruption: InterruptionFlag? = nil
  ) {
    precondition(unit != .byte, "all bytes have ids")
    self.unit = unit
    self.memoryBudget = memoryBudget
    self.interruption = interruption
    splitter = SentenceSplitter(unit: unit)
    tally = UnitTally(unit)
  }

  /// Adds the next bytes of a text, which ``endText()`` ends.
  ///
  /// - Throws: `FileError` when the temporary file cannot be written, and `Interruption`.
  public mutating func add(_ chunk: [UInt8]) throws {
    try interruption?.check()
    hasher.update(chunk)
    byteCount += chunk.count
    Self.with(&splitter, &tally) { splitter, tally in
      splitter.split(chunk.span) { tally.add($0, $1) }
    }
    if tally.table.byteCount > memoryBudget { try putAside() }
  }

  /// Ends a text, so that the next bytes begin another.
  ///
  /// - Throws: As ``add(_:)``.
  public mutating func endText() throws {
    Self.with(&splitter, &tally) { splitter, tally in splitter.finish { tally.add($0, $1) } }
    splitter = SentenceSplitter(unit: unit)
    textCount += 1
    if tally.table.byteCount > memoryBudget { try putAside() }
  }

  /// Lets the tally change while the splitter does.
  private static func with(
    _ splitter: inout SentenceSplitter,
    _ tally: inout UnitTally,
    _ body: (inout SentenceSplitter, inout UnitTally) -> Void
  ) {
    body(&splitter, &tally)
  }

  /// Moves all words to the temporary file.
  private mutating func putAside() throws {
    var runs = try self.runs ?? WordRuns()
    try runs.append(tally.takeTable(), interruption)
    self.runs = runs
  }
}

// MARK: - The result

/// What the characters or words of texts came to.
public struct UnitTraining: Sendable, Hashable {
  /// The vocabulary, with the hash of the texts' bytes, one text after the other.
  public var vocabulary: UnitVocabulary

  /// How many bytes the texts hold.
  public var byteCount: Int

  /// How many texts there are.
  public var textCount: Int

  /// How many tokens the texts become.
  public var tokenCount: UInt64

  /// How many different characters or words the texts have.
  public var differentCount: Int

  /// How many of the texts' tokens are unknown: those that were not kept.
  public var unknownCount: UInt64

  /// How often the rarest that was kept comes up; `nil` where none was.
  public var leastCount: UInt64?
}

/// Why counted characters or words make no vocabulary.
public enum UnitTrainingError: Error, Sendable, Hashable {
  /// The texts are empty, or have nothing that can be a token.
  case nothingToCount(TextUnit)

  /// The texts have so many, and all are longer than a token may be.
  case allTooLong(TextUnit, Int, limit: Int)

  /// All of them are more than ids can count.
  case tooManyTokens(TextUnit, Int, limit: Int)

  /// They have more bytes together than a file may.
  case tooManyBytes(TextUnit, Int, limit: Int)
}

extension UnitTrainingError: CustomStringConvertible {
  /// The error in words.
  public var description: String {
    switch self {
    case .nothingToCount(let unit): "nothing to count: the texts have no \(unit)s"
    case .allTooLong(let unit, let count, let limit):
      "nothing to count: of the \(count) \(unit)s of the texts none has \(limit) bytes or less"
    case .tooManyTokens(let unit, let count, let limit):
      "the texts have \(count) different \(unit)s, and a vocabulary at most \(limit); "
        + "`--vocabulary N` keeps the most frequent"
    case .tooManyBytes(let unit, let count, let limit):
      "the \(unit)s of the vocabulary have \(count) bytes, and may have \(limit); a smaller "
        + "`--vocabulary N` has fewer"
    }
  }
}

extension UnitCounter {
  /// The most frequent characters or words of all texts added, which are then forgotten.
  ///
  /// - Parameter limit: How many to keep besides the unknown; `nil` for all.
  /// - Returns: The vocabulary and what it makes of the texts.
  /// - Throws: ``UnitTrainingError``, `FileError` when the temporary file fails, and `Interruption`.
  public mutating func finish(limit: Int?) throws -> UnitTraining {
    defer { self = UnitCounter(unit, memoryBudget: memoryBudget, interruption: interruption) }
    let choice = try choose(limit: limit)
    var vocabulary = choice.vocabulary(unit)
    vocabulary.corpusHash = hasher.finalized()
    return UnitTraining(
      vocabulary: vocabulary,
      byteCount: byteCount,
      textCount: textCount,
      tokenCount: tally.unitCount,
      differentCount: choice.differentCount,
      unknownCount: choice.unknownCount + tally.longCount,
      leastCount: choice.leastCount
    )
  }

  private mutating func choose(limit: Int?) throws -> FrequentUnits {
    let choice: FrequentUnits
    if runs == nil {
      let words = try tally.takeTable().sortedWords(interruption)
      choice = try FrequentUnits(limit: limit, of: words.forEachWord)
    } else {
      try putAside()
      choice = try FrequentUnits(limit: limit) { body in try forEachWordOfRuns(body) }
    }
    try check(choice, limit: limit)
    return choice
  }

  private func forEachWordOfRuns(_ body: (RawSpan, UInt64) throws -> Void) throws {
    try runs?.forEachWord { word, count in
      try interruption?.check()
      try body(word, count)
    }
  }

  private func check(_ choice: FrequentUnits, limit: Int?) throws(UnitTrainingError) {
    guard choice.differentCount > 0 else {
      let (count, limit) = (Int(tally.longCount), UnitVocabulary.longestToken)
      throw count == 0 ? .nothingToCount(unit) : .allTooLong(unit, count, limit: limit)
    }
    let most = BytePairVocabulary.mostTokens - 1
    guard min(choice.differentCount, limit ?? .max) <= most else {
      throw .tooManyTokens(unit, choice.differentCount, limit: most)
    }
    guard choice.byteCount <= UnitVocabulary.mostTokenBytes else {
      throw .tooManyBytes(unit, choice.byteCount, limit: UnitVocabulary.mostTokenBytes)
    }
  }
}
