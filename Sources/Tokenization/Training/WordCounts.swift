import Execution
public import FileFormats

/// The different pieces of a corpus and how often each comes up: all that training needs to know.
///
/// They can be written to a file, from which an interrupted training goes on.
public struct WordCounts: Sendable, Hashable {
  /// How the texts were cut into pieces.
  public internal(set) var pattern: SplitPattern

  /// Whether the texts were normalized to form C first.
  public internal(set) var normalizesToNFC: Bool

  /// The hash of the texts' bytes, one text after the other, as they were read.
  public internal(set) var corpusHash: ContentHash

  /// How many bytes the texts hold.
  public internal(set) var byteCount: Int

  /// How many texts there are.
  public internal(set) var textCount: Int

  /// How many pieces the texts consist of, those left out among them.
  public internal(set) var pieceCount: UInt64 = 0

  /// How many different words were left out because they did not fit into the memory.
  public internal(set) var omittedWordCount = 0

  /// How many pieces those words are.
  public internal(set) var omittedPieceCount: UInt64 = 0

  /// The words, in the order of their bytes.
  var list = WordList()

  init(
    pattern: SplitPattern,
    normalizesToNFC: Bool,
    corpusHash: ContentHash,
    byteCount: Int,
    textCount: Int
  ) {
    self.pattern = pattern
    self.normalizesToNFC = normalizesToNFC
    self.corpusHash = corpusHash
    self.byteCount = byteCount
    self.textCount = textCount
  }
}

extension WordCounts {
  /// How many different words there are.
  public var wordCount: Int { list.count }

  /// The bytes of a word and how often it comes up; words are in the order of their bytes.
  ///
  /// - Precondition: `index` is below ``wordCount``.
  public subscript(index: Int) -> (bytes: [UInt8], count: UInt64) {
    (Array(list.bytes[list.range(index)]), list.counts[index])
  }
}

// MARK: - Choosing the words

extension WordCounts {
  init(options: WordCountingOptions, corpusHash: ContentHash, byteCount: Int, textCount: Int) {
    self.init(
      pattern: options.pattern,
      normalizesToNFC: options.normalizesToNFC,
      corpusHash: corpusHash,
      byteCount: byteCount,
      textCount: textCount
    )
  }

  /// Takes the words of a list that fit into a budget.
  mutating func keep(_ words: WordList, budget: Int) {
    guard !WordSelection.fits(words, budget) else {
      list = words
      pieceCount = words.counts.reduce(0, +)
      return
    }
    var selection = WordSelection()
    for index in 0..<words.count {
      selection.add(length: words.range(index).count, count: words.counts[index])
    }
    let least = selection.leastCount(fitting: budget)
    let text = unsafe words.bytes.span.bytes
    for index in 0..<words.count {
      take(text.extracting(words.range(index)), words.counts[index], least: least)
    }
  }

  /// Takes the words of a temporary file that fit into a budget.
  ///
  /// - Throws: `FileError` when the file fails, and `Interruption`.
  mutating func keep(_ runs: WordRuns, budget: Int, _ interruption: InterruptionFlag?) throws {
    var selection = WordSelection()
    try runs.forEachWord { word, count in
      try interruption?.check()
      selection.add(length: word.byteCount, count: count)
    }
    let least = selection.leastCount(fitting: budget)
    try runs.forEachWord { word, count in
      try interruption?.check()
      take(word, count, least: least)
    }
  }

  private mutating func take(_ word: RawSpan, _ count: UInt64, least: UInt64) {
    pieceCount += count
    if count >= least {
      list.append(word, count)
    } else {
      omittedWordCount += 1
      omittedPieceCount += count
    }
  }
}
