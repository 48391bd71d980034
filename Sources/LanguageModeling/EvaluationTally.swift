import LossNumerics
import Tokenization

/// The sums of an evaluation under way.
struct EvaluationTally {
  let options: EvaluationOptions

  private var evaluation = TextEvaluation()

  /// The bytes that no scored token covers yet, and where they begin.
  private var window: [UInt8] = []
  private var windowOffset = 0

  /// Counts what tokens cover so far, so that clusters know their characters and words.
  private var counter = TextCounter()
  private var countedOffset = 0

  private var scoredOffset = 0
  private var upcomingStarts: [Int] = []
  private var document = OpenCluster()
  private var block = OpenCluster()

  init(_ options: EvaluationOptions) {
    self.options = options
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
    evaluation.crossEntropy.add(token)
    scoredOffset = token.byteOffset + token.byteLength
    if options.learns {
      addToCurve()
    } else {
      document.add(token)
      block.add(token)
      if block.cluster.tokenCount == options.blockTokenCount { closeBlock() }
    }
  }

  private mutating func addToCurve() {
    guard evaluation.learningCurve.isDue(at: scoredOffset) else { return }
    let nats = evaluation.crossEntropy.totalNats
    evaluation.learningCurve.endSegment(at: scoredOffset, totalNats: nats)
  }

  /// Forgets the bytes that tokens have covered.
  mutating func dropScoredBytes() {
    countText(to: scoredOffset)
    window.removeFirst(scoredOffset - windowOffset)
    windowOffset = scoredOffset
  }

  /// Ends the text: what no token covers, such as trailing spaces, belongs to the last cluster.
  mutating func finish() -> TextEvaluation {
    scoredOffset = windowOffset + window.count
    if options.learns {
      let nats = evaluation.crossEntropy.totalNats
      evaluation.learningCurve.endSegment(at: scoredOffset, totalNats: nats)
    } else if block.cluster.tokenCount > 0 {
      closeBlock()
    }
    closeDocument()
    countText(to: scoredOffset)
    evaluation.crossEntropy.text = counter.finish()
    return evaluation
  }
}

// MARK: - Clusters

extension EvaluationTally {
  private mutating func startDocument() {
    while let start = upcomingStarts.first, start <= scoredOffset { upcomingStarts.removeFirst() }
    closeDocument()
  }

  private mutating func closeDocument() {
    guard evaluation.crossEntropy.tokenCount > 0 else { return }
    evaluation.documentCount += 1
    guard !options.learns else { return }
    evaluation.documents.append(document.close(with: textSoFar()))
  }

  private mutating func closeBlock() {
    evaluation.blocks.append(block.close(with: textSoFar()))
  }

  private mutating func textSoFar() -> TextCounts {
    countText(to: scoredOffset)
    var copy = counter
    return copy.finish()
  }

  private mutating func countText(to offset: Int) {
    guard offset > countedOffset else { return }
    let range = (countedOffset - windowOffset)..<(offset - windowOffset)
    let window = window
    counter.count(window.span.extracting(range))
    countedOffset = offset
  }
}

/// A cluster under way, with the text's counts at its beginning.
private struct OpenCluster {
  var cluster = Cluster()
  private var start = TextCounts()

  mutating func add(_ token: ScoredToken) {
    cluster.nats += token.nats
    cluster.tokenCount += 1
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
