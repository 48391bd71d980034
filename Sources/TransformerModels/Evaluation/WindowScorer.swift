public import LossNumerics
import ModelShapes

/// The loss of one token of a text.
public struct TokenLoss: Sendable, Hashable {
  /// −ln p(token | what came before), in nats.
  public var nats: Float

  /// How many tokens were strictly more probable, plus one; `nil` unless asked for.
  public var rank: Int?

  /// What the loss counts in a sum: 1 but under ``ContextWindows/Scoring/newLessOne``.
  public var weight = 1.0

  /// Whether the token is one of those that a mean is taken over, as all are but under that rule.
  public var isCounted = true
}

/// Scores the tokens of a text under a transformer, window by window, as they come.
///
/// However the tokens are cut into calls, and however many windows are worked at a time, the losses
/// have the same bits: a row's arithmetic depends on that row alone.
///
///     var scorer = WindowScorer(
///       configuration,
///       windows: ContextWindows(context: 256),
///       packing: PackedWeights(),
///       kernels: kernels
///     )
///     var losses = scorer.append(ids, parameters)
///     losses += scorer.finish(parameters)
public struct WindowScorer: ~Copyable {
  /// How the text is cut.
  public let windows: ContextWindows

  /// Whether losses come with ranks.
  public let ranks: Bool

  private var crew: WindowCrew

  /// How many windows are worked at a time.
  private let batchCount: Int

  /// The tokens from the beginning of the next window on, the prefix before them included.
  private var pending: [Int32] = []

  /// The tokens just before these, as many as may be needed to fill the last window.
  private var passed: [Int32] = []

  /// How many of the next window's targets earlier windows have scored.
  private var scoredCount = 0

  /// Creates a scorer at the beginning of a text.
  ///
  /// - Parameters:
  ///   - configuration: The transformer.
  ///   - windows: How texts are cut.
  ///   - ranks: Whether losses come with ranks.
  ///   - packing: What holds the weights once more, packed, for all texts that are scored with the same: all calls
  ///     and all scorers that share it take the same parameters. `nil` where they change.
  ///   - kernels: The instruction set and the threads.
  /// - Precondition: The context is at most that of learned positions.
  public init(
    _ configuration: TransformerConfiguration,
    windows: ContextWindows,
    ranks: Bool = false,
    packing: PackedWeights? = nil,
    kernels: KernelContext
  ) {
    precondition(
      configuration.shape.positions != .learned || windows.context <= configuration.shape.context,
      "windows of \(windows.context) tokens of \(configuration.shape.context) positions"
    )
    self.windows = windows
    self.ranks = ranks
    crew = WindowCrew(configuration, packing: packing, ranks: ranks, kernels: kernels)
    batchCount = crew.windowCount(length: windows.context)
    begin()
  }

  /// Whether no window of the text was worked yet.
  private var isAtBeginning = true

  private mutating func begin() {
    if case .first(let id) = windows.prefix { pending = [id] } else { pending = [] }
    passed = []
    scoredCount = 0
    isAtBeginning = true
  }

  /// Takes the tokens that follow those of the last call.
  ///
  /// - Returns: The losses of those that fill windows, in order; `nil` for a token that is not scored.
  /// - Precondition: Each token is one of the vocabulary.
  public mutating func append(
    _ ids: some Sequence<Int32>,
    _ parameters: borrowing TransformerParameters
  ) -> [TokenLoss?] {
    pending.append(contentsOf: ids)
    var losses: [TokenLoss?] = []
    while pending.count >= windowTokens + (batchCount - 1) * windows.stride {
      losses += score(batchCount, length: fullLength, parameters)
    }
    return losses
  }

  /// Ends the text; the scorer then stands at the beginning of another.
  ///
  /// - Returns: The losses of the last tokens.
  public mutating func finish(_ parameters: borrowing TransformerParameters) -> [TokenLoss?] {
    defer { begin() }
    var losses: [TokenLoss?] = []
    if pending.count >= windowTokens {
      let count = (pending.count - windowTokens) / windows.stride + 1
      losses += score(count, length: fullLength, parameters)
    }
    guard windows.scoring != .secondHalf else {
      let rest = pending.count - (isAtBeginning ? 1 : 0)
      return losses + Array(repeating: nil, count: rest)
    }
    if windows.fillsLast { fillLast() }
    let rest = pending.count - (isEvery ? 0 : 1)
    if rest > scoredCount { losses += score(1, length: rest, parameters) }
    return losses
  }

  /// Puts tokens that are scored already before what is left, until it fills a window.
  private mutating func fillLast() {
    guard pending.count > 1 else { return }
    let count = min(passed.count, windowTokens - pending.count)
    pending.insert(contentsOf: passed.suffix(count), at: 0)
    scoredCount += count
  }

  private var isEvery: Bool {
    if case .every = windows.prefix { true } else { false }
  }

  /// The tokens that a full window needs, with those that it predicts, and how many it predicts.
  private var windowTokens: Int {
    windows.context + (isEvery || windows.scoring != .new ? 0 : 1)
  }
  private var fullLength: Int { windows.context - (windows.scoring == .new ? 0 : 1) }

  /// Scores windows and takes them out of what is pending.
  private mutating func score(
    _ count: Int,
    length: Int,
    _ parameters: borrowing TransformerParameters
  ) -> [TokenLoss?] {
    let batch = batch(count, length)
    let found = crew.losses(batch, parameters)
    let losses =
      switch windows.scoring {
      case .new: found
      case .secondHalf: amongAll(found, windowCount: count)
      case .newLessOne: weighted(found, batch.scored)
      }
    let passedCount = min(pending.count, count * windows.stride)
    if windows.fillsLast {
      passed = Array((passed + pending.prefix(passedCount)).suffix(windows.context))
    }
    pending.removeFirst(passedCount)
    scoredCount = max(0, length - windows.stride)
    isAtBeginning = false
    return losses
  }

  /// Puts the losses of second halves among the tokens of their windows.
  private func amongAll(_ losses: [TokenLoss], windowCount: Int) -> [TokenLoss?] {
    let half = losses.count / windowCount
    var all: [TokenLoss?] = []
    for window in 0..<windowCount {
      // What stands before the text is no token of it.
      let unscored = windows.context - half - (isAtBeginning && window == 0 ? 1 : 0)
      for _ in 0..<unscored { all.append(nil) }
      for loss in losses[window * half..<(window + 1) * half] { all.append(loss) }
    }
    return all
  }

  /// Makes the losses of each window but a text's first weigh one token less than they are.
  private func weighted(_ losses: [TokenLoss], _ scored: [Range<Int>]) -> [TokenLoss?] {
    var losses = losses
    var end = 0
    for (window, rows) in scored.enumerated() {
      let start = end
      end += rows.count
      if isAtBeginning, window == 0 { continue }
      for index in start..<end {
        losses[index].weight = Double(rows.count - 1) / Double(rows.count)
      }
      losses[start].isCounted = false
    }
    return losses
  }

  /// The next windows.
  private func batch(_ count: Int, _ length: Int) -> WindowBatch {
    var batch = WindowBatch(length: length)
    for window in 0..<count {
      let start = window * windows.stride
      switch (windows.prefix, windows.scoring) {
      case (.every(let id), _):
        batch.inputs.append(id)
        batch.inputs += pending[start..<start + length - 1]
        batch.targets += pending[start..<start + length]
      case (.first(let id), .secondHalf):
        batch.inputs.append(id)
        batch.inputs += pending[start + 1..<start + length]
        batch.targets += pending[start + 1..<start + length + 1]
      case (.first, _), (.none, _):
        batch.inputs += pending[start..<start + length]
        batch.targets += pending[start + 1..<start + length + 1]
      }
      switch windows.scoring {
      case .new, .newLessOne:
        let old = window == 0 ? scoredCount : length - min(length, windows.stride)
        batch.scored.append(old..<length)
      case .secondHalf:
        batch.scored.append(windows.context / 2..<length)
      }
    }
    return batch
  }
}
