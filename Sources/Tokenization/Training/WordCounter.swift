public import Execution
public import FileFormats
import Synchronization

/// Counts the pieces of texts, which is what training looks at.
///
///     let counter = WordCounter(WordCountingOptions(pattern: .gpt2), pool: pool)
///     var source = try FileSource(path: "corpus.txt")
///     try counter.add(&source)
///     let words = try counter.finish()
///
/// Texts are read in chunks, and the threads of a pool count different parts of them, each in a table
/// of its own. When the tables outgrow the memory they are given, their words are put aside in a
/// temporary file, sorted, and added up at the end. Neither the chunks, nor the threads, nor what was
/// put aside changes the counts.
///
/// It is a class because it owns large tables that the threads fill.
public final class WordCounter {
  /// The choices of counting.
  public let options: WordCountingOptions

  /// How many bytes were read.
  public private(set) var byteCount = 0

  /// How many texts were read to their end.
  public private(set) var textCount = 0

  /// How many bytes the tables may take up before their words are put aside; tests vary it.
  package var tableBudget: Int

  /// How often the words of a table were put aside.
  package var runCount: Int { runs?.count ?? 0 }

  private let pool: WorkerPool
  private let interruption: InterruptionFlag?
  private let progress: ((_ byteCount: Int) -> Void)?
  private let tables: [LockedTable]
  private var runs: WordRuns?
  private var hasher = ContentHasher()
  private var stream: PieceStream
  private var normalizer: NormalizedStream?

  /// How many bytes are collected before the threads get them.
  private let portion: Int

  /// Creates a counter without texts.
  ///
  /// - Parameters:
  ///   - options: How the texts are split, and how much memory the words may take.
  ///   - pool: The threads that count.
  ///   - interruption: Ends counting early when raised.
  ///   - progress: Told how many bytes are counted, every few milliseconds.
  public init(
    _ options: WordCountingOptions,
    pool: WorkerPool,
    interruption: InterruptionFlag? = nil,
    progress: ((_ byteCount: Int) -> Void)? = nil
  ) {
    self.options = options
    tableBudget = options.memoryBudget
    self.pool = pool
    self.interruption = interruption
    self.progress = progress
    tables = (0..<pool.threadCount).map { _ in LockedTable() }
    stream = PieceStream(pattern: options.pattern, longestPiece: options.longestPiece)
    normalizer = options.normalizesToNFC ? NormalizedStream() : nil
    portion = pool.threadCount << 18
  }
}

// MARK: - Adding texts

extension WordCounter {
  /// Reads a whole text; no piece reaches from one text into the next.
  ///
  /// - Throws: ``BytePairTrainingError``, `FileError` when the source cannot be read or the
  ///   temporary file not be written, and `Interruption`.
  public func add(_ source: inout some ByteSource) throws {
    while true {
      let chunk = try source.nextChunk()
      if chunk.isEmpty { break }
      try add(chunk, of: source.name)
    }
    try endText(source.name)
  }

  /// Adds the next bytes of a text, which ``endText(_:)`` ends.
  ///
  /// - Parameters:
  ///   - chunk: The bytes that follow those of the last call.
  ///   - file: What errors call the text.
  /// - Throws: As ``add(_:)``.
  public func add(_ chunk: [UInt8], of file: String) throws {
    hasher.update(chunk)
    byteCount += chunk.count
    if normalizer != nil {
      let normalized = normalizer?.take(chunk, isLast: false) ?? []
      stream.append(normalized)
    } else {
      stream.append(chunk)
    }
    if stream.pending.count >= portion || stream.isOverfull { try count(file, isLast: false) }
  }

  /// Ends a text, so that the next bytes begin another.
  ///
  /// - Parameter file: What errors call the text.
  /// - Throws: As ``add(_:)``.
  public func endText(_ file: String) throws {
    if normalizer != nil {
      let normalized = normalizer?.take([], isLast: true) ?? []
      stream.append(normalized)
    }
    try count(file, isLast: true)
    stream.restart()
    textCount += 1
  }

  /// Has the threads count what is pending, as far as its pieces are known.
  private func count(_ file: String, isLast: Bool) throws {
    try interruption?.check()
    let blocks = stream.blocks(isLast: isLast)
    let (text, pattern, tables) = (stream.pending, options.pattern, self.tables)
    let limit = options.longestPiece
    let tooLong = Mutex<Int?>(nil)
    pool.forEachBlock(blocks.count) { block, worker in
      let start = tables[worker].count(blocks[block], of: text, by: pattern, longestPiece: limit)
      guard let start else { return }
      tooLong.withLock { $0 = min($0 ?? start, start) }
    }
    let start = tooLong.withLock { $0 } ?? (blocks.isEmpty && stream.isOverfull ? 0 : nil)
    if let start {
      let offset = stream.offset + start
      throw BytePairTrainingError.pieceTooLong(limit: limit, file: file, offset: offset)
    }
    stream.removeFirst(blocks.last?.range.upperBound ?? 0)
    if tables.reduce(0, { $0 + $1.byteCount }) > tableBudget { try putAside() }
    progress?(byteCount)
  }

  /// Moves all words to the temporary file.
  private func putAside() throws {
    var runs = try self.runs ?? WordRuns()
    for table in tables { try runs.append(table.take(), interruption) }
    self.runs = runs
  }
}

/// One thread's table.
private final class LockedTable: Sendable {
  private let table = Mutex(WordTable())

  var byteCount: Int { table.withLock { $0.byteCount } }

  /// Takes the words out.
  func take() -> WordTable {
    table.withLock { table in
      defer { table = WordTable() }
      return table
    }
  }

  /// Counts the pieces of a block.
  ///
  /// - Returns: Where the first piece begins that is too long; `nil` where none is.
  func count(
    _ block: PieceStream.Block,
    of text: [UInt8],
    by pattern: SplitPattern,
    longestPiece: Int
  ) -> Int? {
    table.withLock { table in
      let bytes = unsafe text.span.bytes
      let visible = text.span.extracting(..<block.visibleEnd)
      var ends = [Int](repeating: 0, count: 512)
      var start = block.range.lowerBound
      while start < block.range.upperBound {
        var buffer = ends.mutableSpan
        let count = pattern.findPieceEnds(in: visible, from: start, into: &buffer)
        for index in 0..<count where start < block.range.upperBound {
          guard ends[index] - start <= longestPiece else { return start }
          table.add(bytes, start..<ends[index])
          start = ends[index]
        }
      }
      return nil
    }
  }
}

// MARK: - The result

extension WordCounter {
  /// The words of all texts added.
  ///
  /// - Throws: `FileError` when the temporary file fails, and `Interruption`.
  public func finish() throws -> WordCounts {
    var words = WordCounts(
      options: options,
      corpusHash: hasher.finalized(),
      byteCount: byteCount,
      textCount: textCount
    )
    guard runs != nil else {
      words.keep(try sum(of: tables).sortedWords(interruption), budget: options.memoryBudget)
      return words
    }
    try putAside()
    if let runs { try words.keep(runs, budget: options.memoryBudget, interruption) }
    return words
  }

  private func sum(of tables: [LockedTable]) -> WordTable {
    var sum = tables[0].take()
    for table in tables.dropFirst() {
      table.take().forEachWord { word, count in sum.add(word, 0..<word.byteCount, count: count) }
    }
    return sum
  }
}
