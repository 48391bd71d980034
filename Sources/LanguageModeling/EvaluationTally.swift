import LossNumerics
import Tokenization

/// The sums of an evaluation under way.
struct EvaluationTally {
  private let learns: Bool

  /// Whether observers want the bytes of tokens; without them no unfinished token is held.
  private let keepsBytes: Bool

  /// Whether tokens come long after their bytes, which then are counted when these come.
  private let lags: Bool

  private var evaluation = TextEvaluation()

  /// The bytes still needed, and where they begin.
  private var window: [UInt8] = []
  private var windowOffset = 0

  /// Counts the text up to `countedOffset`, so that clusters know their characters and words.
  private var counter = TextCounter()
  private var countedOffset = 0

  /// The counts of the stretches before, where tokens between were not scored, and the place of the first
  /// bytes in them that are no UTF-8.
  private var stretches = TextCounts()
  private var stretchOffset = 0
  private var whiteEdgeCount = 0
  private var firstInvalidUTF8Offset: Int?

  private var scoredOffset = 0
  private var upcomingStarts: [Int] = []
  private var document = OpenCluster()
  private var block = OpenCluster()

  /// How many tokens a block of the shortest length holds.
  private var blockTokenCount: Int
  private let wordRule: WordRule

  init(_ options: EvaluationOptions, learns: Bool, lags: Bool, keepsBytes: Bool) {
    blockTokenCount = options.blockTokenCount
    wordRule = options.wordRule
    self.learns = learns
    self.lags = lags
    self.keepsBytes = keepsBytes
  }

  /// Notes bytes about to be scored.
  mutating func append(_ bytes: [UInt8], documentStarts: [Int]) {
    window += bytes
    upcomingStarts += documentStarts
  }

  /// The bytes a token covers.
  func bytes(of token: ScoredToken) -> ArraySlice<UInt8> {
    let start = token.byteOffset - windowOffset
    return window[start..<(start + token.byteLength)]
  }

  /// Adds a token.
  mutating func add(_ token: ScoredToken) {
    if let start = upcomingStarts.first, token.byteOffset >= start { startDocument() }
    guard token.isScored else { return skip(token) }
    evaluation.crossEntropy.add(token)
    scoredOffset = token.byteOffset + token.byteLength
    if learns {
      addToCurve()
    } else {
      document.add(token)
      block.add(token)
      if block.cluster.tokenCount == blockTokenCount { closeBlock() }
    }
  }

  /// Leaves a token out, and its bytes, which have not been counted yet.
  private mutating func skip(_ token: ScoredToken) {
    precondition(lags, "a token that came with its bytes has to be scored")
    countText(to: token.byteOffset)
    endStretch(before: token.byteOffset + token.byteLength)
    scoredOffset = countedOffset
    evaluation.unscoredTokenCount += 1
    evaluation.unscoredByteCount += token.byteLength
  }

  private mutating func addToCurve() {
    guard evaluation.learningCurve.isDue(at: scoredOffset) else { return }
    let nats = evaluation.crossEntropy.totalNats
    evaluation.learningCurve.endSegment(at: scoredOffset, totalNats: nats)
  }

  /// Ends the text: what no token covers, such as trailing spaces, belongs to the last cluster.
  mutating func finish() -> TextEvaluation {
    scoredOffset = windowOffset + window.count
    countText(to: scoredOffset)
    endStretch(before: scoredOffset)
    var text = stretches
    text.firstInvalidUTF8Offset = firstInvalidUTF8Offset
    if wordRule == .splits { text.wordCount += whiteEdgeCount }
    evaluation.crossEntropy.text = text
    if learns {
      let nats = evaluation.crossEntropy.totalNats
      evaluation.learningCurve.endSegment(at: scoredOffset, totalNats: nats)
    } else {
      if block.cluster.tokenCount > 0 { evaluation.blocks.append(block.close(with: text)) }
      if document.cluster.tokenCount > 0 { evaluation.documents.append(document.close(with: text)) }
    }
    if evaluation.crossEntropy.tokenCount > 0 { evaluation.documentCount += 1 }
    return evaluation
  }
}

// MARK: - Text

extension EvaluationTally {
  /// The longest run of bytes whose tokens may end before it: the beginning of a UTF-8 sequence.
  private static let longestUnsettled = 3

  /// Counts the text that no token to come can end before, and forgets it.
  ///
  /// A token may end before its last bytes arrived only where these begin a UTF-8 sequence, so a word
  /// of any length takes no memory; unless the scorer lags.
  mutating func settleText() {
    let arrived = windowOffset + window.count
    countText(to: lags ? scoredOffset : max(scoredOffset, arrived - Self.longestUnsettled))
    let needed = keepsBytes ? scoredOffset : countedOffset
    window.removeFirst(needed - windowOffset)
    windowOffset = needed
  }

  private mutating func countText(to offset: Int) {
    guard offset > countedOffset else { return }
    let range = (countedOffset - windowOffset)..<(offset - windowOffset)
    let window = window
    counter.count(window.span.extracting(range))
    countedOffset = offset
  }

  private mutating func textSoFar() -> TextCounts {
    countText(to: scoredOffset)
    return stretches + counter.settledCounts
  }

  /// Ends the stretch that is counted, with what its end decides; the next begins at `offset`.
  private mutating func endStretch(before offset: Int) {
    whiteEdgeCount += counter.whiteEdgeCount
    let counts = counter.finish()
    if firstInvalidUTF8Offset == nil {
      firstInvalidUTF8Offset = counts.firstInvalidUTF8Offset.map { stretchOffset + $0 }
    }
    stretches += counts
    countedOffset = offset
    stretchOffset = offset
  }
}

// MARK: - Clusters

extension EvaluationTally {
  private mutating func startDocument() {
    while let start = upcomingStarts.first, start <= scoredOffset { upcomingStarts.removeFirst() }
    let text = textSoFar()
    // White space before the first heading or paragraph is no document of its own.
    guard text.wordCount > 0 else { return }
    evaluation.documentCount += 1
    if !learns { evaluation.documents.append(document.close(with: text)) }
  }

  /// The most blocks kept; beyond 67 million tokens the shortest blocks are longer.
  private static let largestBlockCount = 1 << 16

  private mutating func closeBlock() {
    evaluation.blocks.append(block.close(with: textSoFar()))
    guard evaluation.blocks.count == Self.largestBlockCount else { return }
    evaluation.blocks = Cluster.pairedUp(evaluation.blocks)
    blockTokenCount *= 2
  }
}

/// A cluster under way, with the text's counts at its beginning.
private struct OpenCluster {
  var cluster = Cluster()
  private var start = TextCounts()

  mutating func add(_ token: ScoredToken) {
    cluster.nats += token.weighedNats
    if token.isCounted { cluster.tokenCount += 1 }
  }

  /// Ends the cluster where the text's counts are `text`, and begins the next.
  mutating func close(with text: TextCounts) -> Cluster {
    var closed = cluster
    closed.byteCount = text.byteCount - start.byteCount
    closed.characterCount = text.characterCount - start.characterCount
    closed.wordCount = text.wordCount - start.wordCount
    self = OpenCluster()
    start = text
    return closed
  }
}
